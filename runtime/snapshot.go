package runtime

import (
	"sync/atomic"

	"github.com/portico-gateway/portico/runtime/accept"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
	"github.com/portico-gateway/portico/runtime/resolve"
)

// Snapshot is one generation of the configuration with everything it names:
// route tables, composed chains, plugins. It does not change.
//
// refs counts the requests that run on it and one for being current; when it
// reaches zero nothing can bring it back, drained is closed, and its owner
// closes it.
type Snapshot struct {
	number  int
	config  *config.Config
	accept  *accept.Phase
	resolve *resolve.Table
	apis    []*api // by the target of their mounts
	plugins *plugin.Set
	clients *clients

	refs    atomic.Int64
	drained chan struct{}
}

// retain takes a reference; it fails once the snapshot has drained.
func (s *Snapshot) retain() bool {
	for {
		n := s.refs.Load()
		if n == 0 {
			return false
		}
		if s.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *Snapshot) release() {
	if s.refs.Add(-1) == 0 {
		close(s.drained)
	}
}

// close gives back what the snapshot shares with others.
func (s *Snapshot) close() {
	if s.plugins != nil { // nil when the build failed
		s.plugins.Close()
	}
	s.clients.release()
}
