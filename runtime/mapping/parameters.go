package mapping

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Errors of parameter mappings, found while the configuration is read.
var (
	ErrTarget   = errors.New("not a target of a parameter mapping")
	ErrSource   = errors.New("not a source of a parameter mapping")
	ErrReserved = errors.New("a header that mappings may not set")
)

// where is a place of a request or response.
type where uint8

const (
	static where = iota
	path
	query
	multiQuery
	header
	multiHeader
	body
	stageVariable
	contextVariable
)

// Parameters are the parameter mappings of one integration request or
// response. They do not change and are safe for concurrent use; nil maps
// nothing.
type Parameters struct{ list []parameter }

type parameter struct {
	to     where
	toName string
	source
}

type source struct {
	from where
	name string // or the static text
}

// Mapped collects what the mappings of a request yield, for the integration.
type Mapped struct {
	Path, Query []exchange.Field
	Header      []exchange.Field
}

// ParseRequest compiles the request parameters of a REST API:
// integration.request.{path|querystring|header}.{name} from method.request.*,
// stageVariables.*, context.* or 'static' (AWS guide, "API Gateway API request
// and response data mapping reference"). Its error joins every mistake.
func ParseRequest(list []exchange.Field) (*Parameters, error) {
	return parse(list, "integration.request.", "method.request.", map[string]where{"path.": path, "querystring.": query, "header.": header})
}

// ParseResponse compiles the response parameters of a REST API:
// method.response.header.{name} from integration.response.*, stageVariables.*,
// context.* or 'static'.
func ParseResponse(list []exchange.Field) (*Parameters, error) {
	return parse(list, "method.response.", "integration.response.", map[string]where{"header.": header})
}

func parse(list []exchange.Field, target, origin string, kinds map[string]where) (*Parameters, error) {
	if len(list) == 0 {
		return nil, nil
	}
	p := &Parameters{}
	var errs []error
	for _, f := range list {
		to, name, ok := place(strings.TrimPrefix(f.Name, target), kinds)
		if !ok || !strings.HasPrefix(f.Name, target) {
			errs = append(errs, fmt.Errorf("%w: %q", ErrTarget, f.Name))
			continue
		}
		if to == header && !hostabi.ValidName(name) {
			errs = append(errs, fmt.Errorf("%w: %q is not a header name", ErrTarget, f.Name))
		}
		if to == header && reserved(name) {
			errs = append(errs, fmt.Errorf("%w: %q", ErrReserved, name))
		}
		src, err := parseSource(f.Value, origin)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
		}
		p.list = append(p.list, parameter{to, name, src})
	}
	return p, errors.Join(errs...)
}

// reserved reports a header whose mapping API Gateway answers with 500; here
// the configuration is refused instead.
func reserved(name string) bool {
	return exchange.Framing(name) && !hostabi.EqualName(name, "Host") && !hostabi.EqualName(name, "Connection") ||
		hostabi.EqualName(name, "X-Amzn-Trace-Id") || hostabi.EqualName(name, "X-Amzn-Apigateway-Api-Id")
}

func place(s string, kinds map[string]where) (where, string, bool) {
	for prefix, w := range kinds {
		if name, ok := strings.CutPrefix(s, prefix); ok && name != "" && validParameter(name) {
			return w, name, true
		}
	}
	return 0, "", false
}

// validParameter holds names to ^[a-zA-Z0-9._$-]+$ (AWS guide, ibid.).
func validParameter(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || strings.IndexByte("._$-", c) >= 0) {
			return false
		}
	}
	return name != ""
}

var origins = map[string]where{"path.": path, "querystring.": query, "multivaluequerystring.": multiQuery,
	"header.": header, "multivalueheader.": multiHeader}

