package upstream

import (
	"errors"
	"fmt"
	"strings"
)

// Why a [Template] does not expand.
var (
	// ErrEscape reports a value that would lead out of the URI's path: dot
	// segments, in any encoding, or a second slash at its start.
	ErrEscape = errors.New("value leads out of the URI's path")
	// ErrHost reports stage variables that make no plain host[:port].
	ErrHost = errors.New("stage variables make no plain host[:port]")
)

// Template is an integration's URI with {param} and ${stageVariables.name} in
// it. It is immutable and safe for concurrent use.
//
// A parameter can stand in path and query only, so that no client chooses a
// host. A stage variable can stand anywhere after the scheme; one that is the
// whole authority may hold host[:port], one beside other text there only
// letters, digits, "-", "_" and ".". Neither can change what part of the URI
// it stands in.
type Template struct {
	scheme string
	fixed  Target // when no stage variable is in the authority
	auth   []part // otherwise
	path   []part // from the first slash on
	query  []part // with its question mark; nil when there is none
}

// part is a piece of a template.
type part struct {
	kind partKind
	text string // literal text, or a name
}

type partKind uint8

const (
	literal  partKind = iota
	segment           // a path parameter: slashes in it are data
	segments          // a greedy path parameter: slashes in it separate
	variable          // a stage variable
)

// ParseTemplate parses uri, which begins with http:// or https://. Parameters
// that greedy names hold several path segments; so do {proxy}, the name that
// API Gateway's guide gives them, and {name+}.
func ParseTemplate(uri string, greedy ...string) (*Template, error) {
	t := &Template{}
	rest := ""
	var ok bool
	if t.scheme, rest, ok = strings.Cut(uri, "://"); !ok || t.scheme != "http" && t.scheme != "https" {
		return nil, errors.New("must begin with http:// or https://")
	}
	for i := 0; i < len(rest); i++ {
		if c := rest[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\\#\"<>^`|", c) >= 0 {
			return nil, fmt.Errorf("%q cannot stand in a URI", c)
		}
	}
	auth, rest := cutAny(rest, "/?")
	path, query := cutAny(rest, "?")
	if path == "" {
		path = "/"
	}
	if strings.HasPrefix(path, "//") {
		return nil, errors.New("the path begins with two slashes")
	}
	var err error
	if t.auth, err = parseParts(auth, greedy); err != nil {
		return nil, err
	}
	if t.path, err = parseParts(path, greedy); err != nil {
		return nil, err
	}
	if t.query, err = parseParts(query, greedy); err != nil {
		return nil, err
	}
	return t, t.check(auth)
}

// check holds what can be known without values.
func (t *Template) check(auth string) (err error) {
	isFixed := true
	for _, p := range t.auth {
		switch p.kind {
		case segment, segments:
			return fmt.Errorf("{%s}: a path parameter cannot choose the host", p.text)
		case variable:
			isFixed = false
		}
	}
	if isFixed {
		if t.fixed, err = parseAuthority(t.scheme, auth); err != nil {
			return fmt.Errorf("%q is no plain host[:port]", auth)
		}
		t.auth = nil
	}
	for _, list := range [...][]part{t.path, t.query} {
		for _, p := range list {
			if p.kind == literal && !validEscapes(p.text) {
				return fmt.Errorf("%q has a percent sign that begins no escape", p.text)
			}
		}
	}
	one := func(string) (string, bool) { return "x", true }
	b, err := t.appendPath(nil, one, one)
	if err == nil && dotSegment(b) {
		return errors.New("the path has dot segments")
	}
	return err
}

// Target is where requests go when no stage variable stands in the authority;
// otherwise ok is false.
func (t *Template) Target() (target Target, ok bool) { return t.fixed, t.auth == nil }

// Scheme is "http" or "https".
func (t *Template) Scheme() string { return t.scheme }

// Expand fills in values. params gives raw values of path parameters,
// percent-encoded as they were sent; what may not stand where a value stands is
// encoded, what is encoded already stays. stage gives stage variables. What is
// not there is empty (AWS guide, "API Gateway stage variables reference"). dst
// is memory to work in and may be nil.
//
// The uri begins with one slash and never holds a dot segment. Expand fails
// with ErrEscape, ErrHost or, for control bytes in a value, ErrInvalid.
func (t *Template) Expand(dst []byte, params, stage func(name string) (string, bool)) (addr, host, uri string, err error) {
	addr, host, b, err := t.ExpandBytes(dst, params, stage)
	return addr, host, string(b), err
}

