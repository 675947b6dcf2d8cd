package policy

import (
	"net/netip"
	"strings"
	"time"
)

// condition is one operator applied to one key: a line of a Condition block.
// All lines of a statement must hold.
type condition struct {
	op         operator
	negated    bool
	ifExists   bool
	set        setOperator
	comparison comparison // of Numeric* and Date*
	wild       bool       // "*" and "?" are wildcards
	id         keyID
	name       string

	// What the key is compared with, in the form the operator needs.
	globs    []glob // String*; lower case where case does not count
	arns     []arnPattern
	numbers  []float64
	times    []time.Time
	prefixes []netip.Prefix
	truth    []bool // Bool and Null
}

type operator uint8

const (
	opString operator = iota // StringEquals and StringLike: a glob with or without stars
	opStringFold
	opNumber
	opDate
	opBool
	opIP
	opARN
	opNull
)

// comparison says which way Numeric* and Date* compare.
type comparison uint8

const (
	equal comparison = iota
	less
	lessEqual
	greater
	greaterEqual
)

type setOperator uint8

const (
	setNone setOperator = iota
	setAll              // ForAllValues:
	setAny              // ForAnyValue:
)

// holds evaluates the line. A missing key makes a positive operator false and
// a negated or …IfExists one true (IAM User Guide, "Condition operators").
// Without a set operator a key with several values meets a positive operator
// if one of them does, and a negated one if all of them do: what is left open
// by IAM is so decided that one bad value among good ones still denies.
func (c *condition) holds(r *Request) bool {
	if c.op == opNull {
		return c.truth[0] != r.has(c.id, c.name)
	}
	if !r.has(c.id, c.name) {
		switch c.set {
		case setAll:
			return true
		case setAny:
			return c.ifExists
		}
		return c.negated || c.ifExists
	}
	all := c.set == setAll || c.set == setNone && c.negated
	for i := 0; ; i++ {
		met, there := c.meets(r, i)
		if !there {
			return all
		}
		if met != all {
			return met
		}
	}
}

// meets compares the i-th value of the key. there is false when there are no
// more of them.
func (c *condition) meets(r *Request, i int) (met, there bool) {
	switch {
	case c.id == keySourceIP && c.op == opIP:
		return c.matchIP(r.SourceIP) != c.negated, i == 0
	case (c.id == keyCurrentTime || c.id == keyEpochTime) && c.op == opDate:
		return c.matchTime(r.Time) != c.negated, i == 0
	case c.id == keySecureTransport && c.op == opBool:
		return c.matchBool(r.Secure) != c.negated, i == 0
	}
	value, there := r.value(c.id, c.name, i)
	if !there {
		return false, false
	}
	return c.matchText(value, r) != c.negated, true
}

func (c *condition) matchText(value string, r *Request) bool {
	switch c.op {
	case opString:
		return c.matchGlobs(value, r)
	case opStringFold:
		return c.matchGlobs(strings.ToLower(value), r)
	case opARN:
		a, ok := splitARN(value)
		for i := range c.arns {
			if c.arns[i].all {
				return true
			}
			if ok {
				if m, _ := c.arns[i].match(&a, r); m {
					return true
				}
			}
		}
	case opNumber:
		n, ok := parseNumber(value)
		return ok && c.matchNumber(n)
	case opDate:
		t, ok := parseTime(value)
		return ok && c.matchTime(t)
	case opBool:
		b, ok := parseBool(value)
		return ok && c.matchBool(b)
	case opIP:
		ip, err := netip.ParseAddr(value)
		return err == nil && c.matchIP(ip)
	}
	return false
}

func (c *condition) matchGlobs(value string, r *Request) bool {
	for i := range c.globs {
		if m, _ := c.globs[i].match(value, r); m {
			return true
		}
	}
	return false
}

func (c *condition) matchIP(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	for _, p := range c.prefixes {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

func (c *condition) matchBool(b bool) bool {
	for _, t := range c.truth {
		if t == b {
			return true
		}
	}
	return false
}
