// Package policy holds IAM policy documents: what a Lambda authorizer returns
// and what guards an API as its resource policy. A document is parsed once,
// strictly, and then evaluated for as many requests as its decision is cached.
//
// What is not understood is an error of Parse and never ignored: a statement
// that silently did not apply could be the one that denies. See IAM User
// Guide, "IAM JSON policy element reference" and "Policy evaluation logic".
package policy

// Effect is what a document says about a request.
type Effect uint8

const (
	// Silent: no statement applies. Whether that denies is the caller's to
	// decide (API Gateway guide, "Authorization flow", tables A and B).
	Silent Effect = iota
	Allow
	Deny
)

func (e Effect) String() string {
	switch e {
	case Silent:
		return "silent"
	case Allow:
		return "allow"
	case Deny:
		return "deny"
	}
	return "unknown"
}

// Action is one action of the service execute-api, the only service whose
// actions are asked about. Actions of other services may stand in a document
// and match nothing.
type Action uint8

const (
	Invoke Action = iota
	InvalidateCache
	ManageConnections
	actions
)

var actionNames = [actions]string{
	"execute-api:invoke", "execute-api:invalidatecache", "execute-api:manageconnections",
}

// Document is a parsed policy. It does not change and is safe for concurrent
// use.
type Document struct {
	// Version is "2012-10-17" or "2008-10-17", which a document without a
	// version has. Variables such as ${aws:SourceIp} are only replaced in
	// the former.
	Version string
	ID      string

	statements []statement
}

type statement struct {
	deny        bool
	actions     [actions]bool // NotAction is resolved while parsing
	resources   []arnPattern
	notResource bool
	principals  *principals // nil in an identity-based policy
	conditions  []condition
}

// Evaluate says what the document has to say about a request: an explicit
// Deny wins over every Allow. It allocates nothing unless a variable is
// replaced or a condition compares an address or a time as text.
func (d *Document) Evaluate(r *Request) Effect {
	effect := Silent
	for i := range d.statements {
		s := &d.statements[i]
		if !s.deny && effect == Allow {
			continue // one more Allow changes nothing
		}
		if !s.applies(r) {
			continue
		}
		if s.deny {
			return Deny
		}
		effect = Allow
	}
	return effect
}

func (s *statement) applies(r *Request) bool {
	if r.Action >= actions || !s.actions[r.Action] {
		return false
	}
	if s.principals != nil && !s.principals.apply(r) {
		return false
	}
	if !s.covers(r) {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r) {
			return false
		}
	}
	return true
}

// covers reports whether the statement is about the resource. What cannot be
// told, because a variable has no value or the resource is no ARN, is decided
// against the caller: NotResource then covers it in a Deny and not in an
// Allow. A pattern in Resource that has a variable without a value matches
// nothing, as in IAM.
func (s *statement) covers(r *Request) bool {
	a, ok := splitARN(r.Resource)
	known := true
	for i := range s.resources {
		p := &s.resources[i]
		if p.all {
			return !s.notResource
		}
		if !ok {
			known = false
			continue
		}
		m, k := p.match(&a, r)
		if m {
			return !s.notResource
		}
		known = known && k
	}
	return s.notResource && (known || s.deny)
}
