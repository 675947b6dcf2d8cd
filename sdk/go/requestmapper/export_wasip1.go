package requestmapper

import "github.com/portico-gateway/portico/sdk/go/internal/hook"

//go:wasmexport portico_map_request
func mapRequest() int32 { return hook.MapRequest() }
