package javascript

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
)

// Engine is the JavaScript engine as a module.
//
//go:embed engine.wasm
var Engine []byte

// Level is what of ECMAScript the engine has, for people.
const Level = "ECMAScript 2020 (QuickJS 2021-03-27)"

// MaxSource bounds a script: bundles with their libraries are smaller, and each
// instance parses it.
const MaxSource = 4 << 20

// StackBytes is the native stack of an instance. A call of JavaScript takes up to
// 7 KiB of it and 270 bytes of the stack in linear memory, whose end is the one
// to be met first: that is an exception, this is a trap.
const StackBytes = 8 << 20

// Plugin is a script, ready to be called. It is safe for concurrent use.
type Plugin struct {
	*native.Plugin
	digest string
}

var _ hostabi.Plugin = (*Plugin)(nil)

// Limits are those of the engine for a script under l. Scripts with the same
// share one compilation.
func Limits(l engine.Limits) engine.Limits {
	if l.StackBytes == 0 {
		l.StackBytes = StackBytes
	}
	return l
}

// Define gives e the host module that scripts need, beside native.Define.
func Define(e *engine.Engine) error { return native.DefineScript(e) }

// New makes a plugin of a script: it evaluates it in a first instance, which
// tells what it exports. source is kept and must not change. An error that names
// a place in the script is an [adapter.SourceError] within an
// [adapter.LoadError]. Close the plugin when done.
func New(ctx context.Context, e *engine.Engine, source []byte, o native.Options) (*Plugin, error) {
	return load(ctx, e, &native.Script{File: o.Name + ".js", Source: source}, o)
}

// Kinds evaluates a script once, without capabilities and without configuring
// it, and says what it can be called for. It takes no longer than
// [probeTimeout], the compilation of the engine excepted.
func Kinds(ctx context.Context, e *engine.Engine, name string, source []byte) ([]hostabi.Kind, error) {
	p, err := load(ctx, e, &native.Script{File: name + ".js", Source: source, Probe: true},
		native.Options{Name: name, Instances: 1, StartTimeout: probeTimeout})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var kinds []hostabi.Kind
	for k := range hostabi.Kind(hostabi.Kinds) {
		if p.Has(k) {
			kinds = append(kinds, k)
		}
	}
	return kinds, nil
}

// probeTimeout is more than any script needs that is not broken: one of 1 MiB is
// parsed in less.
const probeTimeout = time.Second

func load(ctx context.Context, e *engine.Engine, script *native.Script, o native.Options) (*Plugin, error) {
	if len(script.Source) > MaxSource {
		return nil, adapter.NewLoadError(o.Name, fmt.Errorf("a script has at most %d bytes, this one has %d", MaxSource, len(script.Source)))
	}
	o.Script = script
	o.Limits = Limits(o.Limits)
	p, err := native.New(ctx, e, Engine, o)
	if err != nil {
		var at *adapter.SourceError
		if errors.As(err, &at) {
			err = &adapter.LoadError{Plugin: o.Name, Err: at}
		}
		return nil, err
	}
	sum := sha256.Sum256(script.Source)
	return &Plugin{p, "sha256:" + hex.EncodeToString(sum[:])}, nil
}

// Digest is that of the script, "sha256:…".
func (p *Plugin) Digest() string { return p.digest }

// exports names the function of each kind.
var exports = [hostabi.Kinds]string{
	hostabi.Authorize:   "authorize or handler",
	hostabi.MapRequest:  "mapRequest",
	hostabi.MapResponse: "mapResponse",
	hostabi.Integrate:   "handler",
}

// Lacks says why Has is false for a kind.
func (p *Plugin) Lacks(k hostabi.Kind) string {
	if int(k) >= hostabi.Kinds || exports[k] == "" {
		return "it has no kind " + k.String()
	}
	return "it does not export " + exports[k]
}
