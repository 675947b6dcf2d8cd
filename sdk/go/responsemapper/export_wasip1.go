package responsemapper

import "github.com/portico-gateway/portico/sdk/go/internal/hook"

//go:wasmexport portico_map_response
func mapResponse() int32 { return hook.MapResponse() }
