package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
)

// ErrBoth reports a name that has a module and a script.
var ErrBoth = errors.New("a plugin is one of the two")

// suffix is that of the file that runs as the plugin: a script's if there is no
// module, a module's otherwise. It is an error that there are both: which of them
// decides requests must not be left to chance.
func (d *Directory) suffix(name string) (string, error) {
	if stampOf(d.file(name, scriptSuffix)).missing {
		return moduleSuffix, nil
	}
	if stampOf(d.file(name, moduleSuffix)).missing {
		return scriptSuffix, nil
	}
	return scriptSuffix, fmt.Errorf("%w: there is %s beside it; remove or rename one", ErrBoth, name+moduleSuffix)
}

// InspectScript evaluates a script in an engine of its own, without capabilities
// and for a second at most, and says what it exports. The error says what keeps
// it from being a plugin.
func InspectScript(ctx context.Context, name string, source []byte) (kinds []hostabi.Kind, err error) {
	e, err := engine.New(engine.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if err := Define(e); err != nil {
		return nil, err
	}
	kinds, err = javascript.Kinds(ctx, e, name, source)
	return kinds, unnamed(err)
}

// kindsOfGuest names what a guest can be called for.
func kindsOfGuest(g Guest) (kinds []string) {
	for k := hostabi.Authorize; int(k) < hostabi.Kinds; k++ {
		if g.Has(k) {
			kinds = append(kinds, k.String())
		}
	}
	return kinds
}

// probe finds out what a script that nobody uses exports.
func (b builder) probe(ctx context.Context, name string, source []byte) (kinds []string, err error) {
	if err := b.hold(ctx); err != nil {
		return nil, err
	}
	found, err := javascript.Kinds(ctx, b.engine, name, source)
	for _, k := range found {
		kinds = append(kinds, k.String())
	}
	return kinds, unnamed(err)
}

// hold keeps the JavaScript engine compiled from the first script on, so that a
// second one, or one that comes back, does not wait for the compiler again.
func (b builder) hold(ctx context.Context) error {
	b.held.Lock()
	defer b.held.Unlock()
	if b.held.module != nil {
		return nil
	}
	m, err := b.engine.Compile(ctx, javascript.Engine, javascript.Limits(engine.Limits{}))
	b.held.module = m
	return err
}
