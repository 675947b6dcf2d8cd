package config

import (
	"errors"
	"fmt"
	"strings"
)

// DefaultRoute is the route of an HTTP API that takes what no other does.
const DefaultRoute = "$default"

// Route is [[apis.NAME.routes]].
type Route struct {
	Key string // path of the table, for Config.At
	// What is matched: "GET /orders/{id}", "ANY /{proxy+}", or "$default" for
	// the rest of an HTTP API.
	Route string
	// The authorizer of the API that decides, or "none".
	Authorizer string
	// Plugins that change the request, after those of the server and the API.
	MapRequest []string
	// Plugins that change the response, before those of the API and the server.
	MapResponse []string
	// A name of its own, $context.operationName in events and logs.
	Operation string
	// What answers.
	Integration Integration
}

var routeTable = &table[Route]{
	key: func(r *Route) *string { return &r.Key },
	entries: []entry[Route]{
		required("route", checked(`a method and a path, such as "GET /orders/{id}"`, checkRoute), func(r *Route) *string { return &r.Route }),
		field("authorizer", text, func(r *Route) *string { return &r.Authorizer }, NoAuthorizer),
		field("map_request", list(pluginName), func(r *Route) *[]string { return &r.MapRequest }, nil),
		field("map_response", list(pluginName), func(r *Route) *[]string { return &r.MapResponse }, nil),
		field("operation", text, func(r *Route) *string { return &r.Operation }, ""),
		required("integration", integrationTable.kind(), func(r *Route) *Integration { return &r.Integration }),
	},
	later: laterKeys,
}

// Split gives the method and the path of a route; the method of "$default" is
// empty and its path "$default".
func (r *Route) Split() (method, path string) {
	if r.Route == DefaultRoute {
		return "", DefaultRoute
	}
	method, path, _ = strings.Cut(r.Route, " ")
	return method, path
}

// checkRoute leaves the inside of the path to the package match.
func checkRoute(s string) error {
	switch s {
	case DefaultRoute:
		return nil
	case "$connect", "$disconnect":
		return fmt.Errorf("%q belongs to WebSocket APIs: they are %w; remove the route", s, ErrUnsupported)
	}
	method, path, ok := strings.Cut(s, " ")
	switch {
	case !ok && strings.HasPrefix(s, "/"):
		return fmt.Errorf("%s has no method, try %s", quote(s), quote("ANY "+s))
	case !ok:
		return fmt.Errorf(`%s is not a route such as "GET /orders/{id}"`, quote(s))
	}
	if err := checkMethod(method); err != nil {
		return err
	}
	switch {
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("%s: the path must begin with /", quote(s))
	case strings.ContainsAny(path, " \t?#"):
		return fmt.Errorf("%s: the path must not hold blanks, ? or #", quote(s))
	}
	return checkText(path)
}

// parameters lists the names of the path parameters of a route.
func (r *Route) parameters() []string {
	_, path := r.Split()
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			names = append(names, strings.TrimSuffix(part[1:len(part)-1], "+"))
		}
	}
	return names
}

var errRESTDefault = errors.New(`"$default" is a route of HTTP APIs; write "ANY /{proxy+}" and "ANY /", or use protocol "http"`)
