package config

// laterKeys are the settings that a later version brings, each with the way out.
// A gateway file may use these names nowhere until then.
var laterKeys = map[string]string{
	"openapi":                  "write the routes into this file",
	"canary":                   "declare a second stage and send a part of the clients there",
	"throttle":                 "remove it, and limit rates in front of the gateway",
	"cache":                    "remove it, and cache in front of the gateway or in the upstream",
	"cors":                     "answer OPTIONS by a route, and add the headers in a map_response plugin",
	"api_keys":                 "let an authorizer plugin check the key",
	"api_key_required":         "let an authorizer plugin check the key",
	"usage_plans":              "let an authorizer plugin count",
	"quota":                    "let an authorizer plugin count",
	"resource_policy":          "let an authorizer plugin decide",
	"policy":                   "let an authorizer plugin decide",
	"scopes":                   "let an authorizer plugin check them",
	"templates":                "change the body in a map_request or map_response plugin",
	"request_templates":        "change the body in a map_request plugin",
	"response_templates":       "change the body in a map_response plugin",
	"response_parameters":      "change the response in a map_response plugin",
	"passthrough_behavior":     "remove it; without templates every body passes",
	"content_handling":         "remove it, and convert the body in a plugin",
	"validate":                 "validate in a map_request plugin or in the upstream",
	"models":                   "validate in a map_request plugin or in the upstream",
	"credentials":              "sign the request in a map_request plugin",
	"vpc_link":                 "use the address of the upstream in uri",
	"minimum_compression_size": "compress in front of the gateway or in the upstream",
	"compression":              "compress in front of the gateway or in the upstream",
	"deployments":              "remove it; a stage follows this file",
	"tls":                      "end TLS in front of the gateway, and set trusted_proxies",
	"http3":                    "end HTTP/3 in front of the gateway, and set trusted_proxies",
	"waf":                      "filter in front of the gateway",
	"metrics":                  "remove it; the admin listener serves /metrics",
	"tracing":                  "remove it; the trace header reaches the upstream in any case",
	"websocket":                `use an API with protocol "rest" or "http"`,
}

// laterProtocols, laterAuthorizers and laterIntegrations are values of a later
// version.
var (
	laterProtocols = map[string]string{
		"websocket": `use "http" with an http_proxy integration, which passes upgrades through`,
	}
	laterAuthorizers = map[string]string{
		"jwt":                `use type "request" with a plugin that verifies the token`,
		"cognito":            `use type "token" with a plugin that verifies the token`,
		"cognito_user_pools": `use type "token" with a plugin that verifies the token`,
		"iam":                `use type "request" with a plugin that verifies the signature`,
		"aws_iam":            `use type "request" with a plugin that verifies the signature`,
	}
	laterIntegrations = map[string]string{
		"aws":       `call the service from behind an http_proxy integration`,
		"aws_proxy": `use type "plugin", a WebAssembly module in place of the function`,
		"lambda":    `use type "plugin", a WebAssembly module in place of the function`,
	}
)

// laterPluginKeys are the settings of NAME.toml that a later version brings.
var laterPluginKeys = map[string]string{
	"allowed_hosts": "list them in [http] hosts",
	"after_cache":   "remove it; this version caches no responses",
	"fallback":      `use failure = "closed" or "open"`,
}
