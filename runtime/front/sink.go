package front

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// sink writes an answer with a http.ResponseWriter.
//
// WriteHead leaves out fields that frame the message, but takes a Connection
// of "close" (ends the connection after the answer) or "keep-alive". Date is
// added unless given; no Content-Type is guessed. For status 101 it takes the
// connection over from net/http and adds Connection and Upgrade itself; that
// is possible on HTTP/1.1 alone, for a request without a body, and fails with
// errors.ErrUnsupported elsewhere. Trailers are not sent to HTTP/1.0 clients.
//
// After Abort, or when less of the body came than WriteHead announced, the
// connection is cut (HTTP/1.1) or the stream reset (HTTP/2) as soon as the
// handler returns, so that no client takes the answer for whole.
type sink struct {
	turn    *turn
	w       control
	timeout time.Duration
	minor   int // of HTTP/1
	http2   bool
	head    bool // the method is HEAD

	// heads is held while a head is written for a request that expects 100: it
	// is sent by whoever reads the body, beside an interim response or the answer.
	// net/http sees to that for its own 100 and the answer alone.
	heads   sync.Mutex
	expects bool // 100 is still to be sent

	stall         watch // HTTP/2
	stalled       bool
	size, written int64 // size is -1 when not known
	wrote         bool
	bodyless      bool
	trailer       bool
	aborted       bool
	values        []string // memory of the head's values
	upgrade       *upgrade
}

var _ exchange.Sink = (*sink)(nil)

func (k *sink) begin(w control, r *http.Request) {
	k.w = w
	k.timeout = k.turn.server.opts.WriteTimeout
	k.minor = r.ProtoMinor
	_, http1 := w.(http.Hijacker) // the protocol may be a lie: net/http takes "PRI * HTTP/2.0"
	k.http2 = !http1
	k.head = r.Method == http.MethodHead
}

// ask sends 100 before a body that waits for it is read for the first time.
func (k *sink) ask() {
	k.heads.Lock()
	defer k.heads.Unlock()
	if k.expects && !k.wrote {
		k.w.WriteHeader(http.StatusContinue)
	}
	k.expects = false
}

// ended says that the answer is over: whoever still reads the body asks nobody.
func (k *sink) ended() {
	k.heads.Lock()
	k.expects = false
	k.heads.Unlock()
}

// reset keeps what the next turn can use.
func (k *sink) reset() {
	clear(k.values)
	*k = sink{turn: k.turn, stall: k.stall, values: k.values[:0]}
}

// end bounds the sending of what net/http still holds. On HTTP/1.1 the
// connection bounds each write.
func (k *sink) end() {
	if k.http2 && !k.bodyless && k.timeout > 0 {
		k.w.SetWriteDeadline(time.Now().Add(k.timeout))
	}
}

// arm bounds the writes that follow on HTTP/2, until disarm.
func (k *sink) arm() {
	if k.http2 && k.timeout > 0 {
		k.stall.start(k.timeout, func() { k.w.SetWriteDeadline(past) })
	}
}

// disarm turns the error of a write that took too long into a deadline error.
func (k *sink) disarm(err error) error {
	if k.http2 && k.timeout > 0 && k.stall.stop() {
		k.stalled = true
		return os.ErrDeadlineExceeded
	}
	return err
}

var errWroteHead = errors.New("the head was already written")

func (k *sink) Interim(status int, h exchange.Header) error {
	k.heads.Lock()
	defer k.heads.Unlock()
	switch {
	case k.wrote:
		return errWroteHead
	case status < 100 || status > 199 || status == http.StatusSwitchingProtocols:
		return fmt.Errorf("interim status %d", status)
	case !k.http2 && k.minor == 0:
		return nil // RFC 9110, section 15.2
	}
	if status == http.StatusContinue {
		k.expects = false // once is enough
	}
	header := k.w.Header()
	k.fill(header, h)
	k.arm()
	k.w.WriteHeader(status)
	clear(header)
	return k.disarm(nil)
}

func (k *sink) WriteHead(status int, h exchange.Header, size int64, trailer bool) error {
	k.heads.Lock()
	defer k.heads.Unlock()
	switch {
	case k.wrote:
		return errWroteHead
	case status == http.StatusSwitchingProtocols:
		return k.switchProtocols(h)
	case status < 200 || status > 999:
		return fmt.Errorf("status %d", status)
	}
	k.wrote = true
	k.bodyless = k.head || status == http.StatusNoContent || status == http.StatusNotModified
	k.size = size
	k.trailer = trailer && !k.bodyless && (k.http2 || k.minor > 0)
	header := k.w.Header()
	k.fill(header, h)
	if size >= 0 && (k.http2 || !k.trailer) { // HTTP/1.1 has trailers in chunks only
		k.put(header, "Content-Length", strconv.FormatInt(size, 10))
	}
	k.arm()
	k.w.WriteHeader(status)
	return k.disarm(nil)
}

// fill puts h into header. One list holds the values of all names; net/http
// copies it when the head is written.
func (k *sink) fill(header http.Header, h exchange.Header) {
	k.values = k.values[:0]
	if n := len(h) + 1; cap(k.values) < n { // one more: Content-Length
		k.values = make([]string, 0, n+n/2)
	}
	for i := range h {
		name := h[i].Name
		if exchange.Framing(name) {
			if !hostabi.EqualName(name, "Connection") || !keptConnection(h[i].Value) {
				continue
			}
			name = "Connection"
		} else if len(name) == 4 && hostabi.EqualName(name, "Date") && name != "Date" {
			header["Date"] = nil // net/http would add one
		}
		k.put(header, name, h[i].Value)
	}
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = nil // net/http would guess one
	}
}

func keptConnection(v string) bool {
	return hostabi.EqualName(v, "close") || hostabi.EqualName(v, "keep-alive")
}

// put adds one value within the memory that fill has made sure of.
func (k *sink) put(header http.Header, name, value string) {
	if old := header[name]; old != nil {
		header[name] = append(old, value)
		return
	}
	n := len(k.values)
	k.values = append(k.values, value)
	header[name] = k.values[n : n+1 : n+1]
}

func (k *sink) Write(p []byte) (int, error) {
	k.arm()
	n, err := k.w.Write(p)
	k.written += int64(n)
	return n, k.disarm(err)
}

func (k *sink) Flush() error {
	if !k.wrote {
		return nil
	}
	k.arm()
	return k.disarm(k.w.FlushError())
}

func (k *sink) WriteTrailer(h exchange.Header) error {
	if !k.trailer {
		return nil
	}
	// An answer that is still in net/http's buffer would get a length in
	// place of chunks, and no trailer.
	if err := k.Flush(); err != nil {
		return err
	}
	header := k.w.Header()
	for i := range h {
		if !exchange.Framing(h[i].Name) {
			name := http.TrailerPrefix + h[i].Name
			header[name] = append(header[name], h[i].Value)
		}
	}
	return nil
}

func (k *sink) Abort() { k.aborted = true }
