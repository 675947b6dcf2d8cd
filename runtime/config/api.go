package config

// The values of protocol.
const (
	ProtocolREST = "rest"
	ProtocolHTTP = "http"
)

// API is [apis.NAME]. NAME begins with a-z or 0-9 and holds A-Z, _ and - too.
type API struct {
	Key  string // path of the table, for Config.At
	Name string
	// The id in ARNs, events and $context.apiId; no two APIs share one.
	ID string
	// Which of API Gateway's two kinds the API behaves like: "rest" or "http".
	Protocol string
	// The hosts that the API answers, "*." in front for all below. Without any
	// it answers every host that no other API names.
	Hosts []string
	// The path in front of stage and route.
	BasePath string
	// Media types whose bodies a plugin gets in base64. Its own answer in base64
	// is decoded if the request accepts one of them. REST only: HTTP APIs go by
	// the content type.
	BinaryMediaTypes []string
	// Plugins that change every request of the API, after those of the server.
	MapRequest []string
	// Plugins that change every response of the API, before those of the server.
	MapResponse []string
	// What the gateway answers where it refuses; REST only.
	GatewayResponses []GatewayResponse
	// Who may call, by name.
	Authorizers []Authorizer
	// What is answered.
	Routes []Route
	// The stages by name. Without any there is one, "$default", reached at the
	// base path itself. API Gateway has that for HTTP APIs only.
	Stages []Stage
}

var apiTable = &table[API]{
	key: func(a *API) *string { return &a.Key },
	entries: []entry[API]{
		derived("id", checked("an id", checkAPIID), func(a *API) *string { return &a.ID }, "NAME"),
		required("protocol", oneOf("protocol", []string{ProtocolREST, ProtocolHTTP}, laterProtocols), func(a *API) *string { return &a.Protocol }),
		field("hosts", list(host), func(a *API) *[]string { return &a.Hosts }, nil),
		field("base_path", basePath, func(a *API) *string { return &a.BasePath }, "/"),
		field("binary_media_types", list(mediaType), func(a *API) *[]string { return &a.BinaryMediaTypes }, nil),
		field("map_request", list(pluginName), func(a *API) *[]string { return &a.MapRequest }, nil),
		field("map_response", list(pluginName), func(a *API) *[]string { return &a.MapResponse }, nil),
		field("gateway_responses", named(gatewayResponseTable, func(g *GatewayResponse) *string { return &g.Type }, checkResponseType),
			func(a *API) *[]GatewayResponse { return &a.GatewayResponses }, nil),
		field("authorizers", named(authorizerTable, func(x *Authorizer) *string { return &x.Name }, checkAuthorizerName),
			func(a *API) *[]Authorizer { return &a.Authorizers }, nil),
		field("routes", rows(routeTable), func(a *API) *[]Route { return &a.Routes }, nil),
		field("stages", named(stageTable, func(s *Stage) *string { return &s.Name }, checkStageName),
			func(a *API) *[]Stage { return &a.Stages }, nil),
	},
	later: laterKeys,
}
