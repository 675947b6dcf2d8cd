package portico_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/outbound"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

// hosts answers by the path of a request, and keeps what it was asked.
type hosts struct{ asked []porticotest.HTTPRequest }

func (h *hosts) answer(r porticotest.HTTPRequest) (porticotest.HTTPAnswer, error) {
	h.asked = append(h.asked, r)
	switch _, path, _ := strings.Cut(r.URL, ".example/"); path {
	case "slow":
		return porticotest.HTTPAnswer{}, portico.ErrTimeout
	case "gone":
		return porticotest.HTTPAnswer{}, errors.New("nobody there")
	case "echo":
		return porticotest.HTTPAnswer{Body: strings.ToUpper(r.Body), Trailers: porticotest.Pairs{{"X-Sum", "3"}, {"X-Told", fmt.Sprint(r.Trailers)}}}, nil
	}
	return porticotest.HTTPAnswer{Status: 404, Header: porticotest.Pairs{{"Content-Type", "text/plain"}, {"X-Many", "1"}, {"x-many", "2"}, {"X-Empty", ""}},
		Body: "not " + strings.Repeat("found", 1000)}, nil
}

func TestARequestIsAnswered(t *testing.T) {
	h := &hosts{}
	s := &porticotest.State{HTTP: h.answer, Secrets: map[string]porticotest.Secret{"key": {Value: "s3", UseOnly: true}}}
	with(s, func() {
		r, err := outbound.Get("https://a.example/x?y=1", "Accept", "text/plain", "Authorization", "Bearer {secret:key}")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		body, err := io.ReadAll(r)
		if err != nil || r.Status != 404 || len(body) != 5004 {
			t.Errorf("got %d, %d bytes, %v", r.Status, len(body), err)
		}
		for name, want := range map[string]string{"content-type": "text/plain", "X-MANY": "1, 2", "X-Empty": ""} {
			if got, ok := r.Header(name); got != want || !ok {
				t.Errorf("Header(%q) = %q, %v, want %q", name, got, ok, want)
			}
		}
		if _, ok := r.Header("none"); ok {
			t.Error("there is a header that nobody sent")
		}
		var list []string
		for name, value := range r.Headers() {
			list = append(list, name+"="+value)
		}
		if want := []string{"Content-Type=text/plain", "X-Many=1", "x-many=2", "X-Empty="}; !reflect.DeepEqual(list, want) {
			t.Errorf("Headers gave %q, want %q", list, want)
		}
	})
	want := []porticotest.HTTPRequest{{Method: "GET", URL: "https://a.example/x?y=1", Header: porticotest.Pairs{{"Accept", "text/plain"}, {"Authorization", "Bearer s3"}}}}
	if !reflect.DeepEqual(h.asked, want) {
		t.Errorf("it asked %+v, want %+v", h.asked, want)
	}
}

