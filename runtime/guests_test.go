package runtime_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

const moods = `
[apis.rest]
protocol = "rest"
base_path = "/rest"
[apis.rest.authorizers.moody]
type = "request"
plugin = "moods"
identity_source = []
ttl = "0s"
timeout = "1s"
[[apis.rest.routes]]
route = "GET /authorize"
authorizer = "moody"
integration = { type = "mock" }
[[apis.rest.routes]]
route = "GET /request"
map_request = ["moods"]
integration = { type = "plugin", plugin = "echo" }
[[apis.rest.routes]]
route = "GET /response"
map_response = ["moods"]
integration = { type = "plugin", plugin = "echo" }
[[apis.rest.routes]]
route = "GET /open"
map_request = ["open"]
integration = { type = "plugin", plugin = "echo" }
[[apis.rest.routes]]
route = "GET /integrate"
integration = { type = "plugin", plugin = "moods", timeout = "1s" }
[[apis.rest.routes]]
route = "GET /patient"
integration = { type = "plugin", plugin = "moods", timeout = "29s" }
[[apis.rest.routes]]
route = "GET /fine"
integration = { type = "plugin", plugin = "echo" }

[apis.http]
protocol = "http"
base_path = "/http"
[apis.http.authorizers.moody]
type = "request"
plugin = "moods"
identity_source = []
ttl = "0s"
timeout = "1s"
[[apis.http.routes]]
route = "GET /authorize"
authorizer = "moody"
integration = { type = "plugin", plugin = "echo" }
[[apis.http.routes]]
route = "GET /integrate"
integration = { type = "plugin", plugin = "moods", timeout = "1s" }
`

// steadfast turns the breaker off, so that each call is judged by itself, and lets
// calls of the host go on until the time is over.
const steadfast = "timeout = \"1s\"\nmemory = \"4MiB\"\nlimits.host_calls = 1000000000\n[breaker]\nfailures = 0\n"

// TestBadGuests: each way in which a guest can fail, in each place where one
// can stand, costs its own request; other routes go on answering meanwhile.
func TestBadGuests(t *testing.T) {
	s := serve(t, files(t, moods, "moods", "open=moods", "echo",
		"moods.toml", steadfast, "open.toml", "failure = \"open\"\n"+steadfast))

	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			resp, body, err := s.try("GET", "/rest/fine", nil)
			if err != nil || resp.StatusCode != 200 || body != "GET /fine\n" {
				t.Errorf("another route: %v %q %v", resp, body, err)
				return
			}
		}
	})
	defer others.Wait()
	defer close(stop)

	type got struct {
		status       int
		kind, answer string
	}
	failed := got{500, "AuthorizerFailureException", `{"message":null}`}
	misbehaved := got{500, "AuthorizerConfigurationException", `{"message":null}`}
	internal := got{500, "InternalServerErrorException", `{"message": "Internal server error"}`}
	bad := got{502, "InternalServerErrorException", `{"message": "Internal server error"}`}
	late := got{504, "InternalServerErrorException", `{"message": "Endpoint request timed out"}`}
	plain := got{500, "", `{"message":"Internal Server Error"}`}
	unavailable := got{503, "", `{"message":"Service Unavailable"}`}
	echoed := got{200, "", "GET /open\n"}

	for _, test := range []struct {
		name, mood                                string
		authorize, mapping, integrate, httpFailed got
	}{
		{"traps", "trap", failed, internal, bad, plain},
		{"loops", "loop", failed, internal, late, unavailable},
		{"recurses without end", "recurse", failed, internal, bad, plain},
		{"makes 2^40 calls without a loop", "grow", failed, internal, late, unavailable},
		{"calls the host without end", "host", failed, internal, late, unavailable},
		{"exits", "xit", failed, internal, bad, plain},
		{"takes all memory", "memory", failed, internal, bad, plain},
		{"answers with a number that is no answer", "number", misbehaved, internal, bad, plain},
		{"answers with an error code", "error", misbehaved, got{}, bad, plain},
		{"answers with what is no JSON", "write", misbehaved, got{}, bad, plain},
		{"says that there is a result where there is none", "zero", misbehaved, got{}, bad, plain},
	} {
		t.Run("a guest that "+test.name, func(t *testing.T) {
			var places sync.WaitGroup // together, since some take their time
			defer places.Wait()
			for path, want := range map[string]got{
				"/rest/authorize": test.authorize, "/http/authorize": plain,
				"/rest/request": test.mapping, "/rest/response": test.mapping, "/rest/open": echoed,
				"/rest/integrate": test.integrate, "/http/integrate": test.httpFailed,
			} {
				if want == (got{}) || path == "/rest/open" && test.mapping == (got{}) {
					continue // this mood does not concern that place
				}
				places.Go(func() {
					resp, body, err := s.try("GET", path, nil, "X-Mood: "+test.mood)
					if err != nil {
						t.Errorf("%s: %v", path, err)
						return
					}
					if g := (got{resp.StatusCode, resp.Header.Get("X-Amzn-Errortype"), body}); g != want {
						t.Errorf("%s: got %v, want %v", path, g, want)
					}
				})
			}
		})
	}
	resp, body := s.do("GET", "/rest/patient", nil, "X-Mood: flood")
	if g := (got{resp.StatusCode, resp.Header.Get("X-Amzn-Errortype"), body}); g != bad {
		t.Errorf("a guest that floods the body of its answer: got %v, want %v", g, bad)
	}
	for _, path := range []string{"/rest/authorize", "/rest/request", "/rest/response", "/rest/integrate", "/http/integrate"} {
		if status, body := s.get(path); status != 200 {
			t.Errorf("%s afterwards, behaving: %d %s", path, status, body)
		}
	}
}

