package upstream

import (
	"bytes"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// message is one request on a watched connection and the answer to it, as far
// as it came. It follows the framing and keeps nothing of the body.
type message struct {
	method string
	fields int // limit of each head and of the trailer section
	bytes  int // limit of the trailer section
	budget int // what the heads may still cost

	reused bool          // the connection had served before
	wrote  bool          // a byte may have been sent
	sent   uint64        // by the connection before this request
	got    bool          // a byte of the answer came
	unseen bool          // the server closed before the request came
	over   bool          // the stream ended
	ended  chan struct{} // closed then, when unseen is known
	err    error         // what ended the answer

	at     stage
	head   head
	header hostabi.Header // of the final head
	text   []byte         // of a head, a chunk's line or end, or a trailer, as far as it came
	line   int            // in text: where its current line begins
	left   int64          // of the body or the chunk
	chunk  chunking
	excess bool // more came than the answer has

	body     *stdBody // the request's that waits for a 100, nil when none does
	withheld bool     // the answer came in its place, so the body is not sent
}

// stage is what of an answer comes next.
type stage uint8

const (
	partHead   stage = iota
	partLength       // left bytes
	partChunks
	partEnd  // a body to the end of the connection
	partRaw  // after 101
	partOver // nothing
)

func (k *stdCall) message() *message {
	o := &k.s.opts
	m := &message{
		method: k.r.Method, fields: o.ResponseHeaderFields,
		bytes: o.ResponseHeaderBytes, budget: o.ResponseHeaderBytes,
		ended: make(chan struct{}),
	}
	if k.r.ExpectContinue {
		m.body = k.send
	}
	return m
}

// feed follows p, which came next, and returns how much of it belongs to the
// answer and is good. An error is of what follows that.
func (m *message) feed(p []byte) (n int, err error) {
	for n < len(p) {
		var used int
		rest := p[n:]
		switch m.at {
		case partHead:
			used, err = m.feedHead(rest)
		case partLength:
			used = int(min(m.left, int64(len(rest))))
			if m.left -= int64(used); m.left == 0 {
				m.at = partOver
			}
		case partChunks:
			used, err = m.feedChunks(rest)
		case partEnd, partRaw:
			used = len(rest)
		case partOver:
			m.excess = true
			return n, nil
		}
		if n += used; err != nil {
			return n, err
		}
	}
	return n, nil
}

// takeLine moves p up to and with its first LF to text, and reports whether
// there was one.
func (m *message) takeLine(p []byte) (used int, whole bool) {
	used = len(p)
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		used, whole = i+1, true
	}
	m.text = append(m.text, p[:used]...)
	return used, whole
}

// takeLines is takeLine up to an empty line, with which the text is complete.
func (m *message) takeLines(p []byte, limit int) (used int, complete, ok bool) {
	used, whole := m.takeLine(p)
	if whole {
		line := m.text[m.line:]
		complete = len(line) == 1 || len(line) == 2 && line[0] == '\r'
		m.line = len(m.text)
	}
	return used, complete, len(m.text) < limit || complete && len(m.text) == limit
}

func (m *message) begin(next stage) {
	m.text, m.line, m.at = m.text[:0], 0, next
}

func (m *message) feedHead(p []byte) (used int, err error) {
	used, complete, ok := m.takeLines(p, m.budget)
	if !ok {
		return 0, malformed{errHeadSize}
	}
	if !complete {
		return used, nil
	}
	m.budget -= len(m.text)
	m.header.Reset()
	m.head = head{}
	if err := m.head.parse(string(m.text), &m.header, m.fields); err != nil {
		return 0, malformed{err}
	}
	m.begin(partHead)
	switch {
	case m.head.status == 100:
		m.body = nil
	case m.head.status == 101:
		m.at = partRaw
	case m.head.status >= 200:
		m.withheld = m.body != nil && !m.body.asked()
		if err := m.frame(); err != nil {
			return 0, err
		}
	}
	return used, nil
}

// frame sets up what follows the final head.
func (m *message) frame() error {
	frame, err := m.head.framing(m.method)
	if err != nil {
		return malformed{err}
	}
	switch frame {
	case framedNone:
		m.at = partOver
	case framedLength:
		m.at, m.left = partLength, m.head.length
	case framedChunks:
		m.at = partChunks
	case framedClose:
		m.at = partEnd
	}
	return nil
}

// feedChunks follows one item of a body in chunks, as call.readChunks reads it.
func (m *message) feedChunks(p []byte) (used int, err error) {
	switch m.chunk.at {
	case atSize:
		return m.feedSize(p)
	case atData:
		used = int(min(m.left, int64(len(p))))
		if m.left -= int64(used); m.left == 0 {
			m.chunk.at = atDataEnd
		}
		return used, nil
	case atDataEnd:
		if p[0] != "\r\n"[len(m.text)] {
			return 0, malformed{errChunk}
		}
		if m.text = append(m.text, p[0]); len(m.text) == 2 {
			m.begin(partChunks)
			m.chunk.at = atSize
		}
		return 1, nil
	}
	return m.feedTrailer(p)
}

func (m *message) feedSize(p []byte) (used int, err error) {
	used, whole := m.takeLine(p)
	i := len(m.text)
	if whole {
		i--
	}
	if i > chunkLineSize || whole && (i < 1 || m.text[i-1] != '\r') {
		return 0, malformed{errChunk}
	}
	if !whole {
		return used, nil
	}
	size, ok := m.chunk.size(m.text[:i-1])
	if !ok {
		return 0, malformed{errChunk}
	}
	m.begin(partChunks)
	m.left, m.chunk.at = size, atData
	if size == 0 {
		m.chunk.at = atTrailer
	}
	return used, nil
}

func (m *message) feedTrailer(p []byte) (used int, err error) {
	used, complete, ok := m.takeLines(p, m.bytes)
	if !ok {
		return 0, malformed{errTrailer}
	}
	if !complete {
		return used, nil
	}
	text := string(m.text)
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		return 0, malformed{errTrailer}
	}
	var trailer hostabi.Header
	if err := parseTrailer(text, &trailer, m.fields); err != nil {
		return 0, malformed{err}
	}
	m.begin(partOver)
	return used, nil
}
