// Package hook holds the handlers that a plugin registered, as the exported
// functions and porticotest call them.
package hook

// The handlers by kind, nil where the plugin registered none.
var (
	Authorize, MapRequest, MapResponse, Integrate, Configure func() int32
)

// Set registers a handler: in a plugin once, in tests the last one counts.
func Set(where *func() int32, kind string, handler func() int32) {
	if once && *where != nil {
		panic("portico: two handlers for " + kind)
	}
	*where = handler
}
