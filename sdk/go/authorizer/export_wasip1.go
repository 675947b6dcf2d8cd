package authorizer

import "github.com/portico-gateway/portico/sdk/go/internal/hook"

//go:wasmexport portico_authorize
func authorize() int32 { return hook.Authorize() }
