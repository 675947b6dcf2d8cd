package plugin

import (
	"maps"
	"slices"
	"sync"
)

// Set holds plugins for one user, such as a snapshot. It is safe for
// concurrent use.
type Set struct {
	directory *Directory
	plugins   map[string]*Plugin // not changed any more
	closing   sync.Once
}

// Get returns a plugin that was loaded into the set.
func (s *Set) Get(name string) (*Plugin, bool) {
	p, ok := s.plugins[name]
	return p, ok
}

// All returns the plugins of the set, by name.
func (s *Set) All() []*Plugin {
	all := make([]*Plugin, 0, len(s.plugins))
	for _, name := range slices.Sorted(maps.Keys(s.plugins)) {
		all = append(all, s.plugins[name])
	}
	return all
}

// Close lets the plugins go. Those that no other set holds are closed: Close
// returns when their calls have ended. A second Close does nothing more.
func (s *Set) Close() {
	s.closing.Do(func() { s.directory.release(s.All()...) })
}

// share gives a reference to a plugin that runs already, nil without one.
func (d *Directory) share(k sharedKey) *Plugin {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.shared[k]
	if p != nil {
		p.refs++
	}
	return p
}

// adopt makes a new plugin known, with one reference.
func (d *Directory) adopt(p *Plugin) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p.refs = 1
	d.shared[sharedKey{p.name, p.Key()}] = p
	d.live[p] = struct{}{}
}

// release gives references back and closes what nobody holds any more.
func (d *Directory) release(plugins ...*Plugin) {
	var last []*Plugin
	d.mu.Lock()
	for _, p := range plugins {
		if p.refs--; p.refs == 0 {
			delete(d.shared, sharedKey{p.name, p.Key()})
			last = append(last, p)
		}
	}
	d.mu.Unlock()
	for _, p := range last {
		p.close()
		d.bury(p)
		d.log.Debug("plugin closed", "plugin", p.name, "digest", p.digest)
	}
}
