package policy

import "strings"

// glob is a compiled pattern: the pieces between its stars. A "*" stands for
// any number of bytes, slashes and colons included, a "?" for one byte.
//
// Matching takes the pieces from left to right, each at its first place, and
// never goes back: the time is linear in the text for pieces without "?", and
// at worst the product of the text's and the longest piece's lengths. No
// pattern makes it exponential.
type glob struct {
	pieces []piece // at least one; a star stands between each two
	fold   bool    // all in lower case; the values of variables become so
}

// piece is text without a star. One with variables is filled in per request.
type piece struct {
	text string
	any  []bool // per byte of text: it stands for any byte; nil when none does
	vars []variable
}

// variable is a ${name} at a place within a piece.
type variable struct {
	at       int // in text
	id       keyID
	name     string
	fallback string
	hasFall  bool
}

// match reports whether the whole of s matches. known is false when a
// variable has no value; then nothing matches.
func (g *glob) match(s string, r *Request) (match, known bool) {
	pieces := g.pieces
	for i := range pieces {
		if pieces[i].vars != nil {
			filled, ok := fill(pieces, r, g.fold)
			if !ok {
				return false, false
			}
			pieces = filled
			break
		}
	}
	return matchPieces(pieces, s), true
}

func matchPieces(pieces []piece, s string) bool {
	first, last := &pieces[0], &pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return len(s) == len(first.text) && first.at(s)
	}
	if len(s) < len(first.text)+len(last.text) || !first.at(s) || !last.at(s[len(s)-len(last.text):]) {
		return false
	}
	s = s[len(first.text) : len(s)-len(last.text)]
	for i := 1; i < len(pieces)-1; i++ {
		at := pieces[i].index(s)
		if at < 0 {
			return false
		}
		s = s[at+len(pieces[i].text):]
	}
	return true
}

// at reports whether s, which is long enough, starts with the piece.
func (p *piece) at(s string) bool {
	if p.any == nil {
		return s[:len(p.text)] == p.text
	}
	for i := 0; i < len(p.text); i++ {
		if s[i] != p.text[i] && !p.any[i] {
			return false
		}
	}
	return true
}

func (p *piece) index(s string) int {
	if p.any == nil {
		return strings.Index(s, p.text)
	}
	for i := 0; i+len(p.text) <= len(s); i++ {
		if p.at(s[i:]) {
			return i
		}
	}
	return -1
}

// fill replaces variables by their values, in which "*" and "?" are ordinary
// characters: a client must not write the pattern that it is matched against.
func fill(pieces []piece, r *Request, fold bool) ([]piece, bool) {
	filled := make([]piece, len(pieces))
	for i := range pieces {
		p := &pieces[i]
		if p.vars == nil {
			filled[i] = *p
			continue
		}
		var text strings.Builder
		var anyByte []bool
		from := 0
		add := func(s string, marks []bool) {
			text.WriteString(s)
			if marks == nil {
				marks = make([]bool, len(s))
			}
			anyByte = append(anyByte, marks...)
		}
		part := func(to int) {
			var marks []bool
			if p.any != nil {
				marks = p.any[from:to]
			}
			add(p.text[from:to], marks)
			from = to
		}
		for v := range p.vars {
			part(p.vars[v].at)
			value, ok := r.value(p.vars[v].id, p.vars[v].name, 0)
			if !ok {
				if !p.vars[v].hasFall {
					return nil, false
				}
				value = p.vars[v].fallback
			}
			if fold {
				value = strings.ToLower(value)
			}
			add(value, nil)
		}
		part(len(p.text))
		filled[i] = piece{text: text.String(), any: anyByte}
	}
	return filled, true
}

// compile reads a pattern. wild says whether "*" and "?" mean anything in it,
// vars whether ${…} does.
func compile(s string, wild, vars bool) (glob, error) {
	var g glob
	var p piece
	var text []byte
	end := func() {
		p.text = string(text)
		g.pieces = append(g.pieces, p)
		p, text = piece{}, text[:0]
	}
	put := func(c byte, star bool) {
		if star && p.any == nil {
			p.any = make([]bool, len(text))
		}
		text = append(text, c)
		if p.any != nil {
			p.any = append(p.any, star)
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '*' && wild:
			// Stars in a row are one.
			if len(g.pieces) == 0 || len(text) > 0 || p.vars != nil {
				end()
			}
		case c == '?' && wild:
			put(c, true)
		case c == '$' && vars && strings.HasPrefix(s[i:], "${"):
			size := strings.IndexByte(s[i:], '}')
			if size < 0 {
				return glob{}, problem("variable in %q has no end", s)
			}
			inner := s[i+2 : i+size]
			i += size
			if inner == "*" || inner == "?" || inner == "$" { // the way to write them
				put(inner[0], false)
				continue
			}
			v, err := parseVariable(inner)
			if err != nil {
				return glob{}, err
			}
			v.at = len(text)
			p.vars = append(p.vars, v)
		default:
			put(c, false)
		}
	}
	end()
	return g, nil
}

// parseVariable reads what stands between ${ and }: a key, and perhaps a
// default, as in "aws:username, 'nobody'".
func parseVariable(s string) (variable, error) {
	name, rest, hasFall := strings.Cut(s, ",")
	name = strings.TrimSpace(name)
	if !validKey(name) {
		return variable{}, problem("%q is no variable", "${"+s+"}")
	}
	v := variable{id: keyOf(name), name: name, hasFall: hasFall}
	if hasFall {
		rest = strings.TrimSpace(rest)
		if len(rest) < 2 || rest[0] != '\'' || rest[len(rest)-1] != '\'' {
			return variable{}, problem("default of variable %q is not in single quotes", "${"+s+"}")
		}
		v.fallback = rest[1 : len(rest)-1]
	}
	return v, nil
}

// validKey reports whether s looks like a condition key: prefix:Name.
func validKey(s string) bool {
	prefix, name, ok := strings.Cut(s, ":")
	if !ok || prefix == "" || name == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("\"'{}$*?,", s[i]) >= 0 {
			return false
		}
	}
	return true
}
