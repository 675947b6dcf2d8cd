package event

import (
	"errors"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/policy"
)

// Decision is what an authorizer answered. It does not change once parsed and
// holds nothing of the answer's memory, so it can be cached.
type Decision struct {
	// Simple says that the answer was {"isAuthorized": …} and that Allowed
	// decides; otherwise Policy does, evaluated per method.
	Simple, Allowed bool
	Policy          *policy.Document
	Principal       string
	// Context has distinct keys. Values are text as in the JSON; Kind is
	// their type. A REST API shows all of them as strings.
	Context []exchange.AuthValue
	// UsageKey is usageIdentifierKey.
	UsageKey string
}

// ParseAuthorizerV1 reads the answer of a TOKEN or REQUEST authorizer of
// format 1.0: {principalId, policyDocument, context, usageIdentifierKey}. Other
// keys are passed over; a key given twice is malformed, since two readers
// could then differ in what is allowed. Values of context are strings, numbers
// and booleans; null leaves one out.
//
// The error is ErrUnauthorized, a *FunctionError or a *Malformed; none of them
// allows. See API Gateway guide, "Output from a Lambda authorizer".
func ParseAuthorizerV1(json []byte) (*Decision, error) {
	return parseAuthorizer(json, false)
}

// ParseAuthorizerV2 reads the answer of an HTTP API's authorizer of format
// 2.0: the simple {isAuthorized, context}, whose context may hold any JSON, or
// that of format 1.0. Both in one are malformed. Errors are those of
// ParseAuthorizerV1.
func ParseAuthorizerV2(json []byte) (*Decision, error) {
	return parseAuthorizer(json, true)
}

func parseAuthorizer(json []byte, v2 bool) (*Decision, error) {
	value, at, err := read(json)
	if err == nil && value[0] != '{' {
		err = part{at: at}.malformed("not an object")
	}
	if err != nil {
		return nil, ofAuthorizer(err)
	}
	var a answer
	if a.take(value, at); a.fault {
		e := functionError(value)
		if e.Message == "Unauthorized" {
			return nil, ErrUnauthorized
		}
		return nil, e
	}
	d, err := decide(value, at, v2)
	if err != nil {
		return nil, ofAuthorizer(err)
	}
	return d, nil
}

// ofAuthorizer makes an error one of an authorizer's answer.
func ofAuthorizer(err error) error {
	var malformed *Malformed
	if errors.As(err, &malformed) {
		malformed.Authorizer = true
	}
	return err
}

// decide reads an answer that is an object and no error document.
func decide(value []byte, at int, v2 bool) (*Decision, error) {
	names := [...]string{"principalId", "policyDocument", "context", "usageIdentifierKey", "isAuthorized"}
	var parts [len(names)]part
	var given [len(names)]bool
	o := members(value, at)
	for o.next() {
		for i, name := range names {
			if string(o.key) != name {
				continue
			}
			if given[i] {
				return nil, part{at: o.offset()}.malformed(name + " is given twice")
			}
			given[i] = true
			if string(o.value) != "null" {
				parts[i] = part{o.value, o.offset()}
			}
		}
	}
	principal, document, context, usage, simple := parts[0], parts[1], parts[2], parts[3], parts[4]

	d := &Decision{}
	var err error
	if v2 && simple.raw != nil {
		d.Simple = true
		if document.raw != nil {
			return nil, document.malformed("policyDocument beside isAuthorized")
		}
		if d.Allowed, err = simple.flag("isAuthorized"); err != nil {
			return nil, err
		}
	} else {
		if document.raw == nil {
			return nil, part{at: at}.malformed("no policyDocument")
		}
		if principal.raw == nil {
			return nil, part{at: at}.malformed("no principalId")
		}
		if d.Policy, err = policy.ParseIdentity(document.raw); err != nil {
			return nil, &Malformed{Offset: document.at, Text: err.Error(), Err: err}
		}
	}
	if d.Principal, err = principal.name("principalId"); err != nil {
		return nil, err
	}
	if d.UsageKey, err = usage.name("usageIdentifierKey"); err != nil {
		return nil, err
	}
	d.Context, err = context.values(d.Simple)
	return d, err
}

// name reads a string that may be put into a header, "" when missing.
func (p part) name(key string) (string, error) {
	if p.raw == nil {
		return "", nil
	}
	if p.raw[0] != '"' {
		return "", p.malformed(key + " is not a string")
	}
	s := string(unquoted(p.raw))
	if s == "" || !hostabi.ValidValue(s) {
		return "", p.malformed(key + " is empty or has a control character")
	}
	return s, nil
}

// values reads the context. nested says that it may hold any JSON.
func (p part) values(nested bool) ([]exchange.AuthValue, error) {
	if p.raw == nil {
		return nil, nil
	}
	if p.raw[0] != '{' {
		return nil, p.malformed("context is not an object")
	}
	var list []exchange.AuthValue
	o := members(p.raw, p.at)
	for o.next() {
		here := part{at: o.offset()}
		v := exchange.AuthValue{Key: string(o.key), Value: string(o.value)}
		if v.Key == "" {
			return nil, here.malformed("a key of context is empty")
		}
		for i := range list {
			if list[i].Key == v.Key {
				return nil, here.malformed("a key of context is given twice")
			}
		}
		switch c := o.value[0]; {
		case c == '"':
			v.Value, v.Kind = string(unquoted(o.value)), hostabi.ValueString
		case c == 't' || c == 'f':
			v.Kind = hostabi.ValueBoolean
		case nested && (c == '{' || c == '[' || c == 'n'):
			v.Kind = hostabi.ValueJSON
		case c == 'n':
			continue
		case c == '{' || c == '[':
			return nil, here.malformed("context has a list or an object")
		default:
			v.Kind = hostabi.ValueNumber
		}
		if len(list) == exchange.MaxFields {
			return nil, here.malformed("context has too many keys")
		}
		list = append(list, v)
	}
	return list, nil
}
