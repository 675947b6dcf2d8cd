package plugin

import (
	"context"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Plugin is one version of a plugin, shared by the Sets that hold it: a module
// and its NAME.toml. It is safe for concurrent use, until the last of those
// Sets is closed.
type Plugin struct {
	directory *Directory
	name      string
	digest    string
	settings  Settings
	toml      string // hash of NAME.toml
	guest     Guest
	grant     Grant // nil for none
	loaded    time.Time
	timings   timings

	refs int // guarded by Directory.mu
}

var _ hostabi.Plugin = (*Plugin)(nil)

// Name is the plugin's name: that of its files, without extension.
func (p *Plugin) Name() string { return p.name }

// Has reports whether the plugin can be called as that kind.
func (p *Plugin) Has(k hostabi.Kind) bool { return p.guest.Has(k) }

// Lacks says why Has is false for a kind.
func (p *Plugin) Lacks(k hostabi.Kind) string {
	if g, ok := p.guest.(interface{ Lacks(k hostabi.Kind) string }); ok {
		return g.Lacks(k)
	}
	return "it does not export " + k.Export()
}

// Call runs the plugin once; see hostabi.Plugin.
func (p *Plugin) Call(ctx context.Context, k hostabi.Kind, h hostabi.Host) (answer int32, err error) {
	return p.guest.Call(ctx, k, h)
}

// Digest is that of the module, "sha256:…".
func (p *Plugin) Digest() string { return p.digest }

// SettingsKey is a hash of NAME.toml, every byte of it.
func (p *Plugin) SettingsKey() string { return p.toml }

// Key tells this version from all others of the name: Digest and SettingsKey.
func (p *Plugin) Key() string { return p.digest + "+" + p.toml }

// Settings is what NAME.toml says. Its Config must not be changed.
func (p *Plugin) Settings() Settings { return p.settings }

// FailOpen reports whether a message passes where the plugin fails.
func (p *Plugin) FailOpen() bool { return p.settings.FailOpen }

// Activate has what NAME.toml grants hold from now on: the version serves.
func (p *Plugin) Activate() {
	if p.grant != nil {
		p.grant.Activate()
	}
}

// close ends the guest, then gives back what it was granted.
func (p *Plugin) close() {
	p.guest.Close()
	if p.grant != nil {
		p.grant.Release()
	}
}

// Stats is what this version has done so far, and what it holds. See
// Directory.Stats for the sum over the versions of a name.
func (p *Plugin) Stats() PluginStats {
	s := PluginStats{Name: p.name, Digest: p.digest, Versions: 1}
	s.of(p)
	return s
}
