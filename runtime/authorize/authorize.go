// Package authorize asks an authorizer plugin whether a request may go on, and
// remembers its decisions. An authorizer that fails, in whatever way, never
// allows.
package authorize

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/event"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Type is the type of an authorizer.
type Type uint8

const (
	// Token authorizers get the value of one header.
	Token Type = iota
	// Request authorizers get the whole request but its body.
	Request
)

// MaxTTL is the longest time that a decision may be remembered.
const MaxTTL = 3600 * time.Second

// Options describe one authorizer of one API.
type Options struct {
	Type   Type
	Plugin hostabi.Plugin
	// Key names the authorizer, its plugin's digest and its configuration:
	// everything but the request that a decision depends on.
	Key string
	// Identity are the identity sources; a Token authorizer has one header.
	Identity []Source
	// Validation must match a token before the plugin is called, see
	// [ParseValidation]; nil matches all.
	Validation *regexp.Regexp
	// TTL is how long a decision is remembered, 0 not at all.
	TTL time.Duration
	// Timeout bounds a call, waiting for an instance included; 0 leaves that
	// to the plugin.
	Timeout time.Duration
	// BodyTimeout is the time of a call, for exchange.Call.Bound.
	BodyTimeout time.Duration
	// V2 gives the plugin the event of payload format 2.0, and takes its
	// simple response.
	V2 bool
	// Cache remembers decisions where TTL is not 0.
	Cache *Cache
}

// Authorizer decides about requests. It is safe for concurrent use.
type Authorizer struct {
	Options
	identity string
	flights  flights
	build    func(*exchange.Call) ([]byte, error) // event, made once: a bound method allocates
}

// ParseValidation reads an expression that a whole token must match, from its
// first byte to its last: half a match is what somebody else may go on writing.
// API Gateway's guide says "matches" of its Java expressions and shows some that
// make sense as a whole only, such as "Bearer.*".
func ParseValidation(s string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(s); err != nil { // "a)|(b" has no meaning of its own
		return nil, err
	}
	return regexp.Compile(`\A(?:` + s + `)\z`)
}

// Errors of Options.
var (
	ErrIdentity = errors.New("identity sources")
	ErrTTL      = errors.New("ttl")
)

// New checks o and makes an authorizer of it.
func New(o Options) (*Authorizer, error) {
	switch {
	case o.TTL < 0 || o.TTL > MaxTTL:
		return nil, fmt.Errorf("%w: must be 0s to %s, got %s", ErrTTL, MaxTTL, o.TTL)
	case o.Type == Token && (len(o.Identity) != 1 || !o.Identity[0].IsHeader()):
		return nil, fmt.Errorf("%w: a token authorizer has one, a header", ErrIdentity)
	case o.TTL > 0 && len(o.Identity) == 0:
		return nil, fmt.Errorf("%w: a decision that is remembered needs one; name one or set ttl = \"0s\"", ErrIdentity)
	case o.Validation != nil && o.Type != Token:
		return nil, fmt.Errorf("%w: only a token authorizer validates its token", ErrIdentity)
	}
	a := &Authorizer{Options: o, identity: o.Key}
	a.build = a.event
	return a, nil
}

// Authorize returns nil when the request may go on; the decision is then in
// the exchange.
func (a *Authorizer) Authorize(ctx context.Context, x *exchange.Exchange) *exchange.Refusal {
	if x.API.Protocol == exchange.REST && methodARNLength(x) > maxMethodARN {
		return arnTooLong
	}
	call := x.NewCall()
	if !a.identify(x, call) {
		return unauthorized
	}
	if a.TTL == 0 {
		var d decision
		if refusal := a.decide(ctx, x, call, &d); refusal != nil {
			return refusal
		}
		return d.apply(x)
	}
	k := a.keyOf(x, call.Identity)
	if d, ok := a.Cache.entries.GetIfPresent(k); ok {
		x.Log.AuthorizerCached = true
		return d.apply(x)
	}
	start := time.Now()
	d, refusal, shared := a.flights.do(ctx, k, func(ctx context.Context, alone func()) (*decision, *exchange.Refusal) {
		read := false
		call.OnRead = func() {
			read = true
			alone()
		}
		d := new(decision)
		if refusal := a.decide(ctx, x, call, d); refusal != nil {
			return nil, refusal
		}
		if !read {
			d.ttl = a.TTL
			a.Cache.entries.Set(k, d)
		}
		return d, nil
	})
	x.Log.AuthorizerShared, x.Log.AuthorizerLatency = shared, time.Since(start)
	if refusal != nil {
		if shared && refusal.Cause != nil {
			x.Log.AuthorizerError = refusal.Cause.Error()
		}
		return refusal
	}
	return d.apply(x)
}

