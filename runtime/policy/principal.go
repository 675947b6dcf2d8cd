package policy

import "strings"

// principals is a statement's Principal or NotPrincipal.
type principals struct {
	not      bool
	everyone bool     // "*" or {"AWS": "*"}
	accounts []string // twelve digits, or the account of a :root
	arns     []string
}

func (p *principals) apply(r *Request) bool { return p.match(r.Principal) != p.not }

// match reports whether caller, "" when anonymous, is among them. A role's
// ARN stands for all of its sessions.
func (p *principals) match(caller string) bool {
	if p.everyone {
		return true
	}
	if caller == "" {
		return false
	}
	if len(p.accounts) > 0 {
		account := accountOf(caller)
		for _, a := range p.accounts {
			if a == account {
				return true
			}
		}
	}
	for _, a := range p.arns {
		if a == caller {
			return true
		}
	}
	if len(p.arns) > 0 && strings.Contains(caller, ":assumed-role/") {
		role := roleOf(caller)
		for _, a := range p.arns {
			if a == role {
				return true
			}
		}
	}
	return false
}

func parsePrincipals(n *node, not bool) (*principals, error) {
	p := &principals{not: not}
	if n.kind == kindString {
		if n.text != "*" {
			return nil, problem("principal %q is neither \"*\" nor an object", n.text)
		}
		p.everyone = true
		return p, nil
	}
	if n.kind != kindObject || len(n.members) == 0 {
		return nil, problem("principal must be \"*\" or an object")
	}
	for i := range n.members {
		m := &n.members[i]
		values, err := m.value.strings(m.name)
		if err != nil {
			return nil, err
		}
		switch m.name {
		case "AWS":
			for _, v := range values {
				if err := p.add(v); err != nil {
					return nil, err
				}
			}
		case "Service", "Federated", "CanonicalUser":
			// Such callers do not reach a gateway: understood, never matched.
		default:
			return nil, problem("unknown kind of principal %q", m.name)
		}
	}
	return p, nil
}

func (p *principals) add(v string) error {
	if v == "*" {
		p.everyone = true
		return nil
	}
	if isAccount(v) {
		p.accounts = append(p.accounts, v)
		return nil
	}
	a, ok := splitARN(v)
	if !ok || strings.ContainsAny(v, "*?") {
		return problem("principal %q is no ARN, no account and not \"*\"", v)
	}
	if a.parts[5] == "root" && a.parts[2] == "iam" {
		p.accounts = append(p.accounts, a.parts[4])
		return nil
	}
	p.arns = append(p.arns, v)
	return nil
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}
