package runtime_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// versioned is a gateway whose version stands in two places: in the route's
// own answer and in the configuration of a plugin.
func versioned(version int) string {
	return fmt.Sprintf(`
[apis.a]
protocol = "rest"
[[apis.a.routes]]
route = "GET /both"
map_response = ["stamp-%[2]d"]
integration = { type = "mock", responses = [{ body = "%[1]d", parameters = { "method.response.header.X-Route" = "'%[1]d'" } }] }
`, version, version%2)
}

// version makes the files those of a version and reloads. Two plugins take
// turns, so that none's file changes while a snapshot is to use it.
func (s *stand) version(t testing.TB, n int) error {
	write(t, s.plugin(fmt.Sprintf("stamp-%d.toml", n%2)), fmt.Sprintf("[config]\nstamp = \"%d\"\n", n))
	write(t, s.dir+"/gateway.toml", gatewayFile(versioned(n)))
	_, err := s.Reload(context.Background())
	return err
}

// mixed says what is wrong with an answer whose parts are of two versions.
func (s *stand) mixed() error {
	resp, body, err := s.try("GET", "/both", nil)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != 200:
		return fmt.Errorf("status %d: %s", resp.StatusCode, body)
	case resp.Header.Get("X-Stamp") != body || resp.Header.Get("X-Route") != body || body == "":
		return fmt.Errorf("a mixture: body %q, stamp %q, route %q", body, resp.Header.Get("X-Stamp"), resp.Header.Get("X-Route"))
	}
	return nil
}

func serveVersioned(t *testing.T) *stand {
	return serve(t, files(t, versioned(1), "stamp-0=stamp", "stamp-1=stamp",
		"stamp-0.toml", "[config]\nstamp = \"0\"\n", "stamp-1.toml", "[config]\nstamp = \"1\"\n"))
}

// TestReload_hammer reloads while requests, scrapes and questions run; with
// -race it looks for what they share.
func TestReload_hammer(t *testing.T) {
	s := serveVersioned(t)
	done := make(chan struct{})
	var running sync.WaitGroup
	loop := func(f func() error) {
		running.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := f(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		loop(s.mixed)
	}
	loop(func() error { _, err := s.Gatherer().Gather(); return err })
	loop(func() error {
		if r := s.Routes(); len(r) != 1 || !strings.HasSuffix(r[0].URL, "/both") {
			return fmt.Errorf("routes: %+v", r)
		}
		s.Plugins()
		if last := s.LastReload(); last.Snapshot < 1 || s.Config() == nil {
			return fmt.Errorf("last reload: %+v", last)
		}
		return nil
	})
	loop(func() error { // beside those that change something
		_, _ = s.Reload(context.Background()) // it may meet the broken file
		return nil
	})
	for n := 2; n < 40; n++ {
		if err := s.version(t, n); err != nil {
			t.Error(err)
		}
		write(t, s.dir+"/gateway.toml", "broken")
		if _, err := s.Reload(context.Background()); err == nil {
			t.Error("a broken file was accepted")
		}
		write(t, s.dir+"/gateway.toml", gatewayFile(versioned(n)))
	}
	close(done)
	running.Wait()
}
