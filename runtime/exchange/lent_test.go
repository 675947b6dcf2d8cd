package exchange

import (
	"io"
	"strings"
	"testing"
)

// TestLentMemory: memory that was given to a body, such as the configured
// body of a mock, is never written to, whatever happens to the body and to the
// exchange afterwards.
func TestLentMemory(t *testing.T) {
	const text = "the configured body"
	secret := strings.Repeat("of another request ", 4)
	stream := func() io.ReadCloser { return io.NopCloser(strings.NewReader(secret)) }
	cases := []struct {
		name string
		do   func(x *Exchange)
	}{
		{"the exchange's next answer is read into memory", func(x *Exchange) {
			x.Reset()
			x.Response.Body.SetStream(stream(), -1)
			x.Response.Body.Keep(1 << 10)
		}},
		{"a stream takes its place", func(x *Exchange) {
			x.Response.Body.SetStream(stream(), -1)
			x.Response.Body.Keep(1 << 10)
		}},
		{"a stream goes on behind it", func(x *Exchange) {
			x.Response.Body.Continue(stream())
			x.Response.Body.Keep(1 << 10)
		}},
		{"more is appended", func(x *Exchange) { x.Response.Body.Append([]byte(secret), 1<<10) }},
		{"the exchange's next answer is appended to", func(x *Exchange) {
			x.Reset()
			x.Response.Body.Append([]byte(secret), 1<<10)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			memory := []byte(text + strings.Repeat(".", 100))
			want := string(memory)
			var x Exchange
			x.Response.Body.SetBytes(memory[:len(text)])
			c.do(&x)
			if string(memory) != want {
				t.Errorf("the memory is %q, want %q", memory, want)
			}
		})
	}
}
