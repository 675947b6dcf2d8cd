package native_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// verifyFunc is a JWT.
type verifyFunc func(ctx context.Context) ([]byte, error)

func (f verifyFunc) Verify(ctx context.Context, _, _ string) ([]byte, error) { return f(ctx) }

var verifyCommand = tck.Command{Func: hostabi.FuncJWTVerify, In: [2]string{"issuer", "token"}}

// withJWT are capabilities of which jwt is f.
func withJWT(f verifyFunc) hostabi.Capabilities {
	c := tck.NewCapabilities()
	c.JWT = f
	return c
}

// waiting waits for keys that do not come, as JWT says that it may: for as long as
// ctx has, by its Deadline and its Done.
func waiting(ctx context.Context) ([]byte, error) {
	late := time.After(time.Minute)
	if d, ok := ctx.Deadline(); ok {
		late = time.After(time.Until(d))
	}
	select {
	case <-late:
		return nil, context.DeadlineExceeded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestAGuestThatWaitsForKeysIsStopped(t *testing.T) {
	e := newEngine(t)
	for _, tt := range []struct {
		name    string
		ctx     func() (context.Context, context.CancelFunc)
		timeout time.Duration
		want    hostabi.Reason
	}{
		{"at its deadline", func() (context.Context, context.CancelFunc) {
			return hostabi.WithDeadline(context.Background(), time.Now().Add(20*time.Millisecond)), func() {}
		}, time.Minute, hostabi.TimedOut},
		{"when the plugin's time is over", func() (context.Context, context.CancelFunc) {
			return context.Background(), func() {}
		}, 20 * time.Millisecond, hostabi.TimedOut},
		{"when its client leaves", func() (context.Context, context.CancelFunc) {
			ctx, leave := context.WithCancel(context.Background())
			time.AfterFunc(20*time.Millisecond, leave)
			return ctx, leave
		}, time.Minute, hostabi.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := native.New(context.Background(), e, tck.Guest, native.Options{Name: "conformance", Capabilities: withJWT(waiting), Timeout: tt.timeout})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{verifyCommand, verifyCommand})}})
			ctx, cancel := tt.ctx()
			defer cancel()
			before := time.Now()
			_, err = p.Call(ctx, hostabi.Authorize, h)
			var f *hostabi.Failure
			if !errors.As(err, &f) || f.Reason != tt.want {
				t.Errorf("the call ended with %v, want %s", err, tt.want)
			}
			if took := time.Since(before); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// A stream verifies after its head as before, when the time that it had for the
// head is over.
func TestAStreamVerifiesAfterItsHead(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	p, err := native.New(context.Background(), newEngine(t), tck.Guest, native.Options{Name: "conformance", Timeout: time.Minute,
		Capabilities: withJWT(func(inner context.Context) ([]byte, error) {
			<-ctx.Done()
			time.Sleep(5 * time.Millisecond) // what looks at the caller's context has run
			return []byte("{}"), inner.Err()
		})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{
		{Func: hostabi.FuncStreamFlush, Number: hostabi.StreamResponse}, verifyCommand})}})
	if _, err := p.Call(ctx, hostabi.Integrate, h); err != nil {
		t.Fatal(err)
	}
	body, _, _ := h.Body(true)
	if results, err := tck.Decode(body, 2); err != nil || results[1].Value != 2 {
		t.Errorf("it got %v, %v", results, err)
	}
}

func TestErrorsOfTokensAreCodes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    error
		want   hostabi.Code
		reason string
	}{
		{"a token that is none", hostabi.TokenMalformed, hostabi.EINVAL, "malformed"},
		{"one that is refused", hostabi.TokenNotYet, hostabi.EPERM, "not_yet"},
		{"a code is itself", hostabi.ECONN, hostabi.ECONN, ""},
		{"what is none is EIO", io.ErrUnexpectedEOF, hostabi.EIO, ""},
		{"a time of its own is ETIMEDOUT", context.DeadlineExceeded, hostabi.ETIMEDOUT, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reason := tck.Command{Func: hostabi.FuncJWTReason, Cap: 16, Keep: 16}
			results, p, err := conformance(t, context.Background(), native.Options{Log: slog.New(slog.DiscardHandler),
				Capabilities: withJWT(func(context.Context) ([]byte, error) { return nil, tt.err })}, verifyCommand, reason)
			if err != nil || results[0].Value != int64(tt.want) || results[1].Buffer[:results[1].Value] != tt.reason {
				t.Fatalf("got %v, %v, want %v and %q", results, err, tt.want, tt.reason)
			}
			// The next call has met no token yet.
			h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{reason})}})
			if _, err := p.Call(context.Background(), hostabi.MapRequest, h); err != nil {
				t.Fatal(err)
			}
			if results, err = tck.Decode(h.Scratch("conformance"), 1); err != nil || results[0].Value != 0 {
				t.Errorf("the next call got %v, %v", results, err)
			}
		})
	}
	if got := hostabi.TokenFault(99).Error(); got != "unknown" {
		t.Errorf("a fault that is not there prints %q", got)
	}
}
