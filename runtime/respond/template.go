package respond

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// ErrTemplate reports a template or mapping that gateway responses do not
// have.
var ErrTemplate = errors.New("not a gateway response template")

// template is text with variables, as gateway responses have them: no VTL,
// only substitution of $context.*, $stageVariables.* and
// $method.request.{header|path|querystring}.* (AWS guide, "Gateway responses").
type template []piece

// piece is literal text, or a variable without its dollar.
type piece struct {
	text     string
	variable bool
}

var roots = []string{"context.", "stageVariables.", "method.request.header.", "method.request.path.", "method.request.querystring."}

// parseTemplate compiles a body template. A dollar that begins no variable
// stays as it is.
func parseTemplate(s string) template {
	var t template
	for s != "" {
		i := strings.IndexByte(s, '$')
		if i < 0 {
			return append(t, piece{text: s})
		}
		name, rest := variable(s[i+1:])
		if name == "" {
			t = append(t, piece{text: s[:i+1]})
			s = s[i+1:]
			continue
		}
		if i > 0 {
			t = append(t, piece{text: s[:i]})
		}
		t = append(t, piece{text: name, variable: true})
		s = rest
	}
	return t
}

// variable takes a variable's name from the front of s: "context.x" or
// "{context.x}".
func variable(s string) (name, rest string) {
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		end := strings.IndexByte(inner, '}')
		if end < 0 {
			return "", s
		}
		name, after := variable(inner[:end])
		if name == "" || after != "" {
			return "", s
		}
		return name, inner[end+1:]
	}
	for _, root := range roots {
		if strings.HasPrefix(s, root) {
			end := len(root)
			for end < len(s) && nameByte(s[end]) {
				end++
			}
			for end > len(root) && s[end-1] == '.' { // the end of a sentence
				end--
			}
			if end == len(root) {
				return "", s
			}
			return s[:end], s[end:]
		}
	}
	return "", s
}

func nameByte(c byte) bool {
	return c == '.' || c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// parseMapping compiles the value of a header: 'static' in quotes, or one
// variable without a dollar.
func parseMapping(s string) (template, error) {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return template{{text: s[1 : len(s)-1]}}, nil
	}
	if name, rest := variable(s); name != "" && rest == "" {
		return template{{text: name, variable: true}}, nil
	}
	return nil, fmt.Errorf("%w: %q: want 'text' in single quotes, context.x, stageVariables.x, or method.request.header|path|querystring.x", ErrTemplate, s)
}

// append renders t for x. A variable that is not set renders as nothing.
func (t template) append(dst []byte, x *exchange.Exchange) []byte {
	for _, p := range t {
		if p.variable {
			dst = append(dst, value(x, p.text)...)
		} else {
			dst = append(dst, p.text...)
		}
	}
	return dst
}

func value(x *exchange.Exchange, name string) string {
	var v string
	if key, ok := strings.CutPrefix(name, "context."); ok {
		v, _ = x.ContextValue(key)
		if key == "error.messageString" && v == "" {
			return "null"
		}
	} else if key, ok := strings.CutPrefix(name, "stageVariables."); ok {
		v, _ = x.Stage.Variable(key)
	} else if key, ok := strings.CutPrefix(name, "method.request.header."); ok {
		v, _ = x.Request.Header.Last(key)
	} else if key, ok := strings.CutPrefix(name, "method.request.path."); ok {
		v, _ = x.PathParam(key)
	} else if key, ok := strings.CutPrefix(name, "method.request.querystring."); ok {
		v, _ = x.QueryParam(key)
	}
	return v
}
