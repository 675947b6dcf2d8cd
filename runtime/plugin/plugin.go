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
	loaded    time.Time
	timings   timings

	refs int // guarded by Directory.mu
}

var _ hostabi.Plugin = (*Plugin)(nil)

// Name is the plugin's name: that of its files, without extension.
func (p *Plugin) Name() string { return p.name }

// Has reports whether the plugin can be called as that kind.
func (p *Plugin) Has(k hostabi.Kind) bool { return p.guest.Has(k) }

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

// Stats is what this version has done so far, and what it holds. See
// Directory.Stats for the sum over the versions of a name.
func (p *Plugin) Stats() PluginStats {
	s := PluginStats{Name: p.name, Digest: p.digest, Versions: 1}
	s.of(p)
	return s
}
