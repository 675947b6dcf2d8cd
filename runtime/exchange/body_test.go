package exchange

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func stream(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func TestABodyIsReadOnce(t *testing.T) {
	var b Body
	b.SetStream(stream("hello"), -1)
	got, err := io.ReadAll(&b)
	if string(got) != "hello" || err != nil {
		t.Fatalf("ReadAll = %q, %v", got, err)
	}
	if b.Rewind() {
		t.Error("a stream that was read can be read again")
	}
}

// remaining is a stream that knows that the rest is there.
type remaining struct{ *strings.Reader }

func (r remaining) Close() error                  { return nil }
func (r remaining) Whole() (rest []byte, ok bool) { return []byte("rest"), true }

func TestTheRestOfAStreamIsLentUntilSomethingIsKept(t *testing.T) {
	var b Body
	if rest, ok := b.Whole(); ok {
		t.Errorf("an empty body lends %q", rest)
	}
	b.SetStream(stream("hello"), -1)
	if rest, ok := b.Whole(); ok {
		t.Errorf("a stream that cannot say lends %q", rest)
	}
	b.SetStream(remaining{strings.NewReader("hello")}, 5)
	if rest, ok := b.Whole(); string(rest) != "rest" || !ok {
		t.Errorf("got %q, %v", rest, ok)
	}
	if _, err := b.readKept(make([]byte, 2), 0, 10); err != nil {
		t.Fatal(err)
	}
	if rest, ok := b.Whole(); ok {
		t.Errorf("lends %q though a part is kept", rest)
	}
}

func TestWhatPluginsReadIsKept(t *testing.T) {
	cases := []struct {
		name  string
		read  int // bytes a plugin reads first
		limit int
		keep  error // of Keep after that
	}{
		{"nothing read", 0, 1000, nil},
		{"a part read", 3, 1000, nil},
		{"all read", 600, 1000, nil},
		{"just the limit", 0, 600, nil},
		{"over the limit", 0, 599, ErrTooLarge},
	}
	text := strings.Repeat("0123456789", 60) // 600 bytes
	for _, c := range cases {
		for _, size := range []int64{-1, int64(len(text))} {
			t.Run(c.name, func(t *testing.T) {
				var b Body
				b.SetStream(io.NopCloser(iotest.OneByteReader(strings.NewReader(text))), size)
				p := make([]byte, 600)
				for off := 0; off < c.read; {
					n, err := b.readKept(p[off:c.read], off, c.limit)
					if err != nil {
						t.Fatal(err)
					}
					off += n
				}
				whole, err := b.Keep(c.limit)
				if !errors.Is(err, c.keep) || err == nil && string(whole) != text {
					t.Fatalf("Keep = %d bytes, %v; want %v", len(whole), err, c.keep)
				}
				if all, err := io.ReadAll(&b); string(all) != text || err != nil {
					t.Errorf("sent on %d bytes, %v; want all %d", len(all), err, len(text))
				}
			})
		}
	}
}

func TestAFailingStreamFailsEveryReader(t *testing.T) {
	broken := errors.New("broken")
	var b Body
	b.SetStream(io.NopCloser(io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken))), -1)
	if _, err := b.Keep(100); !errors.Is(err, broken) {
		t.Errorf("Keep = %v", err)
	}
	if _, err := b.readKept(make([]byte, 9), 2, 100); !errors.Is(err, broken) {
		t.Errorf("readKept = %v", err)
	}
	if got, err := io.ReadAll(&b); string(got) != "ab" || !errors.Is(err, broken) {
		t.Errorf("ReadAll = %q, %v", got, err)
	}
	if _, ok := b.InMemory(); ok {
		t.Error("a failed body passes for a whole one")
	}
}

type closer struct {
	io.Reader
	closed int
}

func (c *closer) Close() error { c.closed++; return nil }

func TestAStreamIsClosedOnce(t *testing.T) {
	c := &closer{Reader: strings.NewReader("x")}
	var b Body
	b.SetStream(c, 1)
	b.SetBytes([]byte("new"))
	b.Close()
	if c.closed != 1 {
		t.Errorf("closed %d times", c.closed)
	}
	if p, ok := b.InMemory(); string(p) != "new" || !ok || b.Size() != 3 {
		t.Errorf("InMemory = %q, %v, size %d", p, ok, b.Size())
	}
}

func TestABodyContinuesWithAStream(t *testing.T) {
	var b Body
	if err := b.Append([]byte("head "), 10); err != nil {
		t.Fatal(err)
	}
	if err := b.Append(bytes.Repeat([]byte("x"), 6), 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Append over the limit = %v", err)
	}
	b.Continue(stream("and tail"))
	if got, _ := io.ReadAll(&b); string(got) != "head and tail" || b.Size() != -1 {
		t.Errorf("got %q, size %d", got, b.Size())
	}
}
