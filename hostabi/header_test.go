package hostabi

import (
	"slices"
	"strings"
	"testing"
)

func list(pairs ...string) Header {
	var h Header
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestHeaderChanges(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Header)
		want   Header
	}{
		{"Set replaces all at the place of the first", func(h *Header) { h.Set("X-A", "9") }, list("X-A", "9", "x-b", "2")},
		{"Set appends what was absent", func(h *Header) { h.Set("c", "9") }, list("x-a", "1", "x-b", "2", "X-a", "3", "c", "9")},
		{"Add keeps what is there", func(h *Header) { h.Add("x-a", "9") }, list("x-a", "1", "x-b", "2", "X-a", "3", "x-a", "9")},
		{"Del removes all without regard to case", func(h *Header) { h.Del("X-A") }, list("x-b", "2")},
		{"Del of an absent name changes nothing", func(h *Header) { h.Del("y") }, list("x-a", "1", "x-b", "2", "X-a", "3")},
		{"Reset empties", func(h *Header) { h.Reset() }, Header{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := list("x-a", "1", "x-b", "2", "X-a", "3")
			tt.change(&h)
			if !slices.Equal(h, tt.want) {
				t.Errorf("got %v, want %v", h, tt.want)
			}
		})
	}
}

func TestHeaderReads(t *testing.T) {
	h := list("A", "1", "cookie", "a=1", "a", "2", "Cookie", "b=2", "empty", "")
	first, _ := h.Get("a")
	last, _ := h.Last("A")
	joined, _ := h.Joined("a")
	cookies, _ := h.Joined("Cookie")
	one, ok := h.Joined("empty")
	if first != "1" || last != "2" || joined != "1, 2" || cookies != "a=1; b=2" || one != "" || !ok {
		t.Errorf("got %q %q %q %q %q %v", first, last, joined, cookies, one, ok)
	}
	if got := h.Values(nil, "A"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("Values = %q", got)
	}
	for _, get := range []func(string) (string, bool){h.Get, h.Last, h.Joined} {
		if v, ok := get("none"); ok || v != "" {
			t.Errorf("an absent header gave %q, %v", v, ok)
		}
	}
	if !h.Has("EMPTY") || h.Has("") {
		t.Error("Has does not tell an empty value from none")
	}
}

func TestNamesAndValues(t *testing.T) {
	for _, name := range []string{"a", "X-Y_z.1", "!#$%&'*+-.^_`|~"} {
		if !ValidName(name) {
			t.Errorf("ValidName(%q) = false", name)
		}
	}
	for _, name := range []string{"", " a", "a:", "a\r", "a\n", "a\x00", "ä", "a b", "(", "a\x7f"} {
		if ValidName(name) {
			t.Errorf("ValidName(%q) = true", name)
		}
	}
	for _, value := range []string{"", "a b", "\t", "ä", "\xff"} {
		if !ValidValue(value) {
			t.Errorf("ValidValue(%q) = false", value)
		}
	}
	for _, value := range []string{"a\r", "a\nb", "\x00", "\x7f", "\x1b[0m"} {
		if ValidValue(value) {
			t.Errorf("ValidValue(%q) = true", value)
		}
	}
}

// EqualName must fold ASCII letters and nothing else.
func FuzzEqualName(f *testing.F) {
	for _, s := range []string{"Content-Type content-type", "a[ a{", "@ `", "k \u212a", "x y", "aa a"} {
		a, b, _ := strings.Cut(s, " ")
		f.Add(a, b)
	}
	lower := func(s string) string {
		b := []byte(s)
		for i, c := range b {
			if 'A' <= c && c <= 'Z' {
				b[i] = c + 0x20
			}
		}
		return string(b)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if got, want := EqualName(a, b), lower(a) == lower(b); got != want {
			t.Errorf("EqualName(%q, %q) = %v, want %v", a, b, got, want)
		}
	})
}

// TestValidValueBytes holds that every byte is judged by itself, wherever it
// stands and whatever stands beside it.
func TestValidValueBytes(t *testing.T) {
	for c := range 256 {
		want := c >= 0x20 && c != 0x7f || c == '\t'
		for _, fill := range []string{"a", " ", "\t", "\xff", "\x80"} {
			for n := 1; n <= 17; n++ {
				for at := range n {
					v := strings.Repeat(fill, at) + string([]byte{byte(c)}) + strings.Repeat(fill, n-at-1)
					if got := ValidValue(v); got != want {
						t.Fatalf("ValidValue(%q) is %v, want %v", v, got, want)
					}
				}
			}
		}
	}
}
