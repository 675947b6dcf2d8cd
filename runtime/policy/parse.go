package policy

import "strings"

// MaxResource is the longest Resource that an authorizer's policy may have,
// in bytes (API Gateway guide, "Output from a Lambda authorizer").
const MaxResource = 512

// MaxResourcePolicy is the longest resource policy, in bytes (API Gateway
// guide, "Quotas").
const MaxResourcePolicy = 8192

// MaxIdentityPolicy bounds the policy that an authorizer returns, in bytes.
// AWS publishes none; this is what some 500 statements take, and it keeps a
// decision that is cached and evaluated per request small.
const MaxIdentityPolicy = 64 << 10

// ParseIdentity reads the policy that an authorizer returned. It has no
// principals and no short resource names, as IAM demands of identity-based
// policies. The error is a *SyntaxError: the authorizer has failed.
func ParseIdentity(data []byte) (*Document, error) {
	if len(data) > MaxIdentityPolicy {
		return nil, problem("longer than %d bytes", MaxIdentityPolicy)
	}
	return parse(data, parser{identity: true})
}

// ParseResource reads the resource policy of an API. api is the ARN that the
// short form stands for, arn:aws:execute-api:{region}:{account}:{api}:
// "execute-api:/prod/GET/*" becomes api + "/prod/GET/*". The error is a
// *SyntaxError.
func ParseResource(data []byte, api string) (*Document, error) {
	if len(data) > MaxResourcePolicy {
		return nil, problem("longer than %d bytes", MaxResourcePolicy)
	}
	return parse(data, parser{api: api})
}

type parser struct {
	identity bool
	api      string
	vars     bool
}

func parse(data []byte, p parser) (*Document, error) {
	root, err := readJSON(data)
	if err != nil {
		return nil, err
	}
	if root.kind != kindObject {
		return nil, problem("must be an object")
	}
	d := &Document{Version: "2008-10-17"}
	var list *node
	for i := range root.members {
		m := &root.members[i]
		switch m.name {
		case "Version":
			if d.Version, err = m.value.string(m.name); err != nil {
				return nil, err
			}
			if d.Version != "2012-10-17" && d.Version != "2008-10-17" {
				return nil, problem("unknown version %q", d.Version)
			}
		case "Id":
			if d.ID, err = m.value.string(m.name); err != nil {
				return nil, err
			}
		case "Statement":
			list = &m.value
		default:
			return nil, problem("unknown element %q", m.name)
		}
	}
	if list == nil {
		return nil, problem("has no Statement")
	}
	p.vars = d.Version == "2012-10-17" // whatever stands first in the text
	items := list.items
	if list.kind != kindList {
		items = []node{*list}
	}
	for i := range items {
		s, err := p.statement(&items[i])
		if err != nil {
			if syntax, ok := err.(*SyntaxError); ok {
				syntax.Statement = i
			}
			return nil, err
		}
		d.statements = append(d.statements, s)
	}
	return d, nil
}

func (p *parser) statement(n *node) (s statement, err error) {
	if n.kind != kindObject {
		return s, problem("must be an object")
	}
	var effect, action, resource, who bool
	once := func(done *bool, name string) error {
		if *done {
			return problem("%s stands beside its opposite", name)
		}
		*done = true
		return nil
	}
	for i := range n.members {
		name, value := n.members[i].name, &n.members[i].value
		switch name {
		case "Sid":
			_, err = value.string(name)
		case "Effect":
			effect = true
			s.deny, err = parseEffect(value)
		case "Action", "NotAction":
			if err = once(&action, name); err == nil {
				s.actions, err = parseActions(value, name)
			}
		case "Resource", "NotResource":
			if err = once(&resource, name); err == nil {
				s.notResource = name == "NotResource"
				s.resources, err = p.resources(value, name)
			}
		case "Principal", "NotPrincipal":
			if p.identity {
				return s, problem("%s has no place in an authorizer's policy", name)
			}
			if err = once(&who, name); err == nil {
				s.principals, err = parsePrincipals(value, name == "NotPrincipal")
			}
		case "Condition":
			s.conditions, err = parseConditions(value, p.vars)
		default:
			err = problem("unknown element %q", name)
		}
		if err != nil {
			return s, err
		}
	}
	switch {
	case !effect:
		return s, problem("has no Effect")
	case !action:
		return s, problem("has no Action")
	case !resource:
		return s, problem("has no Resource")
	case !who && !p.identity:
		return s, problem("has no Principal")
	}
	return s, nil
}

func parseEffect(n *node) (deny bool, err error) {
	switch text, err := n.string("Effect"); {
	case err != nil:
		return false, err
	case text == "Allow":
		return false, nil
	case text == "Deny":
		return true, nil
	default:
		return false, problem("Effect is %q, neither Allow nor Deny", text)
	}
}

// parseActions says which of the actions are meant. Case does not count.
func parseActions(n *node, name string) (meant [actions]bool, err error) {
	list, err := n.strings(name)
	if err != nil {
		return meant, err
	}
	for _, text := range list {
		if !strings.Contains(text, ":") && strings.Trim(text, "*") != "" || text == "" {
			return meant, problem("%q is no action such as execute-api:Invoke", text)
		}
		g, err := compile(strings.ToLower(text), true, false)
		if err != nil {
			return meant, err
		}
		for a := range actions {
			if m, _ := g.match(actionNames[a], nil); m {
				meant[a] = true
			}
		}
	}
	if name == "NotAction" {
		for a := range meant {
			meant[a] = !meant[a]
		}
	}
	return meant, nil
}

func (p *parser) resources(n *node, name string) ([]arnPattern, error) {
	list, err := n.strings(name)
	if err != nil {
		return nil, err
	}
	patterns := make([]arnPattern, len(list))
	for i, text := range list {
		if p.identity && len(text) > MaxResource {
			return nil, problem("%s is longer than %d bytes", name, MaxResource)
		}
		if path, ok := strings.CutPrefix(text, "execute-api:/"); ok && !p.identity {
			text = p.api + "/" + path
		}
		if patterns[i], err = parseARN(text, p.vars); err != nil {
			return nil, err
		}
	}
	return patterns, nil
}
