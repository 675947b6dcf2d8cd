package front

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Every answer belongs to its request, over both protocols, with bodies read,
// half read and unread, aborts and upgrades in between, and Shutdown at the
// end.
func TestServer_hammer(t *testing.T) {
	s, addr := start(t, Options{MaxConnections: 40}, func(ctx context.Context, x *exchange.Exchange) {
		if x.Request.Upgrade != "" {
			echo(ctx, x)
			return
		}
		want, _ := x.Request.Header.Get("X-Want")
		switch x.Request.RawPath {
		case "/abort":
			x.Sink.WriteHead(200, nil, -1, false)
			x.Sink.Abort()
			return
		case "/half":
			x.Request.Body.Read(make([]byte, 3))
		case "/whole":
			b, err := io.ReadAll(&x.Request.Body)
			if err != nil || string(b) != strings.Repeat(want, 100) {
				want = fmt.Sprintf("body %q, %v", b, err)
			}
		}
		x.Response.Header.Add("X-Got", want)
		x.Sink.WriteHead(200, x.Response.Header, int64(len(want)), false)
		io.WriteString(writer{x.Sink}, want)
	})
	var workers sync.WaitGroup
	for w := range 12 {
		workers.Go(func() {
			c := client(t, 1+w%2)
			for i := range 60 {
				want := fmt.Sprintf("%d-%d", w, i)
				path := [...]string{"/", "/whole", "/half", "/unread", "/abort"}[i%5]
				var body io.Reader
				if path != "/" {
					body = strings.NewReader(strings.Repeat(want, 100))
				}
				req, _ := http.NewRequest("POST", "http://"+addr+path, body)
				req.Header.Set("X-Want", want)
				resp, err := c.Do(req)
				if err != nil {
					// The client may see a connection end that the server
					// could not keep, as after an abort.
					continue
				}
				got, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if path == "/abort" {
					if err == nil {
						t.Errorf("%s: aborted, but read %q", want, got)
					}
				} else if string(got) != want || resp.Header.Get("X-Got") != want {
					t.Errorf("%s %s: got %q, %v", path, want, got, err)
				}
			}
		})
		workers.Go(func() {
			for range 5 {
				c := dial(t, addr)
				io.WriteString(c, upgradeRequest)
				br := bufio.NewReader(c)
				if line, _ := br.ReadString('\n'); !strings.Contains(line, " 101 ") {
					t.Errorf("upgrade answered with %q", line)
				}
				c.Close()
			}
		})
	}
	workers.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if n := s.InFlight(); n != 0 {
		t.Errorf("%d requests in flight after Shutdown", n)
	}
}
