package plugin

import (
	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/hostabi/native"
)

// Define gives e the host modules of every adapter. Call it once per engine,
// before the first plugin is loaded.
func Define(e *engine.Engine) error {
	if err := native.Define(e); err != nil {
		return err
	}
	return javascript.Define(e)
}

// Adapter names what runs a module.
type Adapter string

const (
	// Native: a library with the marker of the native ABI.
	Native Adapter = "native"
	// Command: a program, run once for each call.
	Command Adapter = "command"
)

// Inspection is what can be known of a module without running it.
type Inspection struct {
	*engine.Info
	Adapter Adapter
	// Kinds are what the module can be called for. Those of a native guest are
	// its exports, Configure among them; a command has the same always.
	Kinds []hostabi.Kind
}

// Inspect says what a module is. The error says everything that keeps it from
// being a plugin; the Inspection is nil only when the module cannot be read.
func Inspect(wasm []byte) (*Inspection, error) {
	info, err := engine.Inspect(wasm)
	if err != nil {
		return nil, err
	}
	// Filters for other hosts are often programs as well.
	if !native.Is(info) && native.Foreign(info) == "" && command.Is(info) {
		return &Inspection{info, Command, command.Kinds()}, command.Check(info)
	}
	return &Inspection{info, Native, info.Kinds()}, native.Check(info)
}
