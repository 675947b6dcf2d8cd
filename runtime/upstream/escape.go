package upstream

import "bytes"

// The bytes that may stand as they are (RFC 3986, sections 3.3 and 3.4).
var (
	inSegment   = byteSet("-._~!$&'()*+,;=:@")
	inPath      = byteSet("-._~!$&'()*+,;=:@/")
	inQuery     = byteSet("-._~!$&'()*+,;=:@/?")
	inParameter = byteSet("-._~!$'()*,:@/?") // one name or value of a query
)

// byteSet marks letters, digits and the bytes of s.
func byteSet(s string) (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-0x20] = true, true
	}
	for i := 0; i < len(s); i++ {
		t[s[i]] = true
	}
	return t
}

// appendEscaped appends v with all but safe bytes percent-encoded. Escapes
// that v holds stay as they are. It refuses control bytes, which no value that
// a client sent in a path can hold.
func appendEscaped(b []byte, v string, safe *[256]bool) ([]byte, bool) {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c < ' ' || c == 0x7f:
			return b, false
		case safe[c], c == '%' && escapeAt(v, i):
			b = append(b, c)
		default:
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b, true
}

// escapeAt reports whether an escape begins at i.
func escapeAt[T string | []byte](v T, i int) bool {
	return i+2 < len(v) && v[i] == '%' && unhex(v[i+1]) >= 0 && unhex(v[i+2]) >= 0
}

// validEscapes reports whether every percent sign of s begins an escape.
func validEscapes(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && !escapeAt(s, i) {
			return false
		}
	}
	return true
}

// slashed reports whether v begins with what some server takes for a slash.
func slashed(v string) bool {
	c, _ := decoded(v, 0)
	return v != "" && (c == '/' || c == '\\')
}

// dotSegment reports whether a path holds a segment that some server takes for
// "." or "..". Servers that decode before they split see "%2f" and "%5c" as
// slashes, and some take what follows a ";" for a parameter of the segment, or
// what follows a NUL for nothing.
func dotSegment(path []byte) bool {
	if bytes.IndexByte(path, '.') < 0 && bytes.IndexByte(path, '%') < 0 {
		return false
	}
	dots, other, ended := 0, false, false
	for i := 0; i < len(path); {
		c, n := decoded(path, i)
		i += n
		switch {
		case c == '/' || c == '\\':
			if !other && (dots == 1 || dots == 2) {
				return true
			}
			dots, other, ended = 0, false, false
		case c == ';' || c == 0:
			ended = true
		case ended:
		case c == '.':
			dots++
		default:
			other = true
		}
	}
	return !other && (dots == 1 || dots == 2)
}

// decoded returns the byte at i, decoded, and how many it takes.
func decoded[T string | []byte](v T, i int) (c byte, n int) {
	switch {
	case i >= len(v):
		return 0, 1
	case escapeAt(v, i):
		return byte(unhex(v[i+1])<<4 | unhex(v[i+2])), 3
	}
	return v[i], 1
}
