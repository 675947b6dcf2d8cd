package event

import (
	"net/netip"
	"strconv"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// appendString appends s as a JSON string. What is not UTF-8, such as a
// header in Latin-1, becomes U+FFFD: JSON has no other bytes.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

// plain marks the bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func appendEscaped[T string | []byte](dst []byte, s T) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			// Long enough for any rune, short enough not to copy the rest.
			r, size := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(dst, s[from:i]...)
			dst = append(dst, "\uFFFD"...)
			i++
			from = i
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(dst, s[from:]...)
}

// appendKey appends a comma, unless an object begins, and a key.
func appendKey(dst []byte, key string) []byte {
	if c := dst[len(dst)-1]; c != '{' && c != '[' {
		dst = append(dst, ',')
	}
	dst = appendString(dst, key)
	return append(dst, ':')
}

// appendMember appends a key and a string.
func appendMember(dst []byte, key, value string) []byte {
	return appendString(appendKey(dst, key), value)
}

// appendNullable is appendMember with null for "".
func appendNullable(dst []byte, key, value string) []byte {
	dst = appendKey(dst, key)
	if value == "" {
		return append(dst, "null"...)
	}
	return appendString(dst, value)
}

func appendNull(dst []byte, key string) []byte {
	return append(appendKey(dst, key), "null"...)
}

func appendInt(dst []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(dst, key), n, 10)
}

func appendAddr(dst []byte, key string, ip netip.Addr) []byte {
	dst = appendKey(dst, key)
	if !ip.IsValid() {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = ip.Unmap().WithZone("").AppendTo(dst)
	return append(dst, '"')
}
