package policy

import (
	"errors"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	in := func(s string) string { return statements(`{"Effect":"Allow","Action":"*","Resource":"*",` + s + `}`) }
	cond := func(s string) string { return in(`"Condition":` + s) }
	tests := []struct{ name, text, want string }{
		{"nothing", ``, "not valid JSON"},
		{"trailing data", statements(``) + `{}`, "not valid JSON"},
		{"a list", `[]`, "must be an object"},
		{"no statement", `{"Version":"2012-10-17"}`, "has no Statement"},
		{"an unknown version", `{"Version":"2012-10-18","Statement":[]}`, `unknown version "2012-10-18"`},
		{"a version that is no string", `{"Version":2012,"Statement":[]}`, "Version must be a string"},
		{"an Id that is no string", `{"Id":1,"Statement":[]}`, "Id must be a string"},
		{"an unknown element", `{"Statements":[]}`, `unknown element "Statements"`},
		{"a name given twice", `{"Statement":[],"Statement":[]}`, `"Statement" is given twice`},
		{"nesting without end", strings.Repeat("[", 50) + strings.Repeat("]", 50), "nested deeper"},
		{"objects nested without end", strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50), "nested deeper"},
		{"a statement that is no object", statements(`1`), "statement 0: must be an object"},
		{"the second statement", statements(`{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Deny"}`), "statement 1: has no Action"},
		{"no effect", statements(`{"Action":"*","Resource":"*"}`), "has no Effect"},
		{"an effect in lower case", statements(`{"Effect":"allow","Action":"*","Resource":"*"}`), "neither Allow nor Deny"},
		{"an effect that is no string", statements(`{"Effect":true}`), "Effect must be a string"},
		{"no resource", statements(`{"Effect":"Allow","Action":"*"}`), "has no Resource"},
		{"an empty list of actions", statements(`{"Effect":"Allow","Action":[],"Resource":"*"}`), "Action must be"},
		{"an action that is none", statements(`{"Effect":"Allow","Action":"Invoke","Resource":"*"}`), "is no action"},
		{"an action that is a number", statements(`{"Effect":"Allow","Action":[1],"Resource":"*"}`), "Action must be"},
		{"Action beside NotAction", in(`"NotAction":"*"`), "NotAction stands beside its opposite"},
		{"Resource beside NotResource", in(`"NotResource":"*"`), "NotResource stands beside its opposite"},
		{"a Sid that is no string", in(`"Sid":{}`), "Sid must be a string"},
		{"a principal", in(`"Principal":"*"`), "no place in an authorizer's policy"},
		{"a misspelt element", in(`"Conditions":{}`), `unknown element "Conditions"`},
		{"a resource that is an object", statements(`{"Effect":"Allow","Action":"*","Resource":{}}`), "Resource must be"},
		{"a resource that is no ARN", statements(`{"Effect":"Allow","Action":"*","Resource":"prod/*"}`), "neither an ARN"},
		{"an empty resource", statements(`{"Effect":"Allow","Action":"*","Resource":""}`), "neither an ARN"},
		{"a short form", statements(`{"Effect":"Allow","Action":"*","Resource":"execute-api:/prod"}`), "neither an ARN"},
		{"an ARN cut off", statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api"}`), "fewer than the six parts"},
		{"a resource too long", statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:::` + strings.Repeat("x", 491) + `"}`), "longer than 512"},
		{"a variable without an end", statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:::${aws"}`), "has no end"},
		{"a variable that is none", statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:::${name}"}`), "is no variable"},
		{"a default without quotes", statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:::${aws:username, x}"}`), "single quotes"},
		{"a condition that is a list", cond(`[]`), "Condition must be an object"},
		{"an unknown operator", cond(`{"StringMatches":{"aws:username":"x"}}`), `unknown condition operator "StringMatches"`},
		{"an operator in lower case", cond(`{"bool":{"aws:SecureTransport":true}}`), "unknown condition operator"},
		{"NullIfExists", cond(`{"NullIfExists":{"aws:username":true}}`), "unknown condition operator"},
		{"ForAnyValue:Null", cond(`{"ForAnyValue:Null":{"aws:username":true}}`), "unknown condition operator"},
		{"an unknown set operator", cond(`{"ForSomeValues:Bool":{"aws:username":true}}`), "unknown condition operator"},
		{"an operator without keys", cond(`{"Bool":{}}`), "at least one key"},
		{"a key that is none", cond(`{"Bool":{"secure":true}}`), "is no condition key"},
		{"a key without values", cond(`{"Bool":{"aws:username":[]}}`), "has no values"},
		{"a value that is null", cond(`{"Bool":{"aws:username":null}}`), "must hold strings"},
		{"a value that is nested", cond(`{"Bool":{"aws:username":[[true]]}}`), "must hold strings"},
		{"a bad boolean", cond(`{"Bool":{"aws:username":"yes"}}`), `"yes" is no boolean`},
		{"a bad number", cond(`{"NumericEquals":{"aws:username":"0x10"}}`), "is no number"},
		{"a number without end", cond(`{"NumericEquals":{"aws:username":"1e999"}}`), "is no number"},
		{"a bad date", cond(`{"DateEquals":{"aws:username":"yesterday"}}`), "is no date"},
		{"a date out of range", cond(`{"DateEquals":{"aws:username":"99999999999999999"}}`), "is no date"},
		{"a bad block", cond(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`), "is no address"},
		{"a mapped block too wide", cond(`{"IpAddress":{"aws:SourceIp":"::ffff:0.0.0.0/90"}}`), "is no address"},
		{"a bad ARN", cond(`{"ArnLike":{"aws:SourceArn":"x"}}`), "neither an ARN"},
		{"a bad variable", cond(`{"StringLike":{"aws:username":"${"}}`), "has no end"},
		{"two values for Null", cond(`{"Null":{"aws:username":[true,false]}}`), "Null takes one value"},
		{"a document too long", `{"Id":"` + strings.Repeat("x", MaxIdentityPolicy) + `","Statement":[]}`, "longer than 65536"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := ParseIdentity([]byte(tt.text))
			var syntax *SyntaxError
			if d != nil || !errors.As(err, &syntax) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseIdentity = %v, %v, want a SyntaxError with %q", d, err, tt.want)
			}
		})
	}
}

func TestParseResourceRefuses(t *testing.T) {
	in := func(s string) string { return statements(`{"Effect":"Allow","Action":"*","Resource":"*"` + s + `}`) }
	tests := []struct{ name, text, want string }{
		{"no principal", in(``), "has no Principal"},
		{"a principal that is a name", in(`,"Principal":"ann"`), `principal "ann" is neither`},
		{"a principal that is a list", in(`,"Principal":[]`), "principal must be"},
		{"an empty principal", in(`,"Principal":{}`), "principal must be"},
		{"an unknown kind", in(`,"Principal":{"Gcp":"*"}`), `unknown kind of principal "Gcp"`},
		{"a value that is a number", in(`,"Principal":{"AWS":1}`), "AWS must be"},
		{"a pattern", in(`,"Principal":{"AWS":"arn:aws:iam::123456789012:role/*"}`), "is no ARN"},
		{"an account too short", in(`,"Principal":{"AWS":"12345678901"}`), "is no ARN"},
		{"letters for an account", in(`,"Principal":{"AWS":"12345678901x"}`), "is no ARN"},
		{"Principal beside NotPrincipal", in(`,"Principal":"*","NotPrincipal":"*"`), "beside its opposite"},
		{"a document too long", in(`,"Principal":"*","Sid":"` + strings.Repeat("x", 9000) + `"`), "longer than 8192"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ParseResource([]byte(tt.text), "arn"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseResource = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPrincipals(t *testing.T) {
	const (
		user    = "arn:aws:iam::123456789012:user/ann"
		session = "arn:aws:sts::123456789012:assumed-role/web/s1"
	)
	tests := []struct {
		name, element, caller string
		want                  bool
	}{
		{"everyone is the anonymous too", `"Principal":"*"`, "", true},
		{"everyone of AWS is the anonymous too", `"Principal":{"AWS":"*"}`, "", true},
		{"a user is itself", `"Principal":{"AWS":"` + user + `"}`, user, true},
		{"a user is nobody else", `"Principal":{"AWS":["` + user + `"]}`, session, false},
		{"a user is not the anonymous", `"Principal":{"AWS":"` + user + `"}`, "", false},
		{"an account is all of its callers", `"Principal":{"AWS":"123456789012"}`, session, true},
		{"a root is its account", `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`, user, true},
		{"another account", `"Principal":{"AWS":"210987654321"}`, user, false},
		{"a role is its sessions", `"Principal":{"AWS":"arn:aws:iam::123456789012:role/web"}`, session, true},
		{"another role", `"Principal":{"AWS":"arn:aws:iam::123456789012:role/we"}`, session, false},
		{"a service does not call here", `"Principal":{"Service":"sns.amazonaws.com"}`, user, false},
		{"NotPrincipal is all others", `"NotPrincipal":{"AWS":"` + user + `"}`, session, true},
		{"NotPrincipal leaves out", `"NotPrincipal":{"AWS":"` + user + `"}`, user, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := ParseResource([]byte(statements(`{"Effect":"Deny","Action":"*","Resource":"*",`+tt.element+`}`)), "")
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Evaluate(&Request{Resource: called, Principal: tt.caller}) == Deny; got != tt.want {
				t.Errorf("applies = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestShortResourceFormIsExpanded(t *testing.T) {
	text := statements(`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/prod/GET/*"}`)
	d, err := ParseResource([]byte(text), "arn:aws:execute-api:us-east-1:123456789012:api1")
	if err != nil {
		t.Fatal(err)
	}
	for resource, want := range map[string]Effect{
		called: Allow,
		"arn:aws:execute-api:us-east-1:123456789012:api2/prod/GET/orders/7": Silent,
	} {
		if got := d.Evaluate(&Request{Resource: resource}); got != want {
			t.Errorf("%s: %v, want %v", resource, got, want)
		}
	}
}
