package runtime

import (
	"net/http"
	"time"

	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// Doubles stand in for parts of a gateway that is tried and not run: the
// workbench sets them, so that what it tries goes the way that requests go. The
// zero value has none.
type Doubles struct {
	// Engine runs the plugins in place of one of the gateway's own, so that
	// several gateways compile a module once. It has the host modules of
	// native.Define and is not closed by the gateway.
	Engine *engine.Engine

	// Now is the clock of what plugins have: what guests of the native ABI read,
	// the buckets of throttle, the expiry in caches and in the embedded store, the
	// times of tokens. WASI's clock is the Engine's.
	Now func() time.Time

	// Outbound answers the requests that plugins send to other hosts, and those for
	// the keys of tokens, in place of the network.
	Outbound http.RoundTripper

	// Settings may change what NAME.toml says.
	Settings func(name string, s *plugin.Settings)

	// Guest may put something around each guest.
	Guest func(name string, g plugin.Guest) plugin.Guest
}
