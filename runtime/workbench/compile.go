package workbench

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/config"
)

// Compile is the time that a gateway without a cache takes to compile the
// module. A script has none: it runs in an engine that all scripts share.
func (b *Bench) Compile(ctx context.Context) (took time.Duration, err error) {
	wasm, err := os.ReadFile(b.file)
	if err != nil {
		return 0, err
	}
	e, err := b.newEngine(engine.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	start := time.Now()
	m, err := e.Compile(ctx, wasm, engine.Limits{})
	took = time.Since(start)
	if err == nil {
		m.Close()
	}
	return took, err
}

// Plain is a case for a plugin that has none: a GET of "/", with a value for
// every secret that NAME.toml grants.
func (b *Bench) Plain() (*config.Cases, *config.Case, error) {
	file, err := config.ParseCases("a plain request", []byte("[[case]]\nname = \"GET /\"\nexpect = { status = 200 }\n"))
	if err != nil {
		return nil, nil, err
	}
	c := &file.Case[0]
	c.Kind = b.kinds()[0]
	if p, err := config.LoadPlugin(b.settingsFile()); err == nil {
		for _, s := range p.Secrets {
			c.Secrets = append(c.Secrets, config.Pair{Name: s.Name, Value: "secret"})
		}
	}
	return file, c, nil
}

// Ungranted are the capabilities that the plugin imports and NAME.toml does not
// grant: it is not loaded without them.
func (b *Bench) Ungranted() (names []string) {
	var granted []string
	if p, err := config.LoadPlugin(b.settingsFile()); err == nil {
		granted = p.Capabilities
	}
	for n := range hostabi.Capability(hostabi.CapabilityCount) {
		imported := slices.ContainsFunc(b.info.Imports, func(i engine.Import) bool { return i.Module == n.Module() })
		if imported && !slices.Contains(granted, n.String()) {
			names = append(names, n.String())
		}
	}
	return names
}
