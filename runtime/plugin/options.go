package plugin

import (
	"context"
	"log/slog"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/hostabi/native"
)

// Options configures a [Directory].
type Options struct {
	// Directory holds NAME.wasm or NAME.js, and NAME.toml. It may be absent as long as no
	// plugin is loaded, and come later.
	Directory string

	// Quiet is how long a file must be at rest before it is read, and the
	// directory before Watch reports a change; 0 means DefaultQuiet.
	Quiet time.Duration

	// Poll is the interval of polling; 0 means to listen to the file system,
	// and to poll every DefaultPoll only where that cannot notify.
	Poll time.Duration

	// Engine compiles the modules. It must have the host modules of
	// Define, and outlives every Set. It is not used when Build is set.
	Engine *engine.Engine

	// Build makes a plugin of a module; nil means what Inspect says it is, on
	// Engine.
	Build BuildFunc

	// Parse reads NAME.toml. file is its path, for errors; src is nil when the
	// file is absent. An error that joins several counts as several problems.
	// nil refuses every NAME.toml and gives the zero Settings without one.
	Parse func(file string, src []byte) (Settings, error)

	// Aside runs what waits for calls to end, after a Load that failed. Such a
	// Load may hold the last reference to a plugin that still streams. nil
	// waits within Load.
	Aside func(wait func())

	// Now is the clock that native guests see; nil means time.Now.
	Now func() time.Time

	// Wrap puts something around each guest that was built; nil is nothing.
	Wrap func(name string, g Guest) Guest

	// Log gets the progress of loading and what the plugins log; nil means
	// silence.
	Log *slog.Logger
}

// BuildFunc makes a plugin. wasm is not kept. The plugin hands each call to
// observe when it has ended.
type BuildFunc func(ctx context.Context, name string, wasm []byte, s Settings, observe func(adapter.Observation)) (Guest, error)

// Guest is what runs behind a [Plugin].
type Guest interface {
	hostabi.Plugin

	// Stats says what the guest has done and what it holds, also after Close.
	Stats() adapter.Stats

	// Close refuses further calls and returns when those under way have ended.
	Close()
}

var (
	_ Guest = (*native.Plugin)(nil)
	_ Guest = (*command.Plugin)(nil)
	_ Guest = (*javascript.Plugin)(nil)
)

// Settings is what NAME.toml says about a plugin.
type Settings struct {
	// Digest is what the module must have, "sha256:" and 64 digits; "" allows
	// any.
	Digest string

	// Config is what the guest is told, a JSON object; nil stands for {}.
	Config []byte

	// Timeout bounds a call that has no deadline of its own; 0 leaves it to
	// the use of the plugin.
	Timeout time.Duration

	// Memory is the limit of one instance in bytes, rounded up to pages of
	// 64 KiB; 0 means the engine's default.
	Memory int64

	// Instances bounds those that exist at one time; 0 means the engine's
	// default.
	Instances int

	// QueueTimeout is how long a call waits for an instance; 0 is no wait.
	QueueTimeout time.Duration

	// Allowance bounds what the plugin may use up in one request; of a command
	// that is calls of WASI and lines.
	Allowance hostabi.Allowance

	// Fresh gives each call an instance of its own, which a command has anyway.
	Fresh bool

	// Grant gives what the operator granted; nil grants nothing. It is called
	// for each version that is built.
	Grant func() (Grant, error)

	// Secrets are those that were granted, by name, and how many bytes each must
	// have at least.
	Secrets map[string]int

	// FailOpen lets a message pass where the plugin, a mapper, fails.
	FailOpen bool

	// Failures within Window stop the plugin from being called for Open, which
	// doubles while it keeps failing; 0 turns that off.
	Failures     int
	Window, Open time.Duration

	granted hostabi.Capabilities // by Grant
	script  bool                 // the module is none, but NAME.js
}

// Grant is what a version of a plugin was granted, for as long as it lives.
type Grant interface {
	Capabilities() hostabi.Capabilities
	// Activate is called when the version serves, again and again.
	Activate()
	// Release is called when the version is closed, or could not be built.
	Release()
}

const (
	// DefaultQuiet is longer than the pauses of a copying tool, and short
	// enough for a change to be live within a second.
	DefaultQuiet = 100 * time.Millisecond

	// DefaultPoll leaves half of a second for building a snapshot.
	DefaultPoll = 500 * time.Millisecond

	// MaxModule bounds NAME.wasm; javascript.MaxSource bounds NAME.js.
	MaxModule = engine.MaxModuleBytes

	// MaxSettings bounds NAME.toml, the guest's configuration in it included.
	MaxSettings = 1 << 20

	// MaxFiles bounds the entries of the directory, of any name: it is looked
	// through at every change.
	MaxFiles = 10_000

	// maxUnrest is when Watch reports a directory that is never at rest, and
	// when Load gives a file up that is written all the time.
	maxUnrest = 10 * time.Second

	// largeModule is the size from which loading shows in the log: compiling
	// more takes longer than a fifth of a second.
	largeModule = 200 << 10
)
