package outbound

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Host is an entry of the operator's list.
type Host struct {
	Scheme string // "http" or "https"
	// Name is a host in lower case, without brackets. With Wildcard it is what
	// a name ends with: any number of labels, at least one, stands before it.
	Name     string
	Wildcard bool
	Port     string // decimal, never ""
}

// String is the entry as NAME.toml has it.
func (h Host) String() string {
	name, port := h.Name, ":"+h.Port
	switch {
	case h.Wildcard:
		name = "*." + name
	case strings.Contains(name, ":"):
		name = "[" + name + "]"
	}
	if h.Port == ports[h.Scheme] {
		port = ""
	}
	return h.Scheme + "://" + name + port
}

// ports are those of schemes.
var ports = map[string]string{"http": "80", "https": "443"}

// place is the scheme, host and port of a URL: what an entry of the list allows,
// what has a breaker, and within what credentials stay (RFC 6454, section 4).
type place struct{ scheme, name, port string }

func placeOf(u *url.URL) place {
	p := place{u.Scheme, strings.ToLower(u.Hostname()), u.Port()}
	if a, err := netip.ParseAddr(p.name); err == nil {
		p.name = a.String()
	}
	if p.port == "" {
		p.port = ports[p.scheme]
	}
	return p
}

func (p place) String() string { return Host{Scheme: p.scheme, Name: p.name, Port: p.port}.String() }

// list is what a plugin may ask.
type list []Host

func (l list) allows(p place) bool {
	for _, h := range l {
		if h.Scheme == p.scheme && h.Port == p.port && h.matches(p.name) {
			return true
		}
	}
	return false
}

func (h Host) matches(name string) bool {
	if !h.Wildcard {
		return h.Name == name
	}
	before, ok := strings.CutSuffix(name, "."+h.Name)
	return ok && validLabels(before)
}

// validLabels reports whether a host name is made of letters, digits, hyphens and
// underscores, in labels that are not empty. It is in lower case.
func validLabels(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// check refuses entries that could never be asked: an address that needs a grant
// and has none.
func (l list) check(g guard) error {
	for _, h := range l {
		a, err := netip.ParseAddr(h.Name)
		if err != nil {
			continue
		}
		if why := g.refuses(a); why != "" {
			return fmt.Errorf(`%q is %s, and such addresses need a grant; add addresses = [%q]`, h, why, a)
		}
	}
	return nil
}
