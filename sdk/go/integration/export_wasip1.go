package integration

import "github.com/portico-gateway/portico/sdk/go/internal/hook"

//go:wasmexport portico_integrate
func integrate() int32 { return hook.Integrate() }
