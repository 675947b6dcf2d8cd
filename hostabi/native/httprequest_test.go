package native

import (
	"encoding/binary"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

func encoded(values ...string) (b []byte) {
	for _, v := range values {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}

func TestURLsAreTakenInOneForm(t *testing.T) {
	tests := []struct{ text, want string }{ // "" is refused
		{"http://a.example", "http://a.example"},
		{"HTTPS://A.Example/B%2fc?d=%20&e", "https://a.example/B%2fc?d=%20&e"},
		{"http://a.example:80/", "http://a.example/"},
		{"https://a.example:443/", "https://a.example/"},
		{"https://a.example:080/", "https://a.example:80/"},
		{"https://a.example:/", "https://a.example/"},
		{"http://10.0.0.7:8080/", "http://10.0.0.7:8080/"},
		{"http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/"},
		{"http://[::ffff:10.0.0.1]/", "http://[::ffff:10.0.0.1]/"},
		{"http://a_b.example/", "http://a_b.example/"},
		{"http://a.example?b", "http://a.example?b"},
		{"http://a.example\\@b.example/", ""}, {"http://a.example/\\", "http://a.example/%5C"}, {"http:a.example", ""}, {"http:///a", ""},
		{"http://a.example:99999/", ""}, {"http://a.example:-1/", ""}, {"http://a b/", ""}, {"http://a.example/%zz", ""},
		{"http://[fe80::1%25en0]/", ""}, {"http://[127.0.0.1]/", ""}, {"http://a.example]/", ""}, {"http://%61.example/", ""},
		{"http://a.example/\x00", ""}, {"ws://a.example/", ""}, {"http://@a.example/", ""}, {"http://a.example/#", ""},
	}
	for _, tt := range tests {
		got := ""
		if u, ok := parseTarget(tt.text); ok {
			got = u.String()
		}
		if got != tt.want {
			t.Errorf("%q is taken as %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever a guest gives as a request: what is taken says the same to every
// reader. The host is the one that a second reading finds, nothing in it ends a
// line, and no field is one that frames the message.
func FuzzARequestSaysOneThing(f *testing.F) {
	f.Add(encoded("GET", "https://a.example/b?c", "Accept", "*/*"), true)
	f.Add(encoded("POST", "http://[::1]:8080/", "Trailer", "X-Sum, y"), true)
	f.Add(encoded("GET", "http://a@b/"), false)
	f.Add([]byte("\xff\xff\xff\xff"), false)
	f.Fuzz(func(t *testing.T, b []byte, stream bool) {
		r := hostabi.HTTPRequest{Stream: stream}
		if readHead(&r, b) != 0 {
			return
		}
		again, err := url.Parse(r.URL.String())
		if err != nil || again.Host != r.URL.Host || again.Scheme != r.URL.Scheme || again.User != nil || again.Hostname() == "" {
			t.Errorf("%q is read as %+v the second time, %v", r.URL, again, err)
		}
		if strings.ContainsFunc(r.Method+r.URL.RequestURI()+r.URL.Host, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
			t.Errorf("the request line would be %q %q to %q", r.Method, r.URL.RequestURI(), r.URL.Host)
		}
		for _, h := range r.Header {
			if !hostabi.ValidName(h.Name) || !hostabi.ValidValue(h.Value) || frames(h.Name) {
				t.Errorf("it has the field %q: %q", h.Name, h.Value)
			}
		}
		for _, name := range r.Trailers {
			if !stream || !hostabi.ValidName(name) || frames(name) {
				t.Errorf("it declares the trailer %q", name)
			}
		}
	})
}

// Sixteen names of one secret, which may have 64 KiB, are a head of 1 MiB; a head
// full of them would be one of hundreds.
func TestAHeadNamesSecretsSixteenTimes(t *testing.T) {
	const most = hostabi.MaxHTTPSecrets
	tests := []struct {
		name   string
		values []string
		want   hostabi.Code
	}{
		{"one below the bound", []string{strings.Repeat("{secret:k}", most-1)}, 0},
		{"at the bound, in several headers", []string{strings.Repeat("{secret:k}", most-1), "Bearer {secret:other}"}, 0},
		{"over it in one header", []string{strings.Repeat("{secret:k}", most+1)}, hostabi.E2BIG},
		{"over it in several", []string{strings.Repeat("{secret:k}", most), "v", "{secret:k}"}, hostabi.E2BIG},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			head := []string{"GET", "https://a.example/"}
			for _, v := range tt.values {
				head = append(head, "x", v)
			}
			var r hostabi.HTTPRequest
			if got := readHead(&r, encoded(head...)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
