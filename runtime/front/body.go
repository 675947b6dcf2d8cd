package front

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// errBodyClosed reports a read of a body after it was closed, or after the
// request has ended.
var errBodyClosed = errors.New("read of a closed request body")

// What is read of an unread body so that its connection can serve on, and how
// long that may take. The size is net/http's own.
const (
	drainBytes = 256 << 10
	drainTime  = 5 * time.Second
)

// body is a request's body with a bound on each read. Its turn is never used
// again, because a goroutine that sends the body may outlive the handler.
type body struct {
	turn    *turn
	w       control
	r       io.ReadCloser // nil when there is no body
	length  int64         // -1 when not known
	timeout time.Duration
	http2   bool
	expects bool // 100-continue
	last    bool // the client closes after this request

	mu      sync.Mutex // guards the following
	set     time.Time  // when the deadline was last set
	stall   watch      // HTTP/2
	n       int64
	touched bool
	reading bool
	eof     bool
	closed  bool
	broken  bool // a Read was interrupted
	over    bool // the request; deadlines are others' then
	stalled bool // a Read ran out of time
}

// begin makes r's body the exchange's, if there is one.
func (b *body) begin(w control, r *http.Request) {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return
	}
	b.w, b.r, b.length = w, r.Body, r.ContentLength
	b.timeout = b.turn.server.opts.ReadTimeout
	b.http2 = b.turn.sink.http2
	b.expects = b.turn.x.Request.ExpectContinue
	b.turn.sink.expects = b.expects && !b.http2 && r.ProtoAtLeast(1, 1) // RFC 9110, section 10.1.1
	b.last = r.Close
	// Without this, net/http reads what is left of the body when the answer
	// begins, and takes it from an upstream that answers early.
	w.EnableFullDuplex()
	b.turn.x.Request.Body.SetStream(b, r.ContentLength)
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return 0, errBodyClosed
	}
	if b.eof { // a deadline would end the look for a client that leaves
		b.mu.Unlock()
		return 0, io.EOF
	}
	b.reading = true
	ask := b.expects && !b.touched
	b.touched = true
	b.arm()
	b.mu.Unlock()

	if ask { // on HTTP/2 net/http does
		b.turn.sink.ask()
	}
	n, err := b.r.Read(p)

	b.mu.Lock()
	defer b.mu.Unlock()
	if b.http2 && b.stall.stop() && err == nil {
		err = os.ErrDeadlineExceeded
	}
	b.reading = false
	b.stalled = b.stalled || !b.closed && errors.Is(err, os.ErrDeadlineExceeded)
	b.n += int64(n)
	if err == io.EOF {
		b.eof = true
		if b.broken && !b.over && !b.http2 { // too late
			b.w.SetReadDeadline(time.Time{})
		}
	}
	return n, err
}

// arm bounds the next read. On HTTP/1.1 a deadline that passes between two
// reads does no harm, so it is moved only when a quarter of it has gone by;
// net/http clears it when the body ends. On HTTP/2 it would end the stream.
func (b *body) arm() {
	if b.timeout <= 0 {
		return
	}
	if b.http2 {
		b.stall.start(b.timeout, func() { b.w.SetReadDeadline(past) })
		return
	}
	if now := time.Now(); now.Sub(b.set) > b.timeout/4 {
		b.set = now
		b.w.SetReadDeadline(now.Add(b.timeout + b.timeout/4))
	}
}

// Close ends reading. It does not wait for the client.
func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// Interrupt ends a Read that waits for the client: nobody wants the rest of the
// body. On HTTP/1.1 the connection ends after the answer.
func (b *body) Interrupt() {
	b.mu.Lock()
	b.closed = true
	reading := b.reading
	b.broken = b.broken || reading
	// net/http ends the request's context before the Read that has run out of
	// time returns.
	b.stalled = b.stalled || reading && !b.http2 && b.timeout > 0 && time.Since(b.set) >= b.timeout
	if reading && !b.http2 {
		b.w.SetReadDeadline(past)
	}
	b.mu.Unlock()
	if reading && b.http2 {
		b.r.Close()
	}
}

// Stalled reports whether the client stopped sending.
func (b *body) Stalled() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stalled
}

// end is called after the answer. On HTTP/1.1 it reads a small rest, so that
// the connection can serve on, inside the handler: net/http watches for a
// client that goes away from the end of the body on, and would never stop to
// if it found that end itself after a full-duplex answer.
func (b *body) end() {
	if b.r == nil {
		return
	}
	b.turn.sink.ended()
	if b.http2 {
		b.r.Close()
		b.Close()
		return
	}
	b.mu.Lock()
	wasReading := b.reading || b.broken
	b.closed, b.over = true, true
	eof := b.eof
	b.mu.Unlock()
	if eof {
		return
	}
	switch {
	case wasReading, // somebody waits for a client that has its answer
		b.last,                  // nothing to gain
		b.expects && !b.touched, // reading would ask for the body
		b.length-b.n > drainBytes:
		b.w.SetReadDeadline(past)
	default:
		b.turn.sink.Flush() // the client may be waiting for it
		wait := drainTime
		if b.last { // only so that the client gets its answer
			wait = lingerTime
		}
		b.w.SetReadDeadline(time.Now().Add(wait))
		if _, err := io.CopyN(io.Discard, b.r, drainBytes); err == io.EOF {
			return
		}
		b.w.SetReadDeadline(past)
	}
	if b.turn.conn != nil {
		b.turn.conn.spoiled = true
	}
}

// abandon makes sure that closing the connection does not wait for the body.
func (b *body) abandon() {
	if b.r == nil {
		return
	}
	b.turn.sink.ended()
	b.mu.Lock()
	b.closed, b.over = true, true
	b.mu.Unlock()
	if b.http2 {
		b.r.Close()
		return
	}
	b.w.SetReadDeadline(past)
}
