package upstream

import (
	"io"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

const (
	// sendPiece bounds how much of a body one deadline counts for.
	sendPiece = 64 << 10
	// settleTime is how long the end of a response waits for a body that is
	// all but sent, as net/http's transport does.
	settleTime = 50 * time.Millisecond
)

// inMemory returns the bytes of a body that has them all.
func inMemory(body io.Reader) ([]byte, bool) {
	if m, ok := body.(interface{ InMemory() ([]byte, bool) }); ok {
		return m.InMemory()
	}
	return nil, false
}

// writeHead sends the head and, when both fit into one small write, the body:
// sockets take that much without a reader at the other end. Otherwise it notes
// that the body is held.
func (k *call) writeHead() error {
	r := k.r
	mem := headPool.Get().(*[headSize]byte)
	defer headPool.Put(mem)
	b := appendHead(mem[:0], r)
	head := len(b)
	if r.hasBody() {
		k.held = true
		if p, ok := inMemory(r.Body); ok && int64(len(p)) == r.Size && head+len(p) <= sendSize && !r.ExpectContinue {
			k.held = false
			if head+len(p) > cap(b) {
				large := sendPool.Get().(*[sendSize]byte)
				defer sendPool.Put(large)
				b = append(large[:0], b...)
			}
			b = append(b, p...)
		}
	}
	if k.c.used && k.c.direct {
		return k.ask(b, head)
	}
	return k.write(b, 0, head)
}

// appendHead appends the head of r, which has been checked.
func appendHead(b []byte, r *Request) []byte {
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, r.URI...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", r.host())
	for i := range r.Header {
		b = appendField(b, r.Header[i].Name, r.Header[i].Value)
	}
	switch {
	case r.hasBody() && r.Size < 0:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case r.hasBody(), r.Method == "POST", r.Method == "PUT", r.Method == "PATCH":
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, r.Size, 10)
		b = append(b, "\r\n"...)
	}
	if r.hasBody() && r.ExpectContinue {
		b = append(b, "Expect: 100-continue\r\n"...)
	}
	if r.Upgrade != "" {
		b = append(b, "Connection: Upgrade\r\n"...)
		b = appendField(b, "Upgrade", r.Upgrade)
	} else {
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	return append(b, "\r\n"...)
}

func appendField(b []byte, name, value string) []byte {
	n := len(b)
	b = slices.Grow(b, len(name)+len(value)+len(": \r\n"))
	b = b[:n+len(name)+len(value)+len(": \r\n")]
	n += copy(b[n:], name)
	b[n], b[n+1] = ':', ' '
	n += 2 + copy(b[n+2:], value)
	b[n], b[n+1] = '\r', '\n'
	return b
}

// sender sends a body beside the reading of the response, which may come
// before all is sent.
type sender struct {
	r     *Request
	c     *conn
	idle  time.Duration
	cease atomic.Bool // nobody wants the rest
	done  chan struct{}

	// Valid once done is closed.
	complete bool  // all was sent
	err      error // of the body
}

func (k *call) startBody() {
	k.held = false
	k.send = &sender{r: k.r, c: k.c, idle: k.l.opts.BodyIdleTimeout, done: make(chan struct{})}
	go k.send.run()
}

// finished reports whether all was sent.
func (s *sender) finished() bool {
	select {
	case <-s.done:
		return s.complete
	default:
		return false
	}
}

// settle waits a moment for the end and reports whether it came.
func (s *sender) settle() bool {
	select {
	case <-s.done:
		return true
	default:
	}
	if s.cease.Load() {
		return false
	}
	t := time.NewTimer(settleTime)
	defer t.Stop()
	select {
	case <-s.done:
		return true
	case <-t.C:
		return false
	}
}

// end makes the sender stop and waits until it has. The connection is closed.
func (s *sender) end() {
	s.cease.Store(true)
	select {
	case <-s.done:
		return
	default:
	}
	if s.r.Interrupt != nil {
		s.r.Interrupt()
	}
	<-s.done
}

func (s *sender) run() {
	defer close(s.done)
	var err error
	if p, ok := inMemory(s.r.Body); ok && (s.r.Size < 0 || int64(len(p)) == s.r.Size) {
		err = s.bytes(p)
	} else {
		err = s.stream()
	}
	s.complete = err == nil
	if s.err != nil {
		s.c.nc.Close() // the response will not come; wakes its reader
	}
}

// bytes sends a body that is in memory.
func (s *sender) bytes(p []byte) error {
	if s.r.Size < 0 {
		if len(p) > 0 {
			line := strconv.AppendInt(make([]byte, 0, 20), int64(len(p)), 16)
			if err := s.write(append(line, "\r\n"...)); err != nil {
				return err
			}
		}
	}
	for rest := p; len(rest) > 0; {
		n := min(len(rest), sendPiece)
		if err := s.write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if s.r.Size >= 0 {
		return nil
	}
	var end []byte
	if len(p) > 0 {
		end = append(end, "\r\n"...)
	}
	return s.last(end)
}

// stream sends a body piece by piece as it comes.
func (s *sender) stream() error {
	// Before a chunk's data stands its size, four digits at most, after it
	// CRLF.
	const before, after = len("4000\r\n"), len("\r\n")
	mem := sendPool.Get().(*[sendSize]byte)
	defer sendPool.Put(mem)
	data := mem[before : sendSize-after]
	for left := s.r.Size; left != 0; {
		p := data
		if left > 0 {
			p = p[:min(int64(len(p)), left)]
		}
		if s.cease.Load() {
			return ErrCanceled
		}
		n, err := s.r.Body.Read(p)
		if n > 0 {
			piece := p[:n]
			if left < 0 {
				piece = frameChunk(mem, before, n)
			} else {
				left -= int64(n)
			}
			if werr := s.write(piece); werr != nil {
				return werr
			}
		}
		switch {
		case err == nil || left == 0:
		case err == io.EOF && left < 0:
			return s.last(mem[:0])
		case s.cease.Load():
			return err
		case err == io.EOF:
			s.err = io.ErrUnexpectedEOF
			return s.err
		default:
			s.err = err
			return err
		}
	}
	return nil
}

// frameChunk puts size and CRLF around the n bytes of mem that begin at from.
func frameChunk(mem *[sendSize]byte, from, n int) []byte {
	var size [8]byte
	line := append(strconv.AppendInt(size[:0], int64(n), 16), "\r\n"...)
	start := from - len(line)
	copy(mem[start:], line)
	end := from + n
	end += copy(mem[end:], "\r\n")
	return mem[start:end]
}

// last sends what ends a body in chunks, after b.
func (s *sender) last(b []byte) error {
	b = append(b, "0\r\n"...)
	if s.r.Trailer != nil {
		for _, f := range s.r.Trailer() {
			if !hostabi.ValidName(f.Name) || !hostabi.ValidValue(f.Value) {
				s.err = errTrailer
				return s.err
			}
			if trailerField(f.Name) {
				b = appendField(b, f.Name, f.Value)
			}
		}
	}
	return s.write(append(b, "\r\n"...))
}

func (s *sender) write(b []byte) error {
	if s.cease.Load() {
		return ErrCanceled
	}
	if err := s.c.nc.SetWriteDeadline(time.Now().Add(s.idle)); err != nil {
		return err
	}
	n, err := s.c.nc.Write(b)
	s.c.sent += uint64(n)
	return err
}
