// Package mapping changes a request on its way to the integration and the
// response on its way back: by parameter mappings, and by mapper plugins,
// which attach to the server, an API and a route, run in that order, and in
// reverse on the way back.
package mapping

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Mapper is one attachment of a mapper plugin.
type Mapper struct {
	Plugin hostabi.Plugin
	// Open passes the message on as it is when the plugin fails; closed, the
	// default, answers 500. What a plugin changed before it failed stays, but
	// for a path that does not fit the route.
	Open bool
	// KeepLimit bounds the bytes of a body that the plugin may read.
	KeepLimit int
	// BodyTimeout is the time of a call, for exchange.Call.Bound.
	BodyTimeout time.Duration
	Log         *slog.Logger
}

var mapperFailed = &exchange.Refusal{Type: exchange.APIConfigurationError}

// bodyTooLarge is the accept phase's refusal of a body over the gateway's limit.
var bodyTooLarge = &exchange.Refusal{Type: exchange.BadProtocol, Status: 413}

// Chain is the mappers of a route, in the order server, API, route.
type Chain []Mapper

// Request runs the request mappers in order. respond says that one of them
// set the response: neither later mappers nor the integration run then.
func (c Chain) Request(ctx context.Context, x *exchange.Exchange) (respond bool, refusal *exchange.Refusal) {
	for i := range c {
		m := &c[i]
		path := x.Request.Path
		answer, err := m.call(ctx, hostabi.MapRequest, x)
		if err != nil {
			if !m.Open {
				return false, refused(err)
			}
			if x.Request.Path != path && !rebind(x) {
				x.Request.Path = path
			}
			continue
		}
		if answer == hostabi.AnswerRespond {
			if x.Response.Status == 0 {
				x.Response.Status = 200
			}
			return true, nil
		}
		if x.Request.Path != path && !rebind(x) {
			return false, mapperFailed.Because(&hostabi.Failure{Plugin: m.Plugin.Name(), Kind: hostabi.MapRequest,
				Reason: hostabi.Malformed, Err: pathError{x.Request.Path, x.Route.Resource}})
		}
	}
	unanswered(x)
	return false, nil
}

// unanswered drops what mappers have put into a response that they do not
// answer with, so that it does not get into the integration's.
func unanswered(x *exchange.Exchange) {
	x.Response.Status, x.Response.Trailer = 0, nil
	x.Response.Header.Reset()
	if !x.Response.Body.Empty() {
		x.Response.Body.SetBytes(nil)
	}
}

// Response runs the response mappers in reverse order.
func (c Chain) Response(ctx context.Context, x *exchange.Exchange) *exchange.Refusal {
	for i := len(c) - 1; i >= 0; i-- {
		if _, err := c[i].call(ctx, hostabi.MapResponse, x); err != nil && !c[i].Open {
			return refused(err)
		}
	}
	return nil
}

// refused says what the client gets when a mapper fails.
func refused(err error) *exchange.Refusal {
	var f *hostabi.Failure
	if errors.As(err, &f) && f.Reason == hostabi.Canceled {
		return exchange.ClientGone.Because(err)
	}
	return mapperFailed.Because(err)
}

func (m *Mapper) call(ctx context.Context, k hostabi.Kind, x *exchange.Exchange) (int32, error) {
	call := x.NewCall()
	call.KeepLimit = m.KeepLimit
	call.Bound(time.Time{}, m.BodyTimeout)
	answer, err := m.Plugin.Call(ctx, k, call)
	if err != nil && m.Open {
		m.Log.LogAttrs(ctx, slog.LevelWarn, "mapper failed and is set to failure = \"open\"; the message goes on",
			slog.String("request_id", x.ID), slog.Any("error", err))
	}
	return answer, err
}