// ExpandBytes is Expand for a caller that has more to append: uri is in dst's
// memory, if that is enough, and nil when it fails.
func (t *Template) ExpandBytes(dst []byte, params, stage func(name string) (string, bool)) (addr, host string, uri []byte, err error) {
	target := t.fixed
	if t.auth != nil {
		if target, err = t.expandAuthority(dst[:0], stage); err != nil {
			return "", "", nil, err
		}
	}
	b, err := t.appendPath(dst[:0], params, stage)
	if err != nil {
		return "", "", nil, err
	}
	if dotSegment(b) {
		return "", "", nil, ErrEscape
	}
	if b, err = t.appendQuery(b, params, stage); err != nil {
		return "", "", nil, err
	}
	return target.Addr, target.Host, b, nil
}

func (t *Template) expandAuthority(b []byte, stage func(string) (string, bool)) (Target, error) {
	for _, p := range t.auth {
		v := p.text
		if p.kind == variable {
			v = value(stage, v)
			for i := 0; i < len(v) && len(t.auth) > 1; i++ {
				if !hostByte(v[i]) {
					return Target{}, ErrHost
				}
			}
		}
		b = append(b, v...)
	}
	return parseAuthority(t.scheme, string(b))
}

func (t *Template) appendPath(b []byte, params, stage func(string) (string, bool)) ([]byte, error) {
	for _, p := range t.path {
		if p.kind == literal {
			lit := p.text
			if len(b) == 1 { // what stood between was empty
				lit = strings.TrimLeft(lit, "/")
			}
			b = append(b, lit...)
			continue
		}
		from, safe := params, &inSegment
		switch p.kind {
		case segments:
			safe = &inPath
		case variable:
			from, safe = stage, &inPath
		}
		v := value(from, p.text)
		if len(b) <= 1 && slashed(v) {
			return nil, ErrEscape
		}
		var ok bool
		if b, ok = appendEscaped(b, v, safe); !ok {
			return nil, ErrInvalid
		}
	}
	return b, nil
}

func (t *Template) appendQuery(b []byte, params, stage func(string) (string, bool)) ([]byte, error) {
	for _, p := range t.query {
		if p.kind == literal {
			b = append(b, p.text...)
			continue
		}
		from, safe := params, &inParameter
		if p.kind == variable {
			from, safe = stage, &inQuery
		}
		var ok bool
		if b, ok = appendEscaped(b, value(from, p.text), safe); !ok {
			return nil, ErrInvalid
		}
	}
	return b, nil
}

func value(from func(string) (string, bool), name string) string {
	if from == nil {
		return ""
	}
	v, _ := from(name)
	return v
}

// parseParts cuts text at its placeholders.
func parseParts(text string, greedy []string) (list []part, err error) {
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			return append(list, part{literal, text}), nil
		}
		end := strings.IndexAny(text[i+1:], "{}")
		if text[i] == '}' || end < 0 || text[i+1+end] == '{' {
			return nil, errors.New("{ and } do not pair")
		}
		before, name := text[:i], text[i+1:i+1+end]
		text = text[i+1+end+1:]
		p := part{segment, name}
		if v, ok := strings.CutSuffix(before, "$"); ok {
			if before = v; !strings.HasPrefix(name, "stageVariables.") {
				return nil, fmt.Errorf("${%s}: only ${stageVariables.NAME} can stand here", name)
			}
			p = part{variable, strings.TrimPrefix(name, "stageVariables.")}
		} else if v, ok := strings.CutSuffix(name, "+"); ok || name == "proxy" || contains(greedy, name) {
			p = part{segments, v}
		}
		if p.text == "" || strings.ContainsAny(p.text, "/?") {
			return nil, fmt.Errorf("{%s}: not the name of anything", name)
		}
		if before != "" {
			list = append(list, part{literal, before})
		}
		list = append(list, p)
	}
	return list, nil
}

// cutAny cuts s before the first of chars that no braces enclose.
func cutAny(s, chars string) (before, after string) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}':
			depth--
		case depth == 0 && strings.IndexByte(chars, s[i]) >= 0:
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
