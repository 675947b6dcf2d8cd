package runtime_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// dial connects to the gateway until the test ends.
func (s *stand) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// raw sends bytes and returns all that comes back until the gateway closes. A
// request should say "Connection: close".
func (s *stand) raw(request string) string {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close() // some tests ask thousands of times
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, request); err != nil {
		s.t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		s.t.Fatalf("reading an answer: %v after %q", err, b)
	}
	return string(b)
}

// bytes makes a request of its first line and further fields, and returns the
// answer with what differs from call to call replaced.
func (s *stand) bytes(line string, fields ...string) string {
	s.t.Helper()
	fields = append(fields, "Host: localhost", "Connection: close")
	return steady(s.raw(line + " HTTP/1.1\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"))
}

var changing = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`Date: [A-Z][a-z, 0-9A-Z:]*GMT`), "Date: <date>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "<uuid>"},
	{regexp.MustCompile(`(?i)(apigw-(request)?id|apigw-id): [A-Za-z0-9_-]{15}=`), "$1: <id>"},
	{regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]`), "<trace>"},
	{regexp.MustCompile(`Root=1-[0-9a-f]{8}-[0-9a-f]{24}`), "<trace>"},
}

// steady replaces what differs from call to call.
func steady(answer string) string {
	for _, c := range changing {
		answer = c.pattern.ReplaceAllString(answer, c.by)
	}
	return answer
}

// answer joins the lines of an expected answer.
func answer(lines ...string) string { return strings.Join(lines, "\r\n") }

// get makes a request and returns status and body.
func (s *stand) get(path string, fields ...string) (int, string) {
	s.t.Helper()
	resp, body := s.do("GET", path, nil, fields...)
	return resp.StatusCode, body
}

// do makes a request; fields are "Name: value".
func (s *stand) do(method, path string, body io.Reader, fields ...string) (*http.Response, string) {
	s.t.Helper()
	resp, got, err := s.try(method, path, body, fields...)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, got
}

// try is do for goroutines other than the test's.
func (s *stand) try(method, path string, body io.Reader, fields ...string) (*http.Response, string, error) {
	req, err := http.NewRequest(method, "http://"+s.addr+path, body)
	if err != nil {
		return nil, "", err
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Add(name, value)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp, string(got), err
}

// backend answers each connection with f until the test ends, and returns its
// address.
func backend(t testing.TB, f func(c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			running.Go(func() {
				defer func() {
					c.Close()
					mu.Lock()
					delete(open, c)
					mu.Unlock()
				}()
				f(c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for c := range open {
			c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return l.Addr().String()
}

// head reads the head of a request, byte by byte as it came.
func head(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String(), err
		}
	}
}

// canned answers every request with the same bytes and closes.
func canned(t testing.TB, answer string) string {
	return backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err == nil {
			io.WriteString(c, answer)
		}
	})
}

// echoing answers each request with its own head and body as text, and keeps
// the connection.
func echoing(t testing.TB) string {
	return backend(t, func(c net.Conn, r *bufio.Reader) {
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			var b strings.Builder
			fmt.Fprintf(&b, "%s %s\n", req.Method, req.RequestURI)
			fmt.Fprintf(&b, "Host: %s\n", req.Host)
			req.Header.Write(&b)
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return
			}
			b.WriteString("\n" + string(body))
			text := strings.ReplaceAll(b.String(), "\r\n", "\n")
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", len(text))
			if req.Method != "HEAD" {
				io.WriteString(c, text)
			}
		}
	})
}
