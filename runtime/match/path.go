package match

import "strings"

// path is a request's path, cut at its slashes.
type path struct {
	raw   string  // without slashes at the end; "" for the root
	ends  []int32 // where each segment ends, for the first segments only
	n     int     // number of segments; one more than len(ends) when there are more
	empty int     // the first segment that is empty, or len(ends)
}

// split cuts no further than the longest template reaches: a request with a
// thousand segments costs no more than one with a few more than that.
func (p *path) split(raw string) {
	for len(raw) > 0 && raw[len(raw)-1] == '/' {
		raw = raw[:len(raw)-1]
	}
	p.raw, p.n, p.empty = raw, 0, len(p.ends)
	for start := 1; start <= len(raw); p.n++ {
		if p.n == len(p.ends) {
			p.n++
			return
		}
		end := len(raw)
		if i := strings.IndexByte(raw[start:], '/'); i >= 0 {
			end = start + i
		}
		if end == start {
			p.empty = min(p.empty, p.n)
		}
		p.ends[p.n] = int32(end)
		start = end + 1
	}
}

func (p *path) start(i int) int32 {
	if i == 0 {
		return 1
	}
	return p.ends[i-1] + 1
}

func (p *path) segment(i int) string { return p.raw[p.start(i):p.ends[i]] }

func (p *path) from(i int) string { return p.raw[p.start(i):] }
