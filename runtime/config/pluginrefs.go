package config

// The places where a gateway file names a plugin.
const (
	UseAuthorizer  = "authorizer"
	UseMapRequest  = "map_request"
	UseMapResponse = "map_response"
	UseIntegration = "integration"
)

// PluginRef is one mention of a plugin.
type PluginRef struct {
	Name string
	Use  string // UseAuthorizer and so on
	Key  string // path of the mention, for Config.At
}

// PluginRefs lists every mention of a plugin: those of the server, then API by
// API in the order of the file. A plugin that is named twice is listed twice.
func (c *Config) PluginRefs() []PluginRef {
	var refs []PluginRef
	mappers := func(table string, request, response []string) {
		for i, name := range request {
			refs = append(refs, PluginRef{name, UseMapRequest, Index(Join(table, "map_request"), i)})
		}
		for i, name := range response {
			refs = append(refs, PluginRef{name, UseMapResponse, Index(Join(table, "map_response"), i)})
		}
	}
	mappers("server", c.Server.MapRequest, c.Server.MapResponse)
	for _, a := range c.APIs {
		mappers(a.Key, a.MapRequest, a.MapResponse)
		for _, x := range a.Authorizers {
			refs = append(refs, PluginRef{x.Plugin, UseAuthorizer, Join(x.Key, "plugin")})
		}
		for _, r := range a.Routes {
			mappers(r.Key, r.MapRequest, r.MapResponse)
			if r.Integration.Type == IntegrationPlugin {
				refs = append(refs, PluginRef{r.Integration.Plugin, UseIntegration, Join(r.Integration.Key, "plugin")})
			}
		}
	}
	return refs
}