// TestStreamingGuests: a guest that flushes streams, and one that breaks after
// that has its connection cut, so that nobody takes the answer for whole.
func TestStreamingGuests(t *testing.T) {
	s := serve(t, files(t, moods, "moods", "open=moods", "echo", "moods.toml", steadfast))
	resp, body := s.do("GET", "/rest/integrate", nil, "X-Mood: stream")
	if want := "data: 1\n\ndata: 2\n\n"; resp.StatusCode != 200 || body != want || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("got %d %q %v, want %q", resp.StatusCode, body, resp.Header, want)
	}
	if _, body, err := s.try("GET", "/rest/integrate", nil, "X-Mood: break"); err == nil || body != "data: 1\n\n" {
		t.Errorf("a broken stream: got %q, error %v; want the first event and an error", body, err)
	}
	resp, body = s.do("GET", "/rest/request", nil, "X-Mood: answer")
	if resp.StatusCode != 418 || body != "fine\n" {
		t.Errorf("a mapper that answers: got %d %q, want 418", resp.StatusCode, body)
	}
}

// TestATrapIsToldToTheLogOnly: the log has the names of the functions that the
// guest was in, the client nothing of it.
func TestATrapIsToldToTheLogOnly(t *testing.T) {
	s := serve(t, files(t, moods, "moods", "open=moods", "echo", "moods.toml", steadfast))
	for _, path := range []string{"/rest/authorize", "/rest/request", "/rest/response", "/rest/integrate", "/http/integrate"} {
		s.log.reset()
		resp, body := s.do("GET", path, nil, "X-Mood: trap")
		if resp.StatusCode < 500 || strings.Contains(fmt.Sprint(resp.Header, body), "misbehave") {
			t.Errorf("%s: the client got %d %v %q", path, resp.StatusCode, resp.Header, body)
		}
		if text := s.log.String(); !strings.Contains(text, "unreachable in .misbehave(i32) < ") {
			t.Errorf("%s: the log does not name the guest's functions:\n%s", path, text)
		}
	}
}

// TestBreaker: a guest that fails again and again is left alone.
func TestBreaker(t *testing.T) {
	s := serve(t, files(t, moods, "moods", "open=moods", "echo", "moods.toml", "[breaker]\nfailures = 3\nopen = \"1h\"\n"))
	var statuses []string
	for range 5 {
		resp, _ := s.do("GET", "/rest/integrate", nil, "X-Mood: trap")
		statuses = append(statuses, resp.Status[:3])
	}
	if got, want := strings.Join(statuses, " "), "502 502 502 503 503"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if status, body := s.get("/rest/integrate"); status != 503 || body != `{"message": "Service Unavailable"}` {
		t.Errorf("the next one, behaving: got %d %q, want 503", status, body)
	}
	if status, body := s.get("/http/integrate"); status != 503 || body != `{"message":"Service Unavailable"}` {
		t.Errorf("in an HTTP API: got %d %q, want 503", status, body)
	}
	if status, _ := s.get("/rest/fine"); status != 200 {
		t.Errorf("another route: got %d", status)
	}
	// A changed plugin is another plugin.
	write(t, s.plugin("moods.toml"), "[breaker]\nfailures = 4\n")
	s.reload()
	if status, _ := s.get("/rest/integrate"); status != 200 {
		t.Errorf("after a change of moods.toml: got %d, want 200", status)
	}
}
