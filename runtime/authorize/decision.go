package authorize

import (
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/policy"
)

// decision is what an authorizer said. It does not change once made, so that
// requests share it.
type decision struct {
	verdict   verdict
	policy    *policy.Document // evaluated for each method where not nil
	principal string
	usageKey  string
	context   []exchange.AuthValue
	bytes     int // of the policy's text
	ttl       time.Duration
}

type verdict uint8

const (
	deny verdict = iota
	allow
	byPolicy
)

// size is what a decision costs the cache in bytes, near enough.
func (d *decision) size() uint32 {
	n := 320 + len(d.principal) + len(d.usageKey) + 4*d.bytes
	for i := range d.context {
		n += 48 + len(d.context[i].Key) + len(d.context[i].Value)
	}
	return uint32(n)
}

// Refusals of this phase (AWS guide, "Output from a Lambda authorizer"; bodies
// as recorded from 2023 on).
var (
	unauthorized = &exchange.Refusal{Type: exchange.Unauthorized}
	denied       = &exchange.Refusal{Type: exchange.AccessDenied, CapitalMessage: true,
		Message: "User is not authorized to access this resource with an explicit deny in an identity-based policy"}
	notAllowed = &exchange.Refusal{Type: exchange.AccessDenied, CapitalMessage: true,
		Message: "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"}
	// misbehaved: the authorizer ran and answered what it must not.
	misbehaved = &exchange.Refusal{Type: exchange.AuthorizerConfigurationError}
	// failed: the authorizer could not be run to its end.
	failed = &exchange.Refusal{Type: exchange.AuthorizerFailure}
	// arnTooLong: API Gateway's limit of a method ARN (AWS guide, "Quotas").
	arnTooLong = &exchange.Refusal{Type: exchange.BadProtocol, Status: 414, Message: "Request-URI Too Long"}
)

// maxMethodARN is in bytes.
const maxMethodARN = 1600

// apply puts a decision into effect for the method that x calls.
func (d *decision) apply(x *exchange.Exchange) *exchange.Refusal {
	switch d.verdict {
	case deny:
		return denied
	case byPolicy:
		switch d.policy.Evaluate(policyRequest(x)) {
		case policy.Deny:
			return denied
		case policy.Silent:
			return notAllowed
		}
	}
	x.Principal, x.UsageKey = d.principal, d.usageKey
	x.AuthContext = append(x.AuthContext[:0], d.context...)
	return nil
}

// policyRequest is what an identity policy is asked (AWS guide, "Output from a
// Lambda authorizer": the policy of the caller, for execute-api:Invoke).
func policyRequest(x *exchange.Exchange) *policy.Request {
	r := &policy.Request{
		Action:   policy.Invoke,
		Resource: x.MethodARN(),
		Time:     x.Start,
		SourceIP: x.Request.Client,
		Secure:   x.Request.Scheme == "https",
	}
	r.UserAgent, _ = x.Request.Header.Get("User-Agent")
	r.Referer, _ = x.Request.Header.Get("Referer")
	return r
}

// methodARNLength is len(x.MethodARN()) without making it.
func methodARNLength(x *exchange.Exchange) int {
	return len("arn:aws:execute-api::://") + len(x.API.Region) + len(x.API.AccountID) + len(x.API.ID) +
		len(x.Stage.Name) + len(x.Request.Method) + len(x.Request.Path)
}

// ofKind says which refusal a failed call is.
func ofKind(f *hostabi.Failure) *exchange.Refusal {
	switch f.Reason {
	case hostabi.Answered, hostabi.Malformed:
		return misbehaved
	case hostabi.Canceled:
		return exchange.ClientGone
	}
	return failed
}
