package portico

import "github.com/portico-gateway/portico/sdk/go/internal/hook"

//go:wasmexport portico_abi_v1
func marker() {}

//go:wasmexport portico_configure
func configure() int32 {
	if hook.Configure == nil {
		return 0
	}
	return hook.Configure()
}
