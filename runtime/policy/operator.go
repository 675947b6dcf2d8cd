package policy

import (
	"net/netip"
	"strings"
)

// operators are the condition operators of IAM but for BinaryEquals, since no
// key of an API call is binary. Names count with their case.
var operators = map[string]condition{
	"StringEquals":              {op: opString},
	"StringNotEquals":           {op: opString, negated: true},
	"StringEqualsIgnoreCase":    {op: opStringFold},
	"StringNotEqualsIgnoreCase": {op: opStringFold, negated: true},
	"StringLike":                {op: opString, wild: true},
	"StringNotLike":             {op: opString, wild: true, negated: true},
	"NumericEquals":             {op: opNumber},
	"NumericNotEquals":          {op: opNumber, negated: true},
	"NumericLessThan":           {op: opNumber, comparison: less},
	"NumericLessThanEquals":     {op: opNumber, comparison: lessEqual},
	"NumericGreaterThan":        {op: opNumber, comparison: greater},
	"NumericGreaterThanEquals":  {op: opNumber, comparison: greaterEqual},
	"DateEquals":                {op: opDate},
	"DateNotEquals":             {op: opDate, negated: true},
	"DateLessThan":              {op: opDate, comparison: less},
	"DateLessThanEquals":        {op: opDate, comparison: lessEqual},
	"DateGreaterThan":           {op: opDate, comparison: greater},
	"DateGreaterThanEquals":     {op: opDate, comparison: greaterEqual},
	"Bool":                      {op: opBool},
	"IpAddress":                 {op: opIP},
	"NotIpAddress":              {op: opIP, negated: true},
	"ArnEquals":                 {op: opARN},
	"ArnLike":                   {op: opARN},
	"ArnNotEquals":              {op: opARN, negated: true},
	"ArnNotLike":                {op: opARN, negated: true},
	"Null":                      {op: opNull},
}

// parseOperator reads an operator with its prefix and suffix, such as
// "ForAnyValue:StringLikeIfExists".
func parseOperator(name string) (condition, error) {
	base := name
	set := setNone
	if rest, ok := strings.CutPrefix(base, "ForAllValues:"); ok {
		base, set = rest, setAll
	} else if rest, ok := strings.CutPrefix(base, "ForAnyValue:"); ok {
		base, set = rest, setAny
	}
	base, ifExists := strings.CutSuffix(base, "IfExists")
	c, ok := operators[base]
	if !ok || c.op == opNull && (ifExists || set != setNone) {
		return condition{}, problem("unknown condition operator %q", name)
	}
	c.set, c.ifExists = set, ifExists
	return c, nil
}

func parseConditions(n *node, vars bool) ([]condition, error) {
	if n.kind != kindObject {
		return nil, problem("Condition must be an object")
	}
	var list []condition
	for i := range n.members {
		op, err := parseOperator(n.members[i].name)
		if err != nil {
			return nil, err
		}
		keys := &n.members[i].value
		if keys.kind != kindObject || len(keys.members) == 0 {
			return nil, problem("%s must be an object with at least one key", n.members[i].name)
		}
		for j := range keys.members {
			c := op
			c.name = keys.members[j].name
			if !validKey(c.name) {
				return nil, problem("%q is no condition key", c.name)
			}
			c.id = keyOf(c.name)
			values, err := keys.members[j].value.scalars(c.name)
			if err != nil {
				return nil, err
			}
			for _, v := range values {
				if err := c.add(v, vars); err != nil {
					return nil, err
				}
			}
			if c.op == opNull && len(c.truth) != 1 {
				return nil, problem("Null takes one value for %q", c.name)
			}
			list = append(list, c)
		}
	}
	return list, nil
}

// add reads one value to compare with.
func (c *condition) add(v string, vars bool) error {
	bad := func(what string) error { return problem("%q is no %s for %s", v, what, c.name) }
	switch c.op {
	case opString, opStringFold:
		if c.op == opStringFold {
			v = strings.ToLower(v)
		}
		g, err := compile(v, c.wild, vars)
		if err != nil {
			return err
		}
		g.fold = c.op == opStringFold
		c.globs = append(c.globs, g)
	case opARN:
		a, err := parseARN(v, vars)
		if err != nil {
			return err
		}
		c.arns = append(c.arns, a)
	case opNumber:
		n, ok := parseNumber(v)
		if !ok {
			return bad("number")
		}
		c.numbers = append(c.numbers, n)
	case opDate:
		t, ok := parseTime(v)
		if !ok {
			return bad("date")
		}
		c.times = append(c.times, t)
	case opBool, opNull:
		b, ok := parseBool(v)
		if !ok {
			return bad("boolean")
		}
		c.truth = append(c.truth, b)
	case opIP:
		p, ok := parsePrefix(v)
		if !ok {
			return bad("address or CIDR block")
		}
		c.prefixes = append(c.prefixes, p)
	}
	return nil
}

// parsePrefix reads an address or a block. Bits below the mask are cleared,
// as IAM does. An IPv4 block written in IPv6 becomes one of IPv4.
func parsePrefix(s string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" {
			return netip.Prefix{}, false
		}
		p = netip.PrefixFrom(ip, ip.BitLen())
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, false
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), true
}
