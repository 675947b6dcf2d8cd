package config

import (
	"os"
	"time"
)

// Config is a gateway file with all its defaults applied. It is immutable and
// safe for concurrent use.
type Config struct {
	Source
	// The listeners and the bounds of every request.
	Server Server
	// The log of the gateway itself.
	Log Log
	// One record for each request.
	AccessLog AccessLog
	// The directory of plugins.
	Plugins Plugins
	// Secrets that plugins may be granted, by name.
	Secrets []NamedSecret
	// Where plugins' kv is kept, and what gateways share.
	Store Store
	// What all integrations over HTTP share.
	Upstream Upstream
	// The APIs, in the order of the file.
	APIs []API
}

var configTable = &table[Config]{
	entries: []entry[Config]{
		nested("server", serverTable, func(c *Config) *Server { return &c.Server }),
		nested("log", logTable, func(c *Config) *Log { return &c.Log }),
		nested("access_log", accessLogTable, func(c *Config) *AccessLog { return &c.AccessLog }),
		nested("plugins", pluginsTable, func(c *Config) *Plugins { return &c.Plugins }),
		field("secrets", namedSecrets, func(c *Config) *[]NamedSecret { return &c.Secrets }, nil),
		nested("store", storeTable, func(c *Config) *Store { return &c.Store }),
		nested("upstream", upstreamTable, func(c *Config) *Upstream { return &c.Upstream }),
		field("apis", named(apiTable, func(a *API) *string { return &a.Name }, checkAPIName),
			func(c *Config) *[]API { return &c.APIs }, nil),
	},
	later: laterKeys,
	check: checkConfig,
}

// Defaults of [log], [plugins] and [upstream].
const (
	DefaultLogLevel        = "info"
	DefaultLogFormat       = "text"
	DefaultPluginDirectory = "plugins"
	DefaultQuiet           = 100 * time.Millisecond
	// DefaultIdleConnections is for each host; more stay open only as long as
	// they carry requests.
	DefaultIdleConnections = 64
	// DefaultUpstreamIdle is that of Go's http.DefaultTransport.
	DefaultUpstreamIdle   = 90 * time.Second
	DefaultConnectTimeout = 5 * time.Second
	DefaultTransport      = TransportLean
)

// Log is [log].
type Log struct {
	// The least important lines that are written.
	Level string
	// Lines for people, or JSON objects for machines.
	Format string
}

var logTable = &table[Log]{
	entries: []entry[Log]{
		field("level", oneOf("level", []string{"debug", "info", "warn", "error"}, nil), func(l *Log) *string { return &l.Level }, DefaultLogLevel),
		field("format", oneOf("format", []string{"text", "json"}, nil), func(l *Log) *string { return &l.Format }, DefaultLogFormat),
	},
	later: laterKeys,
}

// Plugins is [plugins].
type Plugins struct {
	// The drop-in directory of NAME.wasm or NAME.js, and NAME.toml. A relative path is meant
	// from the directory of the gateway file.
	Directory string
	// Where compiled code is kept, a directory of mode 0700; "off" compiles at
	// every start. Empty: below the cache directory of the user.
	Cache string
	// How long the directory must be at rest after a change, so that several
	// files become one snapshot.
	Quiet time.Duration
	// "auto" listens to the file system and polls only where that cannot
	// notify; an interval always polls.
	Poll time.Duration // 0 is "auto"
}

var pluginsTable = &table[Plugins]{
	entries: []entry[Plugins]{
		field("directory", filePath, func(p *Plugins) *string { return &p.Directory }, DefaultPluginDirectory),
		field("cache", text, func(p *Plugins) *string { return &p.Cache }, ""),
		field("quiet", duration(time.Millisecond, time.Minute), func(p *Plugins) *time.Duration { return &p.Quiet }, DefaultQuiet),
		field("poll", pollInterval, func(p *Plugins) *time.Duration { return &p.Poll }, 0),
	},
	later: laterKeys,
}

// The HTTP clients that an integration can use.
const (
	TransportLean = "lean" // HTTP/1.1 without goroutines for requests without a body
	TransportStd  = "std"  // http.Transport, for TLS with HTTP/2 and as the way back
)

var transport = oneOf("transport", []string{TransportLean, TransportStd}, nil)

// Upstream is [upstream].
type Upstream struct {
	// Idle connections kept open for each host; 0 opens one for each request.
	IdleConnections int
	// How long an idle connection is kept.
	IdleTimeout time.Duration
	// How long connecting may take, TLS included.
	ConnectTimeout time.Duration
	// The HTTP client of integrations that do not choose: "lean" for plain
	// HTTP/1.1 with pooled buffers, "std" for Go's http.Transport.
	Transport string
	// Certificates in PEM that upstreams over TLS are verified with, instead of
	// those of the system.
	CAFile string
}

var upstreamTable = &table[Upstream]{
	entries: []entry[Upstream]{
		field("idle_connections", integer(0, 10_000), func(u *Upstream) *int { return &u.IdleConnections }, DefaultIdleConnections),
		field("idle_timeout", duration(time.Second, time.Hour), func(u *Upstream) *time.Duration { return &u.IdleTimeout }, DefaultUpstreamIdle),
		field("connect_timeout", duration(time.Millisecond, 15*time.Minute), func(u *Upstream) *time.Duration { return &u.ConnectTimeout }, DefaultConnectTimeout),
		field("transport", transport, func(u *Upstream) *string { return &u.Transport }, DefaultTransport),
		field("ca_file", filePath, func(u *Upstream) *string { return &u.CAFile }, ""),
	},
	later: laterKeys,
}

// Load reads a gateway file. Its error is an [*Errors], or the reason why the
// file cannot be read.
func Load(file string) (*Config, error) {
	src, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, src)
}

// Parse reads a gateway file from memory; name stands in errors, and relative
// paths are meant from its directory. The error is an [*Errors].
func Parse(name string, src []byte) (*Config, error) {
	c, source, err := decode(configTable, name, src)
	if err != nil {
		return nil, err
	}
	c.Source = *source
	return c, nil
}

// decode reads a whole file by a schema.
func decode[S any](t *table[S], name string, src []byte) (*S, *Source, error) {
	var errs Errors
	tree, source, problem := parseTree(name, src)
	if problem != nil {
		errs.Add(problem)
		return nil, source, errs.Err()
	}
	d := &decoder{Source: source, failed: make(map[string]bool), root: t.section(styleTable)}
	s, _ := t.decode(d, tree)
	errs.Add(d.errs...)
	return &s, source, errs.Err()
}

// readFile reads one byte beyond MaxFile at most, which Parse then refuses.
func readFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f)
}