func TestSeveralHostsAreAskedAtOnce(t *testing.T) {
	h := &hosts{}
	with(&porticotest.State{HTTP: h.answer}, func() {
		start := func(path string) *outbound.Call {
			c, err := outbound.Start(&outbound.Request{URL: "https://a.example/" + path, Redirects: true})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		waiting := []*outbound.Call{start("slow"), start("echo"), start("gone")}
		var got []string
		for len(waiting) > 0 {
			c, err := outbound.Wait(0, waiting...)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Response()
			got = append(got, fmt.Sprint(err))
			for i, w := range waiting {
				if w == c {
					waiting = append(waiting[:i], waiting[i+1:]...)
					break
				}
			}
		}
		if want := []string{"ETIMEDOUT", "<nil>", "ECONN"}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, err := outbound.Wait(0); !errors.Is(err, portico.ErrInvalid) {
			t.Errorf("Wait for nothing gave %v", err)
		}
	})
	if len(h.asked) != 3 || !h.asked[0].Redirects {
		t.Errorf("it asked %+v", h.asked)
	}
}

func TestABodyIsStreamed(t *testing.T) {
	h := &hosts{}
	with(&porticotest.State{HTTP: h.answer}, func() {
		c, err := outbound.Stream(&outbound.Request{Method: "POST", URL: "https://a.example/echo"}, "X-Sum", "X-Other")
		if err != nil {
			t.Fatal(err)
		}
		_, err = outbound.Wait(time.Millisecond, c)
		is(t, "Wait before the body is complete", err, portico.ErrTimeout)
		_, err = io.WriteString(c, "ab")
		is(t, "WriteString", err, nil)
		_, err = c.Write([]byte("c"))
		is(t, "Write", err, nil)
		is(t, "SetTrailer", c.SetTrailer("x-sum", "3"), nil)
		is(t, "SetTrailer of another name", c.SetTrailer("x-third", "3"), portico.ErrInvalid)
		is(t, "CloseWrite", c.CloseWrite(), nil)
		is(t, "a second CloseWrite", c.CloseWrite(), portico.ErrClosed)
		is(t, "SetTrailer after CloseWrite", c.SetTrailer("x-sum", "3"), portico.ErrClosed)
		_, err = c.Write([]byte("d"))
		is(t, "Write after CloseWrite", err, portico.ErrClosed)
		r, err := c.Response()
		if err != nil {
			t.Fatal(err)
		}
		for name := range r.Trailers() {
			t.Errorf("there is a trailer %q before the end", name)
		}
		b, err := io.ReadAll(r)
		if string(b) != "ABC" || err != nil {
			t.Errorf("read %q, %v", b, err)
		}
		var trailers []string
		for name, value := range r.Trailers() {
			trailers = append(trailers, name+"="+value)
		}
		if want := []string{"X-Sum=3", "X-Told=[[x-sum 3]]"}; !reflect.DeepEqual(trailers, want) {
			t.Errorf("trailers are %q, want %q", trailers, want)
		}
		is(t, "Close", c.Close(), nil)
		_, err = r.Read(make([]byte, 1))
		is(t, "Read after Close", err, portico.ErrClosed)
		is(t, "a second Close", r.Close(), portico.ErrClosed)
	})
}

func TestRequestsThatCannotBeSentAreRefused(t *testing.T) {
	h := &hosts{}
	tests := []struct {
		name string
		r    outbound.Request
		want error
	}{
		{"a relative URL", outbound.Request{URL: "/x"}, portico.ErrInvalid},
		{"a user in the URL", outbound.Request{URL: "https://me@a.example/"}, portico.ErrInvalid},
		{"a fragment", outbound.Request{URL: "https://a.example/#x"}, portico.ErrInvalid},
		{"another scheme", outbound.Request{URL: "file:///etc/passwd"}, portico.ErrInvalid},
		{"a line break in a header", outbound.Request{URL: "https://a.example/", Header: []string{"A", "b\nc: d"}}, portico.ErrInvalid},
		{"a header that belongs to the gateway", outbound.Request{URL: "https://a.example/", Header: []string{"Host", "b"}}, portico.ErrPermission},
		{"a header for proxies", outbound.Request{URL: "https://a.example/", Header: []string{"Proxy-Authorization", "b"}}, portico.ErrPermission},
		{"a secret that was not granted", outbound.Request{URL: "https://a.example/", Header: []string{"A", "{secret:none}"}}, portico.ErrNotFound},
		{"a secret without an end", outbound.Request{URL: "https://a.example/", Header: []string{"A", "{secret:none"}}, portico.ErrInvalid},
		{"trailers without a stream", outbound.Request{URL: "https://a.example/", Header: []string{"Trailer", "X"}}, portico.ErrInvalid},
		{"a large head", outbound.Request{URL: "https://a.example/", Header: []string{"A", strings.Repeat("v", 41_000)}}, portico.ErrTooLarge},
	}
	with(&porticotest.State{HTTP: h.answer}, func() {
		for _, tt := range tests {
			_, err := outbound.Do(&tt.r)
			is(t, tt.name, err, tt.want)
		}
		for range 16 {
			_, err := outbound.Start(&outbound.Request{URL: "https://a.example/", Timeout: -1})
			is(t, "one of 16", err, nil)
		}
		_, err := outbound.Start(&outbound.Request{URL: "https://a.example/"})
		is(t, "the 17th", err, portico.ErrExhausted)
	})
	with(nil, func() {
		_, err := outbound.Get("https://a.example/")
		is(t, "without a grant", err, portico.ErrPermission)
	})
}
