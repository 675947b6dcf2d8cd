package event

import (
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

func isHTTP(x *exchange.Exchange) bool { return x.API != nil && x.API.Protocol == exchange.HTTP }

func stageName(x *exchange.Exchange) string {
	if x.Stage == nil {
		return ""
	}
	return x.Stage.Name
}

func routeKey(x *exchange.Exchange) string {
	if x.Route == nil {
		return ""
	}
	return x.Route.Key
}

// resource is the route's path template. An HTTP API's stands in its key:
// "GET /orders/{id}"; "$default" stands for itself.
func resource(x *exchange.Exchange) string {
	if x.Route == nil {
		return ""
	}
	if x.Route.Resource != "" {
		return x.Route.Resource
	}
	if _, path, ok := strings.Cut(x.Route.Key, " "); ok {
		return path
	}
	return x.Route.Key
}

// path is "path" of format 1.0, percent-encoded as sent. It has a custom
// domain's base path; else a REST API's has no stage, and an HTTP API's has
// the stage unless that is $default.
func path(x *exchange.Exchange) string {
	s := x.Stage
	switch {
	case s == nil || s.BasePath == "" && (!isHTTP(x) || s.Default):
		return x.Request.Path
	case s.BasePath != "":
		return s.BasePath + x.Request.Path
	}
	return "/" + s.Name + x.Request.Path
}

// appendStagePath appends requestContext.path of a REST API: with the stage
// where the client named it.
func appendStagePath(dst []byte, x *exchange.Exchange) []byte {
	dst = append(appendKey(dst, "path"), '"')
	if x.Stage != nil {
		dst = appendEscaped(dst, x.Stage.BasePath)
		if x.Stage.InPath {
			dst = append(dst, '/')
			dst = appendEscaped(dst, x.Stage.Name)
		}
	}
	dst = appendEscaped(dst, x.Request.Path)
	return append(dst, '"')
}

// appendRawPath appends a path of format 2.0: with the stage unless that is
// $default, and never with a custom domain's base path (API Gateway guide,
// "Payload format differences").
func appendRawPath(dst []byte, key string, x *exchange.Exchange) []byte {
	dst = append(appendKey(dst, key), '"')
	if x.Stage != nil && !x.Stage.Default {
		dst = append(dst, '/')
		dst = appendEscaped(dst, x.Stage.Name)
	}
	dst = appendEscaped(dst, x.Request.Path)
	return append(dst, '"')
}
