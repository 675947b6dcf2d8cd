package upstream

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// stdBody is the sending side of one request through the transport. The
// transport reads and closes bodies from goroutines of its own; stdBody knows
// when it has let go of all of them.
type stdBody struct {
	r       *Request
	trailer http.Header // filled at the end of the body

	began atomic.Bool // a byte was asked for
	sent  atomic.Bool // the end was read

	mu   sync.Mutex
	held int // readers that the transport has not let go of
	last *stdReader
	err  error
	gone chan struct{} // closed when held falls to 0
}

// open returns what the transport reads. It may ask for another before it has
// let go of the last, when it tries again; HTTP/2 never does where nothing was
// read.
func (b *stdBody) open(src io.Reader) *stdReader {
	s := &stdReader{b: b, src: src, left: b.r.Size}
	b.mu.Lock()
	if b.held == 0 {
		b.gone = make(chan struct{})
	}
	b.held++
	last := b.last
	b.last = s
	b.mu.Unlock()
	if last != nil {
		last.Close()
	}
	return s
}

func (b *stdBody) letGo() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held--; b.held == 0 {
		close(b.gone)
	}
}

func (b *stdBody) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone
}

// asked reports whether the transport has begun to read what it was given last.
func (b *stdBody) asked() bool {
	b.mu.Lock()
	last := b.last
	b.mu.Unlock()
	last.mu.Lock()
	defer last.mu.Unlock()
	return last.asked
}

// failure is the body's own error.
func (b *stdBody) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *stdBody) note(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
	return err
}

// settle waits a moment until the transport has let go, and reports whether it
// has.
func (b *stdBody) settle() bool {
	gone := b.wait()
	select {
	case <-gone:
		return true
	default:
	}
	t := time.NewTimer(settleTime)
	defer t.Stop()
	select {
	case <-gone:
		return true
	case <-t.C:
		return false
	}
}

// end waits until the transport, whose request was canceled, has let go.
func (b *stdBody) end() {
	gone := b.wait()
	select {
	case <-gone:
		return
	default:
	}
	if b.r.Interrupt != nil {
		b.r.Interrupt()
	}
	<-gone
}

// stdReader is one attempt's body.
type stdReader struct {
	b    *stdBody
	src  io.Reader
	left int64 // -1 when the size is unknown

	mu      sync.Mutex
	asked   bool // a byte was asked for
	reading bool
	closed  bool
}

// Read implements io.Reader. Close may be called meanwhile and does not wait.
func (s *stdReader) Read(p []byte) (int, error) {
	if !s.begin() {
		return 0, errRead
	}
	defer s.endRead()
	if s.left >= 0 {
		p = p[:min(int64(len(p)), s.left)]
		if s.left == 0 {
			s.b.sent.Store(true)
			return 0, io.EOF
		}
	}
	n, err := s.src.Read(p)
	if s.left > 0 {
		s.left -= int64(n)
		if err == io.EOF && s.left > 0 {
			return n, s.b.note(io.ErrUnexpectedEOF)
		}
		if s.left == 0 && err != nil {
			err = io.EOF // what was promised is there
		}
	}
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF:
		return n, s.b.note(err)
	}
	if err := s.b.trailers(); err != nil {
		return n, err
	}
	s.b.sent.Store(true)
	return n, io.EOF
}

// trailers fills in the trailer section.
func (b *stdBody) trailers() error {
	if b.trailer == nil {
		return nil
	}
	for name := range b.trailer { // of an attempt before this one
		b.trailer[name] = nil
	}
	for _, f := range b.r.Trailer() {
		if !hostabi.ValidName(f.Name) || !hostabi.ValidValue(f.Value) {
			return b.note(errTrailer)
		}
		if trailerField(f.Name) {
			b.trailer.Add(f.Name, f.Value)
		}
	}
	return nil
}

func (s *stdReader) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading = !s.closed; s.reading {
		s.asked = true
		s.b.began.Store(true)
	}
	return s.reading
}

func (s *stdReader) endRead() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = false
	if s.closed {
		s.b.letGo()
	}
}

// Close implements io.Closer for the transport. A Read that is under way keeps
// hold of the body until it returns.
func (s *stdReader) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if !s.reading {
		s.b.letGo()
	}
	return nil
}
