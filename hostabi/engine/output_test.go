package engine

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatIsHeldOfALineBeginsTheNextPart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		writes []string
		want   []string
	}{
		{"a part that ends with what goes on", []string{"abcdef(hi)\n"}, []string{"abcdef", "(hi)"}},
		{"written in pieces", []string{"abcd", "ef(", "hi", ")j", "k\n"}, []string{"abcdef", "(hi)jk"}},
		{"a line that ends", []string{"abc(\nd"}, []string{"abc(", "d"}},
		{"an end that does not come", []string{"abcdef(h"}, []string{"abcdef", "(h"}},
		{"what fills all there is", []string{"(bcdefghi)"}, []string{"(bcdefgh", "i)"}},
	} {
		var got []string
		o := newOutput(&PoolOptions{
			LineBytes: 8,
			Output:    func(_ *Instance, _ bool, line []byte) { got = append(got, string(line)) },
			Hold: func(part []byte) int {
				if at := strings.IndexByte(string(part), '('); at >= 0 {
					return len(part) - at
				}
				return 0
			},
		})
		for _, w := range tt.writes {
			o.write(nil, false, []byte(w))
		}
		o.flush(nil)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
			t.Errorf("%s: parts are %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestABufferForLinesDoesNotStayLarge(t *testing.T) {
	o := newOutput(&PoolOptions{LineBytes: 64 << 10, Output: func(*Instance, bool, []byte) {}})
	for _, n := range []int{10, 100_000, 5000, 60_000, 64 << 10} {
		for _, end := range []string{"", "\n"} {
			for range n / 1000 {
				o.write(nil, true, []byte(strings.Repeat("x", 1000)))
			}
			if c := cap(o.lines[1]); c > 96<<10 {
				t.Errorf("%d bytes are held of a line", c)
			}
			o.write(nil, true, []byte(end))
			o.flush(nil)
			if c := cap(o.lines[0]) + cap(o.lines[1]); c > keptLine {
				t.Errorf("after a line of %d bytes, %d stay", n, c)
			}
		}
	}
}
