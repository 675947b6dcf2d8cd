package accesslog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Presets. "clf", "csv" and "xml" are API Gateway's; "json" has its names and
// some more.
var presets = map[string]string{
	"json": `{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId",` +
		`"ip":"$context.identity.sourceIp","caller":"$context.identity.caller","user":"$context.identity.user",` +
		`"requestTime":"$context.requestTime","requestTimeEpoch":$context.requestTimeEpoch,` +
		`"apiId":"$context.apiId","stage":"$context.stage","domainName":"$context.domainName",` +
		`"httpMethod":"$context.httpMethod","path":"$context.path","resourcePath":"$context.resourcePath",` +
		`"routeKey":"$context.routeKey","protocol":"$context.protocol",` +
		`"status":"$context.status","responseLength":"$context.responseLength","responseLatency":"$context.responseLatency",` +
		`"integrationStatus":"$context.integrationStatus","integrationLatency":"$context.integrationLatency",` +
		`"integrationError":"$context.integration.error","principalId":"$context.authorizer.principalId",` +
		`"authorizerError":"$context.authorizer.error","error":"$context.error.message",` +
		`"errorType":"$context.error.responseType","userAgent":"$context.identity.userAgent"}`,
	"clf": `$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] ` +
		`"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength ` +
		`$context.requestId $context.extendedRequestId`,
	"csv": `$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,` +
		`$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,` +
		`$context.requestId,$context.extendedRequestId`,
	"xml": `<request id="$context.requestId"><extendedRequestId>$context.extendedRequestId</extendedRequestId>` +
		`<ip>$context.identity.sourceIp</ip><caller>$context.identity.caller</caller><user>$context.identity.user</user>` +
		`<requestTime>$context.requestTime</requestTime><httpMethod>$context.httpMethod</httpMethod>` +
		`<resourcePath>$context.resourcePath</resourcePath><status>$context.status</status>` +
		`<protocol>$context.protocol</protocol><responseLength>$context.responseLength</responseLength></request>`,
}

// template is a compiled format.
type template struct {
	parts  []part
	end    string                   // literal text after the last variable
	redact func(text []byte) []byte // nil for none
}

// part is literal text and the variable that follows it.
type part struct {
	variable
	literal string
	short   [32]byte // literal, if it is no longer
	unset   string   // literal and what stands for a value that is not set
	escape  escaper
	plain   bool // no value needs escaping
	foreign bool // a plugin may have set it
}

// messageString is error.message within quotes of its own.
const messageString = "error.messageString"

// maxValue bounds a value in a line, in bytes.
const maxValue = 2 << 10

// append appends the line of x, without its end.
func (t *template) append(dst []byte, x *exchange.Exchange, n *line) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		switch {
		case p.text != nil:
			v := p.text(x)
			if v == "" {
				dst = append(dst, p.unset...)
				continue
			}
			dst = append(p.begin(dst), v...)
			if !p.asIs(v) || p.foreign && t.redact != nil {
				dst = t.rework(dst, len(dst)-len(v), p, n)
			}
		case p.number != nil:
			v, set := p.number(x)
			if !set {
				dst = append(dst, p.unset...)
				continue
			}
			dst = appendInt(p.begin(dst), v)
		default:
			dst = p.begin(dst)
			start := len(dst)
			dst = t.rework(p.append(dst, x), start, p, n)
		}
	}
	return append(dst, t.end...)
}

// begin appends the literal. Most are short: these are copied with all of their
// 32 bytes, which is two instructions in place of a call, and cut then.
func (p *part) begin(dst []byte) []byte {
	n := len(dst)
	if len(p.literal) > len(p.short) || cap(dst)-n < len(p.short) {
		return append(dst, p.literal...)
	}
	*(*[len(p.short)]byte)(dst[n : n+len(p.short)]) = p.short
	return dst[:n+len(p.literal)]
}

// asIs reports whether v can stand in a line as it is, unless it must be
// redacted.
func (p *part) asIs(v string) bool {
	return len(v) <= maxValue && (p.plain || p.escape.safe != nil && all(p.escape.safe, v))
}

// rework makes what can stand in a line of the value that begins at start.
func (t *template) rework(dst []byte, start int, p *part, n *line) []byte {
	if p.foreign && t.redact != nil { // before it is cut: a part of a secret is not known for one
		dst = append(dst[:start], t.redact(dst[start:])...)
	}
	if len(dst) == start {
		return append(dst[:start-len(p.literal)], p.unset...)
	}
	if len(dst)-start > maxValue {
		dst = dst[:start+maxValue]
	}
	if !p.plain && !p.escape.plain(dst[start:]) {
		n.scratch = append(n.scratch[:0], dst[start:]...)
		dst = p.escape.append(dst[:start], n.scratch)
	}
	return dst
}

