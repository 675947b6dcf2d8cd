package accesslog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

var inTemplate = regexp.MustCompile(`\$context\.[a-zA-Z0-9]+(\.[a-zA-Z0-9]+)*`)

// reference is the line of x as the package comment has it, by the plainest way:
// each variable is looked for by its name and each value escaped rune by rune.
func reference(format string, redact func([]byte) []byte, x *exchange.Exchange) string {
	text, ok := presets[format]
	if !ok {
		text = format
	}
	k := kindOf(format, text)
	var b strings.Builder
	var at place
	end := 0
	for _, m := range inTemplate.FindAllStringIndex(text, -1) {
		for _, c := range []byte(text[end:m[0]]) {
			at.step(k, c)
		}
		b.WriteString(text[end:m[0]])
		end = m[1]
		name := strings.TrimPrefix(text[m[0]:m[1]], "$context.")
		bare := k == kindJSON && !at.string
		asString := bare && name == messageString
		if asString {
			name = "error.message"
		}
		v, ok := x.ContextValue(name)
		if ok && redact != nil && foreign(name) {
			v = string(redact([]byte(v)))
		}
		if !ok || v == "" {
			v = "-"
		}
		v = v[:min(len(v), maxValue)]
		quoted := at.quoted(k) || k == kindText && name == "requestTime"
		switch number := json.Number(v); {
		case bare && !asString && (v == "true" || v == "false"):
			b.WriteString(v)
		case bare && !asString && isNumber(number):
			b.WriteString(v)
		case bare, k == kindCSV && !quoted && strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r >= 0x7f || r == '"' || r == ',' }):
			b.WriteString(`"` + escaped(k, true, v) + `"`)
		default:
			b.WriteString(escaped(k, quoted, v))
		}
	}
	b.WriteString(text[end:])
	return b.String()
}

func isNumber(n json.Number) bool {
	_, err := n.Float64()
	return err == nil && json.Valid([]byte(n)) && strings.Trim(string(n), " \t\r\n") == string(n)
}

