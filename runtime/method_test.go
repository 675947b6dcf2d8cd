package runtime_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// TestChangedMethod: whether an answer has content is decided by the method that
// the client sent, not by the one that an override or an integration put in
// its place.
func TestChangedMethod(t *testing.T) {
	plain := backend(t, func(c net.Conn, r *bufio.Reader) {
		first, err := head(r)
		if err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
		if !strings.HasPrefix(first, "HEAD ") {
			io.WriteString(c, "hello")
		}
	})
	s := serve(t, files(t, `
[apis.a]
protocol = "rest"
[[apis.a.routes]]
route = "ANY /mock"
integration = { type = "mock", responses = [{ body = "hello" }] }
[[apis.a.routes]]
route = "ANY /head"
integration = { type = "http_proxy", uri = "http://`+plain+`/", method = "HEAD" }
[[apis.a.routes]]
route = "ANY /get"
integration = { type = "http_proxy", uri = "http://`+plain+`/", method = "GET" }
[[apis.a.routes]]
route = "ANY /same"
integration = { type = "http_proxy", uri = "http://`+plain+`/" }
`))
	type answer struct {
		status int
		length string
		body   string
	}
	cases := []struct {
		name, method, path, override string
		want                         answer
	}{
		{"GET as HEAD of a mock", "GET", "/mock", "HEAD", answer{200, "5", "hello"}},
		{"GET as HEAD of nothing", "GET", "/none", "HEAD", answer{403, "42", `{"message":"Missing Authentication Token"}`}},
		{"GET as HEAD of a backend", "GET", "/same", "HEAD", answer{200, "0", ""}},
		{"HEAD as GET of a backend", "HEAD", "/same", "GET", answer{200, "5", ""}},
		{"GET where the backend is asked with HEAD", "GET", "/head", "", answer{200, "0", ""}},
		{"HEAD where the backend is asked with HEAD", "HEAD", "/head", "", answer{200, "5", ""}},
		{"HEAD where the backend is asked with GET", "HEAD", "/get", "", answer{200, "5", ""}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var fields []string
			if c.override != "" {
				fields = append(fields, "X-HTTP-Method-Override: "+c.override)
			}
			resp, body := s.do(c.method, c.path, nil, fields...)
			got := answer{resp.StatusCode, resp.Header.Get("Content-Length"), body}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
