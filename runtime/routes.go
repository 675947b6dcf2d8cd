package runtime

import (
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
	"github.com/portico-gateway/portico/runtime/resolve"
)

// RouteInfo says what answers one route, for people and for the admin
// listener.
type RouteInfo struct {
	API    string `json:"api"`
	Method string `json:"method"`
	// URL is where the route is, "*" for any host.
	URL string `json:"url"`
	// Chain is what a request passes, in order, the integration in it.
	Chain []string `json:"chain"`
}

// Routes lists the routes of the snapshot that serves, each API's in the order
// in which they are preferred, once for each way to it.
func (g *Gateway) Routes() []RouteInfo {
	s := g.snap.Load()
	var list []RouteInfo
	for i, a := range s.apis {
		from := &s.config.APIs[i]
		for _, m := range mounts(from, a.info, i) {
			for _, base := range bases(m) {
				for _, n := range a.match.Order() {
					method, path := from.Routes[n].Split()
					if path == config.DefaultRoute {
						method, path = "ANY", "/*"
					}
					list = append(list, RouteInfo{API: from.Name, Method: method, URL: base + path,
						Chain: chainOf(&s.config.Server, from, &from.Routes[n])})
				}
			}
		}
	}
	return list
}

// Plugins says what is known of every plugin in the directory.
func (g *Gateway) Plugins() []plugin.Status { return g.state.plugins.Load().Status() }

// bases are the beginnings of the URLs that a mount answers.
func bases(m resolve.Mount) []string {
	hosts := m.Hosts
	if len(hosts) == 0 {
		hosts = []string{"*"}
	}
	var list []string
	for _, h := range hosts {
		if m.Stage != nil {
			list = append(list, h+m.BasePath)
			continue
		}
		for _, s := range m.Stages {
			if s.Default {
				list = append(list, h+m.BasePath)
			} else {
				list = append(list, h+m.BasePath+"/"+s.Name)
			}
		}
	}
	return list
}

func chainOf(server *config.Server, a *config.API, r *config.Route) []string {
	var chain []string
	if r.Authorizer != config.NoAuthorizer {
		chain = append(chain, "authorize "+r.Authorizer)
	}
	for _, names := range [][]string{server.MapRequest, a.MapRequest, r.MapRequest} {
		for _, n := range names {
			chain = append(chain, "map "+n)
		}
	}
	in := r.Integration.Type
	switch r.Integration.Type {
	case config.IntegrationPlugin:
		in += " " + r.Integration.Plugin
	case config.IntegrationHTTP, config.IntegrationHTTPProxy:
		in += " " + r.Integration.URI
	}
	chain = append(chain, in)
	lists := [][]string{server.MapResponse, a.MapResponse, r.MapResponse}
	for i := len(lists) - 1; i >= 0; i-- {
		for j := len(lists[i]) - 1; j >= 0; j-- {
			chain = append(chain, "map "+lists[i][j])
		}
	}
	return chain
}