func escaped(k kind, quoted bool, v string) string {
	var b strings.Builder
	for i := 0; i < len(v); {
		r, n := utf8.DecodeRuneInString(v[i:])
		if k == kindText || k == kindCSV {
			r, n = rune(v[i]), 1 // bytes
		}
		in, invalid := v[i:i+n], r == utf8.RuneError && n == 1
		i += n
		noGlyph := r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029
		switch k {
		case kindText:
			switch {
			case r == '"' || r == '\\':
				in = `\` + in
			case r < ' ' || r >= 0x7f || r == ' ' && !quoted:
				in = fmt.Sprintf(`\x%02x`, r)
			}
		case kindJSON:
			switch {
			case r == '"' || r == '\\':
				in = `\` + in
			case noGlyph || invalid:
				in = fmt.Sprintf(`\u%04x`, r)
			}
		case kindCSV:
			switch {
			case r == '"':
				in = `""`
			case r < ' ' || r == 0x7f:
				in = " "
			}
		case kindXML:
			entity := map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&#34;", '\'': "&#39;", '\t': "&#9;", '\n': "&#10;", '\r': "&#13;"}
			switch e, ok := entity[r]; {
			case ok:
				in = e
			case r < ' ' || r == 0xfffe || r == 0xffff || invalid:
				in = "\ufffd"
			case noGlyph:
				in = fmt.Sprintf("&#x%04x;", r)
			}
		}
		b.WriteString(in)
	}
	return b.String()
}

// generator makes exchanges of which every field takes its turns: unset, plain,
// with what one of the kinds escapes anywhere in it, too long, a secret.
type generator struct{ *rand.Rand }

func (g generator) text() string {
	odd := []string{`"`, `\`, " ", ",", "'", "&", "<", ">", "\n", "\t", "\x00", "\x1f", "\x7f", "\u0085", "\u2028", "\ufffe", "ü", "𝄞", "\x80", "\xff", `s"3cret`}
	whole := []string{"-", "0", "7", "-1.5e3", "1e309", "01", "12 ", "true", "false", "null", `s"3cret`}
	plain := strings.Repeat("GET/orders{id}:8080[a](b);=+~!", 2)
	n := g.IntN(len(plain))
	v := plain[n : n+g.IntN(len(plain)-n)]
	switch g.IntN(8) {
	case 0:
		return ""
	case 1:
		return whole[g.IntN(len(whole))]
	case 2, 3:
		at := g.IntN(len(v) + 1)
		return v[:at] + odd[g.IntN(len(odd))] + v[at:]
	case 4:
		if g.IntN(8) == 0 {
			return strings.Repeat("x", maxValue-g.IntN(16)) + odd[g.IntN(len(odd))] + v
		}
	}
	return v
}

func (g generator) number() int64 {
	return []int64{0, 0, 1, 9, 10, 99, 100, 200, 502, 999, 1000, 123456, -1, -100, -1000, 1<<63 - 1}[g.IntN(16)]
}

func (g generator) time() time.Duration {
	return []time.Duration{0, time.Microsecond, time.Duration(g.number()%10000) * time.Millisecond}[g.IntN(3)]
}

func (g generator) addr() netip.Addr {
	return []netip.Addr{{}, netip.MustParseAddr("192.0.2.77"), netip.MustParseAddr("2001:db8::7"), netip.MustParseAddr(`fe80::1%"en 0"`)}[g.IntN(4)]
}

func (g generator) exchange() *exchange.Exchange {
	x := &exchange.Exchange{
		ID: "0190a5f0-0000-4000-8000-000000000000", ExtendedID: "K2RCxGG-oAMEjSQ=", TraceID: g.text(), Principal: g.text(),
		Start: time.UnixMilli(1795347102005 + g.Int64N(5000)),
	}
	if g.IntN(8) == 0 {
		x.ID, x.ExtendedID, x.Start = "", "", time.UnixMilli(-g.Int64N(1e6))
	}
	if g.IntN(8) > 0 {
		x.API = &exchange.API{ID: g.text(), AccountID: g.text()}
	}
	if g.IntN(8) > 0 {
		x.Stage = &exchange.Stage{Name: g.text(), InPath: g.IntN(2) == 0, BasePath: g.text()}
	}
	if g.IntN(8) > 0 {
		x.Route = &exchange.Route{Key: g.text(), Resource: g.text(), ResourceID: g.text(), Operation: g.text()}
	}
	x.Request = exchange.Request{
		Method: g.text(), RawPath: g.text(), Path: g.text(), Host: g.text(), Proto: g.text(),
		Peer: netip.AddrPortFrom(g.addr(), 40000), Client: g.addr(),
	}
	if peer := x.Request.Peer.Addr(); peer.IsValid() && g.IntN(2) == 0 {
		x.Request.PeerText = peer.String()
	}
	for _, name := range []string{"Accept", "user-agent", "User-Agent"} {
		if g.IntN(2) == 0 {
			x.Request.Header.Add(name, g.text())
		}
	}
	for _, key := range []string{"tenant", "error", "status"} {
		if g.IntN(3) == 0 {
			x.AuthContext = append(x.AuthContext, exchange.AuthValue{Key: key, Value: g.text(), Kind: hostabi.ValueString})
		}
	}
	x.Log = exchange.Record{
		Status: int(g.number()), ResponseLength: g.number(), ResponseLatency: g.time(),
		IntegrationStatus: int(g.number()), BackendStatus: int(g.number()), IntegrationLatency: g.time(),
		AuthorizerStatus: int(g.number()), AuthorizerLatency: g.time(), AuthorizerError: g.text(),
		ErrorMessage: g.text(), ErrorResponseType: g.text(),
	}
	if g.IntN(2) == 0 {
		x.Log.IntegrationError = errors.New(g.text())
	}
	return x
}

// redactSome also empties values, and such as need no escaping.
func redactSome(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("7"), nil)
	return hide(bytes.ReplaceAll(text, []byte("orders"), []byte("[redacted]")))
}

// Whatever is done to be quick, a line is what the plain way makes.
func TestLinesAreThoseOfTheReference(t *testing.T) {
	formats := []string{"json", "clf", "csv", "xml", "", "", ""}
	for _, name := range append(slices.Clone(names), "authorizer.tenant", "requestOverride.x") {
		formats[4] += fmt.Sprintf(`$context.%s "$context.%[1]s" [$context.%[1]s] literal text of more than 32 bytes `, name)
		formats[5] += fmt.Sprintf(`,"%s":$context.%[1]s,"%[1]s":"$context.%[1]s","%[1]s":"\"$context.%[1]s"`, name)
		formats[6] += fmt.Sprintf(`<a b="$context.%s">$context.%[1]s</a>`, name)
	}
	formats[5] = "{" + formats[5][1:] + "}"
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for _, format := range formats {
		c, err := compile(format)
		if err != nil {
			t.Fatal(err)
		}
		n := new(line)
		for i := range 150 {
			x := g.exchange()
			c.redact = nil
			if i%2 == 0 {
				c.redact = redactSome
			}
			n.buf = c.append(n.buf[:0:min(cap(n.buf), g.IntN(1<<12))], x, n) // with more and with less room than the line takes
			if want := reference(format, c.redact, x); string(n.buf) != want {
				at := 0
				for at < min(len(n.buf), len(want)) && n.buf[at] == want[at] {
					at++
				}
				t.Fatalf("%.20s: differs at %d:\n%q, want\n%q", format, at, n.buf[max(at-40, 0):min(at+40, len(n.buf))], want[max(at-40, 0):min(at+40, len(want))])
			}
		}
	}
}

// Every byte, at every place of a value, is one that stands for itself or not.
func TestByteSets(t *testing.T) {
	for _, tt := range []struct {
		name     string
		set      *byteSet
		first    byte
		excluded string
	}{
		{"text", &safe[kindText], '!', `"\`}, {"text in quotes", &safeQuoted, ' ', `"\`},
		{"JSON", &safe[kindJSON], ' ', `"\`}, {"CSV", &safe[kindCSV], ' ', `",`}, {"XML", &safe[kindXML], ' ', `"'&<>`},
	} {
		for length := 1; length <= 17; length++ {
			for at := range length {
				for c := range 256 {
					c := byte(c)
					want := tt.first <= c && c < 0x7f && strings.IndexByte(tt.excluded, c) < 0
					for _, fill := range []string{"!", "~"} {
						v := []byte(strings.Repeat(fill, length))
						v[at] = c
						if all(tt.set, v) != want || all(tt.set, string(v)) != want {
							t.Fatalf("%s: all of %q is %v, want %v", tt.name, v, !want, want)
						}
						prefix := length
						if !want {
							prefix = at
						}
						if got := tt.set.prefix(v); got != prefix {
							t.Fatalf("%s: prefix of %q is %d, want %d", tt.name, v, got, prefix)
						}
					}
				}
			}
		}
	}
}
