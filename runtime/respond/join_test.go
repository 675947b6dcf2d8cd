package respond

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// end is one side of a connection in memory whose directions end apart.
type end struct {
	*io.PipeReader
	*io.PipeWriter
}

func (e end) CloseWrite() error { return e.PipeWriter.Close() }
func (e end) Close() error      { return errors.Join(e.PipeReader.Close(), e.PipeWriter.Close()) }

func newPipe() (a, b end) {
	r1, w1 := io.Pipe()
	r2, w2 := io.Pipe()
	return end{r1, w2}, end{r2, w1}
}

// upgraded is a sink whose connection is given.
type upgraded struct {
	sink
	conn   exchange.Conn
	failed error
}

func (u *upgraded) Hijack() (exchange.Conn, error) { return u.conn, u.failed }

func TestASwitchedConnectionIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _ := newExchange(exchange.HTTP)
		client, clientSide := newPipe()
		backend, backendSide := newPipe()
		s := &upgraded{conn: clientSide}
		x.Sink = s
		x.Response.Status, x.Response.Upgrade = 101, backendSide
		done := make(chan error, 1)
		go func() { done <- Send(x) }()

		io.WriteString(client.PipeWriter, "ping")
		got := make([]byte, 4)
		io.ReadFull(backend.PipeReader, got)
		io.WriteString(backend.PipeWriter, "pong!")
		back := make([]byte, 5)
		io.ReadFull(client.PipeReader, back)
		if string(got) != "ping" || string(back) != "pong!" || s.status != 101 {
			t.Errorf("got %q and %q, status %d", got, back, s.status)
		}
		backend.CloseWrite() // one direction ends, the other goes on
		if _, err := client.PipeReader.Read(back); err != io.EOF {
			t.Errorf("the client reads %v after the backend ended", err)
		}
		io.WriteString(client.PipeWriter, "more")
		if _, err := io.ReadFull(backend.PipeReader, got); err != nil || string(got) != "more" {
			t.Errorf("the backend reads %q, %v", got, err)
		}
		client.CloseWrite()
		if err := <-done; err != nil {
			t.Errorf("Send = %v", err)
		}
		if x.Log.ResponseLength != 5 {
			t.Errorf("logged %d bytes", x.Log.ResponseLength)
		}
	})
}

func TestAFailingSideEndsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _ := newExchange(exchange.HTTP)
		client, clientSide := newPipe()
		backend, backendSide := newPipe()
		x.Sink = &upgraded{conn: clientSide}
		x.Response.Status, x.Response.Upgrade = 101, backendSide
		done := make(chan error, 1)
		go func() { done <- Send(x) }()
		broken := errors.New("broken")
		backend.PipeWriter.CloseWithError(broken)
		if err := <-done; !errors.Is(err, broken) {
			t.Errorf("Send = %v", err)
		}
		if _, err := client.PipeReader.Read(make([]byte, 1)); err == nil {
			t.Error("the client's side is still open")
		}
	})
}

func TestAConnectionThatCannotBeTakenOver(t *testing.T) {
	x, _ := newExchange(exchange.HTTP)
	_, backendSide := newPipe()
	x.Sink = &upgraded{failed: net.ErrClosed}
	x.Response.Status, x.Response.Upgrade = 101, backendSide
	if err := Send(x); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Send = %v", err)
	}
	if _, err := backendSide.PipeWriter.Write([]byte("x")); err == nil {
		t.Error("the backend's side is still open")
	}
}

func TestARefusalClosesASwitchedConnection(t *testing.T) {
	x, _ := newExchange(exchange.REST)
	_, backendSide := newPipe()
	x.Response.Status, x.Response.Upgrade = 101, backendSide
	x.Refused = &exchange.Refusal{Type: exchange.APIConfigurationError}
	(*Responses)(nil).Prepare(x)
	if _, err := backendSide.PipeWriter.Write([]byte("x")); err == nil || x.Response.Upgrade != nil {
		t.Error("the backend's side is still open")
	}
}
