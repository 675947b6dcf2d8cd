package runtime

import (
	"context"

	"github.com/portico-gateway/portico/runtime/authorize"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/integrate"
	"github.com/portico-gateway/portico/runtime/mapping"
	"github.com/portico-gateway/portico/runtime/match"
	"github.com/portico-gateway/portico/runtime/respond"
)

// api is one API of a snapshot, composed: nothing is looked up by name while
// it serves.
type api struct {
	info      *exchange.API
	match     *match.Table
	routes    []*route
	responses *respond.Responses
}

// route is one route with its chain.
type route struct {
	info        exchange.Route
	authorizer  *authorize.Authorizer // nil where anyone may call
	mapRequest  mapping.Chain
	mapResponse mapping.Chain
	integration integrate.Integration
	metrics     *routeMetrics
}

// answer runs x through all phases up to the one that sends, and leaves a
// complete response. It returns the route that was found, nil if none was.
func (s *Snapshot) answer(ctx context.Context, x *exchange.Exchange) *route {
	a, r, refusal := s.find(x)
	if refusal == nil {
		refusal = r.run(ctx, x)
	}
	x.Refused = refusal
	var responses *respond.Responses
	if a != nil {
		responses = a.responses
	}
	responses.Prepare(x)
	return r
}

// find takes x from accept to match.
func (s *Snapshot) find(x *exchange.Exchange) (*api, *route, *exchange.Refusal) {
	refusal := s.accept.Accept(x)
	target, unresolved := s.resolve.Resolve(x)
	if x.API == nil {
		return nil, nil, first(refusal, unresolved)
	}
	a := s.apis[target]
	refusal = s.accept.Resolved(x, refusal)
	if refusal = first(refusal, unresolved); refusal != nil {
		return a, nil, refusal // in the form of the API's protocol
	}
	r, refusal := a.find(x)
	return a, r, refusal
}

func first(a, b *exchange.Refusal) *exchange.Refusal {
	if a != nil {
		return a
	}
	return b
}

// find is the match phase.
func (a *api) find(x *exchange.Exchange) (*route, *exchange.Refusal) {
	method := x.Request.Method
	if a.info.Protocol == exchange.REST {
		if override, ok := x.Request.Header.Get("X-HTTP-Method-Override"); ok && overridable(override) {
			method = override
			x.SetMethod(method)
		}
	}
	i, params, ok := a.match.Match(method, x.Request.Path, x.RawParams[:0])
	if !ok {
		return nil, unmatched(x)
	}
	x.SetParams(params)
	r := a.routes[i]
	x.Route = &r.info
	return r, nil
}

// run takes x from authorize to the mapping of its response.
func (r *route) run(ctx context.Context, x *exchange.Exchange) *exchange.Refusal {
	if r.authorizer != nil {
		if refusal := r.authorizer.Authorize(ctx, x); refusal != nil {
			return refusal
		}
	}
	answered, refusal := r.mapRequest.Request(ctx, x)
	if refusal != nil {
		return refusal
	}
	if !answered {
		if refusal := r.integration.Integrate(ctx, x); refusal != nil {
			return refusal
		}
	}
	return r.mapResponse.Response(ctx, x)
}