func parseSource(s, origin string) (source, error) {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		text := s[1 : len(s)-1]
		if !hostabi.ValidValue(text) {
			return source{}, fmt.Errorf("%w: %q holds a control character", ErrSource, s)
		}
		return source{static, text}, nil
	}
	if name, ok := strings.CutPrefix(s, "stageVariables."); ok && validParameter(name) {
		return source{stageVariable, name}, nil
	}
	if name, ok := strings.CutPrefix(s, "context."); ok && validParameter(name) {
		return source{contextVariable, name}, nil
	}
	if rest, ok := strings.CutPrefix(s, origin); ok {
		if rest == "body" {
			return source{from: body}, nil
		}
		if strings.HasPrefix(rest, "body.") {
			return source{}, fmt.Errorf("%w: %q: a JSONPath into the body needs a later version of Portico; a mapper plugin can read the body", ErrSource, s)
		}
		if w, name, ok := place(rest, origins); ok && (origin == "method.request." || w == header || w == multiHeader) {
			return source{w, name}, nil
		}
	}
	return source{}, fmt.Errorf("%w: %q: want 'text' in single quotes, %sheader.x and the like, stageVariables.x or context.x", ErrSource, s, origin)
}

// Request appends what the mappings yield to m. A source that is not there
// yields nothing.
func (p *Parameters) Request(x *exchange.Exchange, m *Mapped, keep int) *exchange.Refusal {
	if p == nil {
		return nil
	}
	for i := range p.list {
		to := &p.list[i]
		v, err := to.value(x, x.Request.Header, &x.Request.Body, keep)
		switch {
		case errors.Is(err, exchange.ErrTooLarge):
			return bodyTooLarge
		case err != nil:
			return mapperFailed.Because(err)
		case v == "":
			continue
		}
		f := exchange.Field{Name: to.toName, Value: v}
		switch to.to {
		case path:
			m.Path = append(m.Path, f)
		case query:
			m.Query = append(m.Query, f)
		case header:
			if !hostabi.ValidValue(v) {
				return mapperFailed.Because(fmt.Errorf("%w: header %s would hold a control character", ErrSource, to.toName))
			}
			m.Header = append(m.Header, f)
		}
	}
	return nil
}

// Response sets the mapped fields of a response; from holds the
// integration's own.
func (p *Parameters) Response(x *exchange.Exchange, from exchange.Header, keep int) *exchange.Refusal {
	if p == nil {
		return nil
	}
	for i := range p.list {
		to := &p.list[i]
		v, err := to.value(x, from, &x.Response.Body, keep)
		if err != nil {
			return mapperFailed.Because(err)
		}
		if v == "" {
			continue
		}
		if !hostabi.ValidValue(v) {
			return mapperFailed.Because(fmt.Errorf("%w: header %s would hold a control character", ErrSource, to.toName))
		}
		x.Response.Header.Set(to.toName, v)
	}
	return nil
}

// value reads a source. Single-valued ones take the last value, multi-valued
// ones join with ",".
func (s *source) value(x *exchange.Exchange, h exchange.Header, b *exchange.Body, keep int) (string, error) {
	var v string
	switch s.from {
	case static:
		return s.name, nil
	case path:
		v, _ = x.PathParam(s.name)
	case query:
		v, _ = x.QueryParam(s.name)
	case multiQuery:
		v = join(x.QueryParams(), s.name, func(a, b string) bool { return a == b })
	case header:
		v = last(h, s.name)
	case multiHeader:
		v = join(h, s.name, hostabi.EqualName)
	case stageVariable:
		v, _ = x.Stage.Variable(s.name)
	case contextVariable:
		v, _ = x.ContextValue(s.name)
	case body:
		whole, err := b.Keep(keep)
		return string(whole), err
	}
	return v, nil
}

// last looks a header up. API Gateway compares names in mappings with
// regard to case, but what reaches us has net/http's casing, so case is
// ignored here.
func last(h exchange.Header, name string) string {
	v, _ := h.Last(name)
	return v
}

func join(list []exchange.Field, name string, equal func(a, b string) bool) string {
	var b strings.Builder
	for _, f := range list {
		if equal(f.Name, name) {
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			b.WriteString(f.Value)
		}
	}
	return b.String()
}
