package upstream

import (
	"bytes"
	"io"
	"strings"
)

const (
	// chunkLineSize bounds the line before a chunk: its size and extensions.
	// Signed chunks use about 100 bytes.
	chunkLineSize = 1 << 10
	// chunkExcess bounds what lines may cost beyond 16 bytes and twice the
	// data of each chunk, as net/http does, so that bytes that carry nothing
	// cannot keep a connection busy.
	chunkExcess = 16 << 10
)

// chunking is where in a body in chunks the reader stands.
type chunking struct {
	at     chunkPart
	excess int64
}

type chunkPart uint8

const (
	atSize chunkPart = iota
	atData
	atDataEnd
	atTrailer
)

// readChunks reads chunked content (RFC 9112, section 7.1). It goes on to the
// next chunk only while that is buffered or nothing was read yet: what has
// come must not wait for what has not.
func (k *call) readChunks(p []byte) (n int, err error) {
	for {
		wait := n == 0
		var ready bool
		switch k.chunk.at {
		case atSize:
			ready, err = k.chunkSize(wait)
		case atData:
			if n == len(p) {
				return n, nil
			}
			var m int
			m, err = k.some(p[n:n+int(min(int64(len(p)-n), k.left))], wait)
			n += m
			ready = m > 0
			if k.left -= int64(m); k.left == 0 && ready {
				k.chunk.at = atDataEnd
			}
		case atDataEnd:
			ready, err = k.chunkEnd(wait)
		case atTrailer:
			if ready, err = k.trailers(wait); ready && err == nil {
				return n, io.EOF
			}
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil || !ready {
			return n, err
		}
	}
}

// chunkSize reads the line before a chunk. A bare LF does not end it: servers
// differ on that, which is how responses are smuggled.
func (k *call) chunkSize(wait bool) (ready bool, err error) {
	for {
		b := k.in.unread()
		i := bytes.IndexByte(b, '\n')
		if i < 0 && len(b) <= chunkLineSize {
			if !wait {
				return false, nil
			}
			if err := k.fill(k.idleLimit()); err != nil {
				return false, err
			}
			continue
		}
		if i < 1 || i > chunkLineSize || b[i-1] != '\r' {
			return false, malformed{errChunk}
		}
		size, ok := k.chunk.size(b[:i-1])
		if !ok {
			return false, malformed{errChunk}
		}
		k.in.r += i + 1
		k.left, k.chunk.at = size, atData
		if size == 0 {
			k.chunk.at = atTrailer
		}
		return true, nil
	}
}

// size reads the line before a chunk, which is without its CRLF.
func (c *chunking) size(line []byte) (n int64, ok bool) {
	n, ok = parseChunkSize(line)
	c.excess = max(0, c.excess+int64(len(line)+len("\n"))-16-2*min(n, 1<<32))
	return n, ok && c.excess <= chunkExcess
}

// parseChunkSize reads hexadecimal digits and skips extensions.
func parseChunkSize(line []byte) (n int64, ok bool) {
	i := 0
	for ; i < len(line); i++ {
		d := unhex(line[i])
		if d < 0 {
			break
		}
		if i == 15 { // 16 digits would not fit
			return 0, false
		}
		n = n<<4 | int64(d)
	}
	if i == 0 {
		return 0, false
	}
	ext := bytes.TrimLeft(line[i:], " \t")
	if len(ext) > 0 && ext[0] != ';' {
		return 0, false
	}
	for _, c := range ext {
		if c < ' ' && c != '\t' || c == 0x7f {
			return 0, false
		}
	}
	return n, true
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// chunkEnd reads the CRLF after a chunk.
func (k *call) chunkEnd(wait bool) (ready bool, err error) {
	for len(k.in.unread()) < 2 {
		if !wait {
			return false, nil
		}
		if err := k.fill(k.idleLimit()); err != nil {
			return false, err
		}
	}
	if b := k.in.unread(); b[0] != '\r' || b[1] != '\n' {
		return false, malformed{errChunk}
	}
	k.in.r += 2
	k.chunk.at = atSize
	return true, nil
}

// trailers reads what follows the last chunk.
func (k *call) trailers(wait bool) (ready bool, err error) {
	if bytes.HasPrefix(k.in.unread(), []byte("\r\n")) { // as good as always
		k.in.r += 2
		return true, nil
	}
	for line := 0; ; {
		var end int
		if end, line = headEnd(k.in.unread(), line); end >= 0 {
			if end > k.l.opts.ResponseHeaderBytes {
				return false, malformed{errTrailer}
			}
			text := string(k.in.unread()[:end])
			k.in.r += end
			if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
				return false, malformed{errTrailer}
			}
			if err := parseTrailer(text, &k.trail, k.l.opts.ResponseHeaderFields); err != nil {
				k.trail = nil
				return false, malformed{err}
			}
			return true, nil
		}
		if len(k.in.unread()) >= k.l.opts.ResponseHeaderBytes {
			return false, malformed{errTrailer}
		}
		if !wait {
			return false, nil
		}
		if err := k.fill(k.idleLimit()); err != nil {
			return false, err
		}
	}
}
