package exchange

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// QueryParams returns the query's parameters, decoded, in the order sent. A
// name without "=" has an empty value. What is not valid percent-encoding
// stays as it is.
func (x *Exchange) QueryParams() []Field {
	if !x.hasQuery {
		x.hasQuery = true
		x.query = appendQuery(x.query[:0], x.Request.Query)
	}
	return x.query
}

// SetMethod replaces the method for what comes after.
func (x *Exchange) SetMethod(method string) {
	if x.sent == "" {
		x.sent = x.Request.Method
	}
	x.Request.Method = method
}

// Head reports whether the client sent HEAD, whatever became of its method: its
// answer has no content (RFC 9110, section 9.3.2).
func (x *Exchange) Head() bool {
	if x.sent != "" {
		return x.sent == "HEAD"
	}
	return x.Request.Method == "HEAD"
}

// SetQuery replaces the raw query.
func (x *Exchange) SetQuery(raw string) {
	x.Request.Query = raw
	x.hasQuery = false
}

// QueryParam returns the last value of a query parameter, the one API
// Gateway's single-valued maps hold.
func (x *Exchange) QueryParam(name string) (string, bool) {
	return last(x.QueryParams(), name)
}

// PathParam returns a path parameter, decoded.
func (x *Exchange) PathParam(name string) (string, bool) {
	return last(x.PathParams, name)
}

// RawParam returns a path parameter as it was sent.
func (x *Exchange) RawParam(name string) (string, bool) {
	return last(x.RawParams, name)
}

// SetParams makes raw the path parameters. It keeps neither raw nor its
// memory.
func (x *Exchange) SetParams(raw []Field) {
	x.RawParams = append(x.RawParams[:0], raw...)
	x.PathParams = append(x.PathParams[:0], raw...)
	for i := range x.PathParams {
		x.PathParams[i].Value = Unescape(x.PathParams[i].Value, false)
	}
}

// AuthValue returns one value of the authorizer's context.
func (x *Exchange) AuthValue(key string) (AuthValue, bool) {
	for i := range x.AuthContext {
		if x.AuthContext[i].Key == key {
			return x.AuthContext[i], true
		}
	}
	return AuthValue{}, false
}

// SetAuthValue adds or replaces one value of the authorizer's context.
func (x *Exchange) SetAuthValue(v AuthValue) {
	for i := range x.AuthContext {
		if x.AuthContext[i].Key == v.Key {
			x.AuthContext[i] = v
			return
		}
	}
	x.AuthContext = append(x.AuthContext, v)
}

func last(list []Field, name string) (string, bool) {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name == name {
			return list[i].Value, true
		}
	}
	return "", false
}

func appendQuery(dst []Field, raw string) []Field {
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		dst = append(dst, Field{Name: Unescape(name, true), Value: Unescape(value, true)})
	}
	return dst
}

// Unescape decodes percent-encoding, and "+" as a space where plus is set. It
// returns s itself when there is nothing to decode, and leaves what is no
// valid escape as it stands.
func Unescape(s string, plus bool) string {
	if !strings.Contains(s, "%") && (!plus || !strings.Contains(s, "+")) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%' && i+2 < len(s):
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi < 0 || lo < 0 {
				b = append(b, c)
				continue
			}
			b = append(b, byte(hi<<4|lo))
			i += 2
		case c == '+' && plus:
			b = append(b, ' ')
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// NormalPath gives a path the one form that routes are compared with. It decodes
// the escapes of unreserved characters, which mean the same encoded or not (RFC
// 3986, section 6.2.2.2), and of ":", "," and "@", which routes can hold and
// which part nothing within a segment; it writes the digits of other escapes
// in capitals (section 6.2.2.1). Without it "/%61dmin" and "/jobs%3Arun" would
// pass the routes that guard "/admin" and "/jobs:run", and reach a backend that
// decodes them.
func NormalPath(raw string) string {
	if !strings.Contains(raw, "%") {
		return raw
	}
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '%' && i+2 < len(raw) {
			hi, lo := unhex(raw[i+1]), unhex(raw[i+2])
			if hi >= 0 && lo >= 0 {
				const digits = "0123456789ABCDEF"
				if c := byte(hi<<4 | lo); unreserved(c) || c == ':' || c == ',' || c == '@' {
					b = append(b, c)
				} else {
					b = append(b, '%', digits[hi], digits[lo])
				}
				i += 2
				continue
			}
		}
		b = append(b, raw[i])
	}
	return string(b)
}

func unreserved(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' || c == '.' || c == '_' || c == '~'
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// Cookies appends the cookies of the request in the order sent
// (RFC 6265, section 5.4).
func (x *Exchange) Cookies(dst []Field) []Field {
	for i := range x.Request.Header {
		if !hostabi.EqualName(x.Request.Header[i].Name, "Cookie") {
			continue
		}
		rest := x.Request.Header[i].Value
		for rest != "" {
			var pair string
			pair, rest, _ = strings.Cut(rest, ";")
			name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
			if ok && name != "" {
				dst = append(dst, Field{Name: name, Value: value})
			}
		}
	}
	return dst
}
