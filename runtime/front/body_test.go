package front

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// What is left of a body must never be taken for the next request, whatever
// the handler read and the client sent.
func TestUnreadBody(t *testing.T) {
	const inner = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
	chunked := func(s string) string { return "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + s }
	length := func(n, s string) string {
		return "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: " + n + "\r\n\r\n" + s
	}
	tests := []struct {
		name, raw string
		next      bool // the connection takes another request
	}{
		{"a small body is skipped", length("35", inner), true},
		{"a small chunked body is skipped", chunked("5\r\nhello\r\n0\r\n\r\n"), true},
		{"a body that is too large to skip ends the connection", length("300000", inner), false},
		{"a chunked body that is too large to skip ends the connection", chunked(strings.Repeat("7000\r\n"+strings.Repeat("x", 0x7000)+"\r\n", 10) + "0\r\n\r\n"), false},
		{"a broken chunk ends the connection", chunked("zz\r\n" + inner), false},
		{"a broken trailer ends the connection", chunked("0\r\n: x\r\n" + inner), false},
		{"a body that is not asked for ends the connection",
			"POST /1 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 35\r\n\r\n" + inner, false},
	}
	for _, tt := range tests {
		for _, touch := range []bool{false, true} {
			name := tt.name
			if touch {
				name += ", after one byte was read"
			}
			t.Run(name, func(t *testing.T) {
				_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
					if x.Request.RawPath == "/smuggled" {
						t.Error("the body was served as a request")
					}
					if touch && x.Request.Body.Streams() {
						x.Request.Body.Read(make([]byte, 1))
					}
					x.Request.Body.Close()
					answer(x, 200, x.Request.RawPath)
				})
				c := dial(t, addr)
				br := bufio.NewReader(c)
				go io.WriteString(c, tt.raw+"GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
				if touch && strings.Contains(tt.raw, "Expect") {
					br.ReadString('\n') // 100 Continue
					br.ReadString('\n')
				}
				if status, body := readAnswer(t, br); status != 200 || body != "/1" {
					t.Fatalf("first answer %d %q, want 200 /1", status, body)
				}
				rest, _ := io.ReadAll(br)
				if got := strings.Contains(string(rest), "/2"); got != tt.next {
					t.Errorf("after the first answer came %q, want another answer: %v", rest, tt.next)
				}
			})
		}
	}
}

// deadlined is what a body needs of net/http's writers.
type deadlined struct {
	control
	reads time.Time
}

func (d *deadlined) EnableFullDuplex() error { return nil }

func (d *deadlined) SetReadDeadline(t time.Time) error {
	d.reads = t
	return nil
}

// ending is a body whose end comes while somebody does something.
type ending struct{ meanwhile func() }

func (e *ending) Read([]byte) (int, error) {
	if e.meanwhile != nil {
		e.meanwhile()
	}
	e.meanwhile = nil
	return 0, io.EOF
}

func (*ending) Close() error { return nil }

// A deadline that is left behind when a body has ended would keep the connection
// from seeing that its client leaves.
func TestABodyThatHasEndedLeavesNoDeadline(t *testing.T) {
	for _, interrupt := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := &deadlined{}
			b := &newTurn(New(Options{}, nil)).body
			b.begin(w, &http.Request{ContentLength: -1, ProtoMajor: 1, ProtoMinor: 1, Body: &ending{func() {
				time.Sleep(DefaultReadTimeout / 2)
				w.SetReadDeadline(time.Time{}) // as net/http does there
				if interrupt {
					b.Interrupt()
				}
			}}})
			for n := range 2 {
				if _, err := b.Read(make([]byte, 8)); err != io.EOF && (n == 0 || err != errBodyClosed) {
					t.Errorf("Read %d: %v", n, err)
				}
				if !w.reads.IsZero() {
					t.Errorf("interrupted %v: after Read %d the connection has a deadline of %v", interrupt, n, w.reads)
				}
			}
		})
	}
}

// A client that gets its answer early goes on sending, and the handler on
// reading: net/http alone would swallow the rest.
func TestAnswersWhileBodyComes(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		x.Sink.WriteHead(200, nil, -1, false)
		x.Sink.Flush()
		buf := make([]byte, 100)
		for {
			n, err := x.Request.Body.Read(buf)
			x.Sink.Write(buf[:n])
			x.Sink.Flush()
			if err != nil {
				return
			}
		}
	})
	c := dial(t, addr)
	br := bufio.NewReader(c)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "\r\n" {
			break
		}
	}
	for _, piece := range []string{"one", "two"} {
		io.WriteString(c, "3\r\n"+piece+"\r\n")
		got := make([]byte, 8)
		if _, err := io.ReadFull(br, got); err != nil || string(got) != "3\r\n"+piece+"\r\n" {
			t.Fatalf("got %q, %v, want the piece %q", got, err, piece)
		}
	}
	io.WriteString(c, "0\r\n\r\n")
	if got, err := br.ReadString('\n'); got != "0\r\n" {
		t.Errorf("end %q, %v, want the last chunk", got, err)
	}
}

// A goroutine that still waits for the body when the handler returns is freed
// at once, and its exchange is not given to another request.
func TestReadOutlivesHandler(t *testing.T) {
	type result struct {
		n   int
		err error
	}
	read := make(chan result, 1)
	exchanges := make(chan *exchange.Exchange, 2)
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		exchanges <- x
		if x.Request.Body.Streams() {
			entered := make(chan struct{})
			go func() {
				close(entered)
				n, err := x.Request.Body.Read(make([]byte, 10))
				read <- result{n, err}
			}()
			<-entered
		}
		answer(x, 200, "early")
	})
	c := dial(t, addr)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
	if status, body := readAnswer(t, bufio.NewReader(c)); status != 200 || body != "early" {
		t.Fatalf("answer %d %q", status, body)
	}
	within(t, "the read", func() {
		if r := <-read; r.err == nil {
			t.Errorf("read gave %d bytes and no error", r.n)
		}
	})
	roundTrip(t, addr, get)
	if a, b := <-exchanges, <-exchanges; a == b {
		t.Error("the exchange was used again")
	}
}

func TestBodyStalls(t *testing.T) {
	errs := make(chan error, 1)
	_, addr := start(t, Options{ReadTimeout: 50 * time.Millisecond}, func(_ context.Context, x *exchange.Exchange) {
		_, err := io.ReadAll(&x.Request.Body)
		errs <- err
		answer(x, 408, "")
	})
	c := dial(t, addr)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab")
	within(t, "the stall", func() {
		if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error %v, want a deadline", err)
		}
	})
	if status, _ := readAnswer(t, bufio.NewReader(c)); status != 408 {
		t.Errorf("status %d, want the handler's 408", status)
	}
}

// A body that moves may take longer than the timeout in all.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	const timeout = time.Second
	_, addr := start(t, Options{ReadTimeout: timeout}, func(_ context.Context, x *exchange.Exchange) {
		b, err := io.ReadAll(&x.Request.Body)
		if err != nil {
			t.Error(err)
		}
		answer(x, 200, string(b))
	})
	c := dial(t, addr)
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n")
	for range 12 {
		time.Sleep(timeout / 8)
		io.WriteString(c, "x")
	}
	if status, body := readAnswer(t, bufio.NewReader(c)); status != 200 || body != "xxxxxxxxxxxx" {
		t.Errorf("answer %d %q, want all of it", status, body)
	}
}

func TestClosedBodyIsNotRead(t *testing.T) {
	b := new(body)
	b.Close()
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, errBodyClosed) {
		t.Errorf("Read = %v, want %v", err, errBodyClosed)
	}
}
