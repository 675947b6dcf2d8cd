package policy

import "strings"

// arn is a resource name and its six parts:
// arn:partition:service:region:account:resource. The last may hold colons.
type arn struct {
	whole string
	parts [6]string
}

func splitARN(s string) (arn, bool) {
	a := arn{whole: s}
	for i := range 5 {
		colon := strings.IndexByte(s, ':')
		if colon < 0 {
			return arn{}, false
		}
		a.parts[i], s = s[:colon], s[colon+1:]
	}
	a.parts[5] = s
	return a, a.parts[0] == "arn"
}

// from is the name from its i-th part on, colons and all.
func (a *arn) from(i int) string {
	start := i
	for _, part := range a.parts[:i] {
		start += len(part)
	}
	return a.whole[start:]
}

// arnPattern is a pattern over resource names. Its parts are matched one by
// one, as IAM does: a star for the region cannot swallow a colon, or else a
// path with colons in it, which the client writes, could pass for another API.
type arnPattern struct {
	all   bool // "*"
	parts [6]glob
	count int // parts given; the last of fewer than six ends in a star
}

func (p *arnPattern) match(a *arn, r *Request) (match, known bool) {
	known = true
	for i := range p.count {
		part := a.parts[i]
		if i == p.count-1 {
			part = a.from(i) // such as arn:aws:execute-api:*
		}
		m, k := p.parts[i].match(part, r)
		if k && !m {
			return false, true
		}
		known = known && k
	}
	return known, known
}

// parseARN reads a pattern. It has six parts, or fewer when the last of them
// ends in a star, which then stands for all that follows.
func parseARN(s string, vars bool) (arnPattern, error) {
	if s != "" && strings.Trim(s, "*") == "" {
		return arnPattern{all: true}, nil
	}
	texts := splitPattern(s, vars)
	if texts[0] != "arn" || len(texts) < 2 {
		return arnPattern{}, problem("%q is neither an ARN nor \"*\"", s)
	}
	if len(texts) < 6 && !strings.HasSuffix(s, "*") {
		return arnPattern{}, problem("%q has fewer than the six parts of an ARN", s)
	}
	p := arnPattern{count: len(texts)}
	for i, text := range texts {
		g, err := compile(text, true, vars)
		if err != nil {
			return arnPattern{}, err
		}
		p.parts[i] = g
	}
	return p, nil
}

// splitPattern cuts s at its first five colons; those of a variable's name do
// not count.
func splitPattern(s string, vars bool) []string {
	var parts []string
	from := 0
	for i := 0; i < len(s) && len(parts) < 5; i++ {
		switch {
		case vars && strings.HasPrefix(s[i:], "${"):
			if size := strings.IndexByte(s[i:], '}'); size > 0 {
				i += size
			}
		case s[i] == ':':
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// accountOf is the account in an ARN, "" when there is none.
func accountOf(s string) string {
	a, _ := splitARN(s)
	return a.parts[4]
}

// roleOf is the ARN of the role behind a session's,
// arn:aws:sts::123456789012:assumed-role/NAME/SESSION; other ARNs are
// returned as they are. A role's path is not part of a session's ARN.
func roleOf(s string) string {
	a, ok := splitARN(s)
	if !ok || a.parts[2] != "sts" {
		return s
	}
	rest, ok := strings.CutPrefix(a.parts[5], "assumed-role/")
	if !ok {
		return s
	}
	name, _, _ := strings.Cut(rest, "/")
	return "arn:" + a.parts[1] + ":iam::" + a.parts[4] + ":role/" + name
}
