package mapping

import (
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// pathError reports a path that a mapper set and the route cannot hold.
type pathError struct{ path, template string }

func (e pathError) Error() string {
	return "path " + e.path + " does not fit the route " + e.template
}

// rebind reads the path parameters again after a mapper changed the path. The
// route stays the one that was matched and authorized; for a path that its
// template does not fit it changes nothing and reports false.
func rebind(x *exchange.Exchange) bool {
	var raw []exchange.Field
	if x.Route.Resource == "$default" || x.Route.Resource == "" {
		return true
	}
	template, path := x.Route.Resource[1:], x.Request.Path[1:]
	for {
		want, moreTemplate, t := strings.Cut(template, "/")
		if name, ok := strings.CutSuffix(want, "+}"); ok {
			if path == "" {
				return false
			}
			x.SetParams(append(raw, exchange.Field{Name: name[1:], Value: strings.TrimSuffix(path, "/")}))
			return true
		}
		have, morePath, p := strings.Cut(path, "/")
		switch {
		case strings.HasPrefix(want, "{") && have != "":
			raw = append(raw, exchange.Field{Name: want[1 : len(want)-1], Value: have})
		case want != have:
			return false
		}
		if !t {
			if p && morePath != "" {
				return false
			}
			x.SetParams(raw)
			return true
		}
		if !p {
			return false
		}
		template, path = moreTemplate, morePath
	}
}
