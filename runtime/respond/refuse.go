package respond

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Custom changes the gateway response of one type.
type Custom struct {
	// Status replaces the type's; 0 keeps it. In DEFAULT_4XX and DEFAULT_5XX
	// it changes the whole class.
	Status int
	// Header maps field names to 'static' text or one variable.
	Header []exchange.Field
	// Body maps media types to templates.
	Body []exchange.Field
}

// Responses are the gateway responses of one API. They do not change and are
// safe for concurrent use. The zero value and nil have the defaults.
type Responses struct {
	custom map[exchange.ResponseType]*custom
}

type custom struct {
	status int
	header []headerTemplate
	body   []bodyTemplate
}

type headerTemplate struct {
	name  string
	value template
}

type bodyTemplate struct {
	mediaType string
	body      template
}

// ErrUnknownType reports a gateway response type that does not exist.
var ErrUnknownType = errors.New("unknown gateway response type")

// NewResponses compiles an API's gateway responses. Its error joins every
// mistake.
func NewResponses(list map[exchange.ResponseType]Custom) (*Responses, error) {
	r := &Responses{custom: make(map[exchange.ResponseType]*custom, len(list))}
	var errs []error
	for t, c := range list {
		if !Known(t) {
			errs = append(errs, fmt.Errorf("%w %q", ErrUnknownType, t))
			continue
		}
		if c.Status != 0 && (c.Status < 200 || c.Status > 599) {
			errs = append(errs, fmt.Errorf("%s: status: must be 200 to 599, got %d", t, c.Status))
		}
		compiled := &custom{status: c.Status}
		for _, f := range c.Header {
			v, err := parseMapping(f.Value)
			if err == nil && (!hostabi.ValidName(f.Name) || exchange.Framing(f.Name)) {
				err = fmt.Errorf("%w: %q is not a header that a gateway response may set", ErrTemplate, f.Name)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: headers: %w", t, err))
			}
			compiled.header = append(compiled.header, headerTemplate{f.Name, v})
		}
		for _, f := range c.Body {
			compiled.body = append(compiled.body, bodyTemplate{f.Name, parseTemplate(f.Value)})
		}
		sort.SliceStable(compiled.body, func(i, j int) bool {
			return compiled.body[i].mediaType == "application/json" && compiled.body[j].mediaType != "application/json"
		})
		r.custom[t] = compiled
	}
	return r, errors.Join(errs...)
}

// lookup finds what an API says of a type: its own entry, else its class's.
func (r *Responses) lookup(t exchange.ResponseType, status int) (own, class *custom) {
	if r == nil || t == exchange.BadProtocol {
		return nil, nil
	}
	if status >= 500 {
		return r.custom[t], r.custom[exchange.Default5XX]
	}
	return r.custom[t], r.custom[exchange.Default4XX]
}

// tooLong is what AWS's front end says of a body over API Gateway's limit,
// which is 10485760 there and the operator's here.
func tooLong(limit int64) string {
	return "HTTP content length exceeded " + strconv.FormatInt(limit, 10) + " bytes."
}

// refuse turns x.Refused into a response. What an integration or a mapper may
// have left in x.Response is dropped.
func (r *Responses) refuse(x *exchange.Exchange) {
	x.Response.Header.Reset()
	x.Response.Body.Close()
	if x.Response.Upgrade != nil {
		x.Response.Upgrade.Close()
	}
	x.Response.Trailer, x.Response.Upgrade, x.Response.Streaming = nil, nil, false

	f := x.Refused
	a := answers[f.Type]
	if f.Status != 0 {
		a.status = f.Status
	}
	if f.ErrorType != "" {
		a.errorType = f.ErrorType
	}
	switch {
	case f.Message != "" || f.Null:
		a.message, a.null = f.Message, f.Null
	case f.Type == exchange.BadProtocol && f.Status == 413:
		a.message = tooLong(x.Request.BodyLimit)
	case f.Type == exchange.BadProtocol && f.Status != 0:
		a.message = http.StatusText(f.Status)
	}
	x.Log.ErrorMessage, x.Log.ErrorType = a.message, a.errorType
	x.Log.ErrorResponseType = string(f.Type)
	if x.API != nil && x.API.Protocol == exchange.HTTP {
		refuseHTTP(x, f, a)
		return
	}
	x.Response.Status = a.status
	if f.Status == 413 && f.Type == exchange.BadProtocol {
		// AWS's front end answers in plain text, with no field of its own.
		x.Response.Header.Add("Content-Type", "text; charset=utf-8")
		x.Response.Body.SetBytes([]byte(a.message))
		return
	}
	own, class := r.lookup(f.Type, a.status)
	if own != nil && own.status != 0 {
		x.Response.Status = own.status
	} else if class != nil && class.status != 0 {
		x.Response.Status = class.status
	}
	mediaType, body := "application/json", []byte(nil)
	switch c := firstOf(own, class); {
	case c != nil && len(c.body) > 0:
		b := pick(c.body, x)
		mediaType, body = b.mediaType, b.body.append(nil, x)
	case c != nil: // AWS's default template, which an entry brings into force
		body = appendMessage(nil, "message", a, false)
	case f.CapitalMessage:
		body = appendMessage(nil, "Message", a, a.spaced)
	default:
		body = appendMessage(nil, "message", a, a.spaced)
	}
	x.Response.Header.Add("Content-Type", mediaType)
	x.Response.Header.Add("x-amzn-ErrorType", a.errorType)
	x.Response.Header = append(x.Response.Header, f.Header...)
	if c := firstOf(own, class); c != nil {
		for _, h := range c.header {
			v := string(h.value.append(nil, x))
			if v != "" && hostabi.ValidValue(v) {
				x.Response.Header.Set(h.name, v)
			}
		}
	}
	x.Response.Body.SetBytes(body)
}

// refuseHTTP is the fixed error of an HTTP API.
func refuseHTTP(x *exchange.Exchange, f *exchange.Refusal, a answer) {
	status := a.status
	if s, ok := httpStatus[f.Type]; ok && f.Status == 0 {
		status = s
	}
	x.Response.Status = status
	x.Response.Header.Add("Content-Type", "application/json")
	x.Response.Header = append(x.Response.Header, f.Header...)
	x.Response.Body.SetBytes(appendMessage(nil, "message", answer{message: httpMessage(status)}, false))
}

func firstOf(own, class *custom) *custom {
	if own != nil {
		return own
	}
	return class
}

// pick chooses a template by the first media type that the client accepts,
// else application/json, else the first.
func pick(list []bodyTemplate, x *exchange.Exchange) bodyTemplate {
	accept, _ := x.Request.Header.Get("Accept")
	first, _, _ := strings.Cut(accept, ",")
	if t, _, err := mime.ParseMediaType(first); err == nil {
		for _, b := range list {
			if b.mediaType == t {
				return b
			}
		}
	}
	return list[0]
}

func appendMessage(dst []byte, key string, a answer, spaced bool) []byte {
	dst = append(append(append(dst, `{"`...), key...), `":`...)
	if spaced {
		dst = append(dst, ' ')
	}
	if a.null {
		dst = append(dst, "null"...)
	} else {
		dst = appendString(dst, a.message)
	}
	return append(dst, '}')
}

// appendString appends s as a JSON string.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
