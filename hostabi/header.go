package hostabi

import "strings"

// Field is one line of a header section: a name as its sender wrote it, and a
// value without surrounding white space.
type Field struct {
	Name, Value string
}

// Header is an ordered, case-keeping, multi-valued list of fields. Names are
// compared without regard to ASCII case (RFC 9110, section 5.1). The zero
// value is empty and ready. A Header is not safe for concurrent use.
type Header []Field

// Get returns the first value of name, and whether the field is there at all.
func (h Header) Get(name string) (string, bool) {
	for i := range h {
		if EqualName(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// Last returns the last value of name, the one API Gateway's single-valued
// maps hold.
func (h Header) Last(name string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if EqualName(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// Has reports whether a field of that name is there.
func (h Header) Has(name string) bool {
	_, ok := h.Get(name)
	return ok
}

// Joined returns all values of name as one, separated by ", " (RFC 9110,
// section 5.2), or by "; " for Cookie (RFC 9113, section 8.2.3). It allocates
// only when there is more than one.
func (h Header) Joined(name string) (string, bool) {
	first, n, size := -1, 0, 0
	for i := range h {
		if EqualName(h[i].Name, name) {
			if first < 0 {
				first = i
			}
			n++
			size += len(h[i].Value) + 2
		}
	}
	switch n {
	case 0:
		return "", false
	case 1:
		return h[first].Value, true
	}
	separator := ", "
	if EqualName(name, "Cookie") {
		separator = "; "
	}
	var b strings.Builder
	b.Grow(size)
	for i := first; i < len(h); i++ {
		if EqualName(h[i].Name, name) {
			if i > first {
				b.WriteString(separator)
			}
			b.WriteString(h[i].Value)
		}
	}
	return b.String(), true
}

// Values appends every value of name to dst, in order.
func (h Header) Values(dst []string, name string) []string {
	for i := range h {
		if EqualName(h[i].Name, name) {
			dst = append(dst, h[i].Value)
		}
	}
	return dst
}

// Add appends a field.
func (h *Header) Add(name, value string) {
	*h = append(*h, Field{name, value})
}

// Set replaces all fields of that name by one, which stands where the first
// of them stood.
func (h *Header) Set(name, value string) {
	for i := range *h {
		if EqualName((*h)[i].Name, name) {
			(*h)[i] = Field{name, value}
			tail := (*h)[i+1:]
			tail.Del(name)
			*h = (*h)[:i+1+len(tail)]
			return
		}
	}
	h.Add(name, value)
}

// Del removes all fields of that name.
func (h *Header) Del(name string) {
	kept := (*h)[:0]
	for _, f := range *h {
		if !EqualName(f.Name, name) {
			kept = append(kept, f)
		}
	}
	clear((*h)[len(kept):])
	*h = kept
}

// Reset empties h and keeps its memory.
func (h *Header) Reset() {
	clear(*h)
	*h = (*h)[:0]
}

// EqualName compares two field names without regard to ASCII case.
func EqualName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// ValidName reports whether name is a token, as a field name must be
// (RFC 9110, section 5.6.2).
func ValidName(name string) bool {
	if name == "" {
		return false
	}
	for i := 0; i < len(name); i++ {
		if !tokenByte[name[i]] {
			return false
		}
	}
	return true
}

// ValidValue reports whether value may stand in a field: no CR, LF, NUL or
// other control byte but horizontal tab (RFC 9110, section 5.5).
func ValidValue(value string) bool {
	i := 0
	for ; i+8 <= len(value); i += 8 { // most values are plain, eight bytes at a time
		v := uint64(value[i]) | uint64(value[i+1])<<8 | uint64(value[i+2])<<16 | uint64(value[i+3])<<24 |
			uint64(value[i+4])<<32 | uint64(value[i+5])<<40 | uint64(value[i+6])<<48 | uint64(value[i+7])<<56
		if suspect(v) {
			break
		}
	}
	for ; i < len(value); i++ {
		if c := value[i]; c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// suspect reports whether one of eight bytes is below 0x20 or DEL.
func suspect(v uint64) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	del := v ^ 0x7f*ones
	return ((v-0x20*ones)&^v|(del-ones)&^del)&high != 0
}

// tokenByte marks the bytes of a token.
var tokenByte = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-0x20] = true, true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()