// appendInt appends n in decimal. A status, and much else that is logged, has
// three digits.
func appendInt(dst []byte, n int64) []byte {
	if 100 <= n && n < 1000 {
		return append(dst, '0'+byte(n/100), '0'+byte(n/10%10), '0'+byte(n%10))
	}
	return strconv.AppendInt(dst, n, 10)
}

// compile compiles a format. It reports every mistake.
func compile(format string) (*template, error) {
	if format == "" {
		format = "json"
	}
	text, preset := presets[format]
	if !preset {
		text = format
	}
	text = strings.TrimRight(text, "\r\n")
	c := compiler{kind: kindOf(format, text)}
	c.compile(text)
	if !c.hasID {
		c.errorf("must name $context.requestId or $context.extendedRequestId")
	}
	if err := errors.Join(c.errs...); err != nil {
		return nil, err
	}
	t := &template{parts: c.parts, end: c.end}
	if c.kind == kindJSON {
		sample := t.append(nil, &exchange.Exchange{}, new(line))
		if !json.Valid(sample) {
			return nil, fmt.Errorf("begins with { but does not make JSON: %s", sample)
		}
	}
	return t, nil
}

func kindOf(format, text string) kind {
	switch begin := strings.TrimLeft(text, " \t"); {
	case format == "csv":
		return kindCSV
	case strings.HasPrefix(begin, "{"):
		return kindJSON
	case strings.HasPrefix(begin, "<"):
		return kindXML
	}
	return kindText
}

type compiler struct {
	kind  kind
	parts []part
	end   string
	hasID bool
	errs  []error
	place place
}

func (c *compiler) errorf(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

func (c *compiler) compile(text string) {
	if strings.ContainsAny(text, "\r\n") {
		c.errorf("must be one line")
	}
	before := "" // literal text that no part has yet
	literal := 0 // where the rest of it begins
	for i := 0; i < len(text); {
		if text[i] != '$' {
			c.place.step(c.kind, text[i])
			i++
			continue
		}
		end, ok := c.variable(text[i:])
		if !ok {
			i += end
			continue
		}
		name := text[i+len("$context.") : i+end]
		c.check(name)
		e := newEscaper(c.kind, c.place.quoted(c.kind))
		if name == messageString && e.safe == nil {
			name, e.text = "error.message", true // quoted by us, as JSON
		}
		before += text[literal:i]
		i += end
		literal = i
		dash := []byte("-")
		if !e.plain(dash) {
			dash = e.append(nil, dash)
		}
		if slices.Contains(unset, name) {
			before += string(dash)
			continue
		}
		p := part{variable: variableOf(name), literal: before, unset: before + string(dash), escape: e, foreign: foreign(name)}
		p.plain = p.word && e.safe != nil
		copy(p.short[:], before)
		c.parts = append(c.parts, p)
		before = ""
	}
	c.end = before + text[literal:]
}

// variable returns the length of the variable that s begins with. What is not
// one but looks like one is a mistake; a lone dollar is a dollar.
func (c *compiler) variable(s string) (n int, ok bool) {
	n = 1
	for n < len(s) && nameByte(s, n) {
		n++
	}
	word := s[:n]
	switch {
	case strings.HasPrefix(word, "$context.") && len(word) > len("$context."):
		return n, true
	case n > 1 && !('0' <= word[1] && word[1] <= '9'):
		c.errorf("%s is not a variable of access logs, which have $context.NAME alone", word)
	}
	return n, false
}

// nameByte reports whether s[i] goes on with a name: letters, digits and "_";
// "." and, for keys of authorizers, "-" and ":" between two of them.
func nameByte(s string, i int) bool {
	if wordByte(s[i]) {
		return true
	}
	if i+1 >= len(s) || !wordByte(s[i+1]) {
		return false
	}
	switch s[i] {
	case '.':
		return true
	case '-', ':':
		return strings.HasPrefix(s[:i], "$context.authorizer.")
	}
	return false
}

func wordByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
}

func (c *compiler) check(name string) {
	if name == "requestId" || name == "extendedRequestId" {
		c.hasID = true
	}
	if known(name) {
		return
	}
	if near := nearest(name); near != "" {
		c.errorf("$context.%s is not known, did you mean $context.%s?", name, near)
	} else {
		c.errorf("$context.%s is not known", name)
	}
}