// identify gathers the values of the identity sources. It reports false where
// the request must be refused without a call: a source is missing (of a REST
// REQUEST authorizer that does not cache they are optional), or the token is
// not valid.
func (a *Authorizer) identify(x *exchange.Exchange, call *exchange.Call) bool {
	optional := a.Type == Request && a.TTL == 0 && x.API.Protocol == exchange.REST
	for _, s := range a.Identity {
		v, ok := s.value(x)
		if (!ok || v == "") && !optional {
			return false
		}
		call.Identity = append(call.Identity, v)
	}
	return a.Validation == nil || a.Validation.MatchString(call.Identity[0])
}

// decide calls the plugin and fills d.
func (a *Authorizer) decide(ctx context.Context, x *exchange.Exchange, call *exchange.Call, d *decision) *exchange.Refusal {
	call.BuildEvent = a.build
	start := time.Now()
	call.Bound(start, a.BodyTimeout)
	if a.Timeout > 0 {
		ctx = hostabi.WithDeadline(ctx, start.Add(a.Timeout))
	}
	answer, err := a.Plugin.Call(ctx, hostabi.Authorize, call)
	x.Log.AuthorizerLatency = time.Since(start)
	if err != nil {
		x.Log.AuthorizerError = err.Error()
		var f *hostabi.Failure
		if errors.As(err, &f) {
			return ofKind(f).Because(err)
		}
		return failed.Because(err)
	}
	refusal := a.read(call, answer, d)
	x.Log.AuthorizerStatus = 200
	if refusal != nil && refusal.Cause != nil {
		x.Log.AuthorizerStatus, x.Log.AuthorizerError = 500, refusal.Cause.Error()
	}
	return refusal
}

func (a *Authorizer) event(c *exchange.Call) ([]byte, error) {
	x := c.Exchange()
	if a.Type == Token {
		return event.AppendToken(nil, x, c.Identity[0]), nil
	}
	x.Trace() // the integration gets the same
	if a.V2 {
		return event.AppendRequestV2(nil, x, c.Identity), nil
	}
	return event.AppendRequestV1(nil, x, c.Identity), nil
}

// read turns the plugin's answer into a decision.
func (a *Authorizer) read(call *exchange.Call, answer int32, d *decision) *exchange.Refusal {
	d.principal = call.Principal
	switch answer {
	case hostabi.AnswerUnauthorized:
		return unauthorized
	case hostabi.AnswerDeny:
		return nil
	case hostabi.AnswerAllow:
		d.verdict = allow
		if d.context = call.AuthContext; a.TTL > 0 { // it outlives the call
			d.context = append([]exchange.AuthValue(nil), d.context...)
		}
		return nil
	case hostabi.AnswerResult:
		return a.readResult(call.Result, d)
	}
	return misbehaved.Because(fmt.Errorf("answer %d", answer))
}

// readResult reads a Lambda-shaped answer.
func (a *Authorizer) readResult(json []byte, d *decision) *exchange.Refusal {
	parse := event.ParseAuthorizerV1
	if a.V2 {
		parse = event.ParseAuthorizerV2
	}
	r, err := parse(json)
	switch {
	case errors.Is(err, event.ErrUnauthorized):
		return unauthorized
	case err != nil:
		return misbehaved.Because(err)
	}
	d.principal, d.usageKey, d.context = r.Principal, r.UsageKey, r.Context
	switch {
	case r.Policy != nil:
		d.verdict, d.policy = byPolicy, r.Policy
		d.bytes = len(json)
	case r.Allowed:
		d.verdict = allow
	}
	return nil
}
