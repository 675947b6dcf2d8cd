package config

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// The values of isolation and failure.
const (
	IsolationPooled = "pooled"
	IsolationFresh  = "fresh"

	FailureClosed = "closed"
	FailureOpen   = "open"
)

// Defaults of NAME.toml.
const (
	// DefaultMapperTimeout holds where the plugin's file names no timeout; for
	// authorizers it is [DefaultAuthorizerTimeout].
	DefaultMapperTimeout = time.Second
	// DefaultMemory holds a guest in standard Go, whose empty heap takes some
	// 4 MiB, with room for a body.
	DefaultMemory       = 32 << 20
	MinMemory           = 64 << 10 // one page of WebAssembly
	MaxMemory           = 4 << 30  // what 32 bits address
	MaxInstances        = 10_000
	DefaultQueueTimeout = time.Second

	// DefaultHostCalls is far above what any guest at hand makes.
	DefaultHostCalls       = 1_000_000
	DefaultCapabilityCalls = 1000
	DefaultLogLines        = 32

	DefaultBreakerFailures = 5
	DefaultBreakerWindow   = 10 * time.Second
	DefaultBreakerOpen     = 5 * time.Second
)

// CapabilityCore is what every plugin has.
const CapabilityCore = "core"

// capabilities are what an operator can grant.
var capabilities = []string{CapabilityCore, "cache", "throttle", "secrets", "metrics", "kv", "http", "jwt"}

// Plugin is the operator's file beside a plugin, NAME.toml, with all its
// defaults applied. It is immutable and safe for concurrent use.
type Plugin struct {
	Source
	// What the plugin itself is told, as JSON: strings, numbers, lists and
	// tables of your choice. It is no place for secrets.
	Config map[string]any
	// What the plugin may do beyond computing and logging: "cache", "throttle",
	// "secrets", "metrics", "kv", "http", "jwt". Every plugin has "core".
	Capabilities []string
	// Whose cache, buckets and keys the plugin uses: plugins of one namespace
	// share them. Unless set, it is the plugin's own name.
	Namespace string
	// The bound of the cache.
	Cache PluginCache
	// The buckets of throttle.
	Throttle []PluginBucket
	// The secrets of the gateway file that the plugin may use: "use" to sign
	// with and have filled in, "read" to see, too.
	Secrets []Pair
	// The metrics that the plugin counts in.
	Metrics []PluginMetric
	// The bound of kv.
	KV PluginKV
	// Which hosts the plugin may send requests to.
	HTTP PluginHTTP
	// The issuers whose tokens the plugin verifies.
	JWT []PluginIssuer
	// The digest that NAME.wasm or NAME.js must have, "sha256:" and 64 digits; any
	// other file is refused.
	Digest string
	// "pooled" keeps instances for further calls, "fresh" makes one for each.
	Isolation string
	// How long a call may take where gateway.toml does not say: it does for
	// integrations and may for authorizers.
	Timeout time.Duration // 0 is the default of the use
	// The memory of one instance.
	Memory int64
	// What the plugin may use up while the gateway answers one request.
	Limits PluginLimits
	// Instances at one time; 0 leaves the number to the gateway.
	Instances int
	// How long a request waits for an instance.
	QueueTimeout time.Duration
	// A mapper that fails: "closed" ends the request with 500, "open" goes on
	// without it. A failing authorizer never allows.
	Failure string
	// Stops calling a plugin that keeps failing.
	Breaker Breaker
}

var pluginTable = &table[Plugin]{
	entries: []entry[Plugin]{
		field("config", freeTable, func(p *Plugin) *map[string]any { return &p.Config }, nil),
		field("capabilities", list(checked("a capability", checkCapability)), func(p *Plugin) *[]string { return &p.Capabilities }, nil),
		derived("namespace", pluginName, func(p *Plugin) *string { return &p.Namespace }, "the plugin's name"),
		nested("cache", pluginCacheTable, func(p *Plugin) *PluginCache { return &p.Cache }),
		field("throttle", named(pluginBucketTable, func(b *PluginBucket) *string { return &b.Name }, checkBucketName), func(p *Plugin) *[]PluginBucket { return &p.Throttle }, nil),
		field("secrets", pairs(`a table of NAME = "use" or "read"`, checkSecretGrant), func(p *Plugin) *[]Pair { return &p.Secrets }, nil),
		field("metrics", named(pluginMetricTable, func(m *PluginMetric) *string { return &m.Name }, checkMetricName), func(p *Plugin) *[]PluginMetric { return &p.Metrics }, nil),
		nested("kv", pluginKVTable, func(p *Plugin) *PluginKV { return &p.KV }),
		nested("http", pluginHTTPTable, func(p *Plugin) *PluginHTTP { return &p.HTTP }),
		field("jwt", named(pluginIssuerTable, func(i *PluginIssuer) *string { return &i.Name }, checkIssuerName), func(p *Plugin) *[]PluginIssuer { return &p.JWT }, nil),
		field("digest", checked(`"sha256:" and 64 hexadecimal digits`, checkDigest), func(p *Plugin) *string { return &p.Digest }, ""),
		field("isolation", oneOf("isolation", []string{IsolationPooled, IsolationFresh}, nil), func(p *Plugin) *string { return &p.Isolation }, IsolationPooled),
		derived("timeout", duration(time.Millisecond, MaxTimeout), func(p *Plugin) *time.Duration { return &p.Timeout }, `"1s" for a mapper, "10s" for an authorizer`),
		field("memory", size(MinMemory, MaxMemory), func(p *Plugin) *int64 { return &p.Memory }, DefaultMemory),
		nested("limits", pluginLimitsTable, func(p *Plugin) *PluginLimits { return &p.Limits }),
		field("instances", integer(0, MaxInstances), func(p *Plugin) *int { return &p.Instances }, 0),
		field("queue_timeout", duration(0, time.Minute), func(p *Plugin) *time.Duration { return &p.QueueTimeout }, DefaultQueueTimeout),
		field("failure", oneOf("failure policy", []string{FailureClosed, FailureOpen}, nil), func(p *Plugin) *string { return &p.Failure }, FailureClosed),
		nested("breaker", breakerTable, func(p *Plugin) *Breaker { return &p.Breaker }),
	},
	later: laterPluginKeys,
	check: checkGrants,
}

// PluginLimits is [limits] of NAME.toml: what all calls of the plugin in one
// request use up together. What is used up is refused; a plugin that goes on until
// it has asked for twice as much is stopped, which is a failure.
type PluginLimits struct {
	// Calls of the host's functions, those of WASI included. Those of an answer that
	// streams begin anew with each piece that the client takes.
	HostCalls int
	// Calls into each capability, which a command does not have.
	CapabilityCalls int
	// Lines of the log, standard output and standard error; further ones are
	// counted and dropped.
	LogLines int
}

var pluginLimitsTable = &table[PluginLimits]{
	entries: []entry[PluginLimits]{
		field("host_calls", integer(100, 1_000_000_000), func(l *PluginLimits) *int { return &l.HostCalls }, DefaultHostCalls),
		field("capability_calls", integer(1, 1_000_000), func(l *PluginLimits) *int { return &l.CapabilityCalls }, DefaultCapabilityCalls),
		field("log_lines", integer(1, 100_000), func(l *PluginLimits) *int { return &l.LogLines }, DefaultLogLines),
	},
	later: laterPluginKeys,
}

// Breaker is [breaker] of NAME.toml. Failures are traps, timeouts and malformed
// answers, never refusals.
type Breaker struct {
	// Failures within window that open the breaker; 0 turns it off.
	Failures int
	// The time in which failures count together.
	Window time.Duration
	// How long calls are refused before one is tried again.
	Open time.Duration
}

var breakerTable = &table[Breaker]{
	entries: []entry[Breaker]{
		field("failures", integer(0, 10_000), func(b *Breaker) *int { return &b.Failures }, DefaultBreakerFailures),
		field("window", duration(time.Millisecond, time.Hour), func(b *Breaker) *time.Duration { return &b.Window }, DefaultBreakerWindow),
		field("open", duration(time.Millisecond, time.Hour), func(b *Breaker) *time.Duration { return &b.Open }, DefaultBreakerOpen),
	},
	later: laterPluginKeys,
}

func checkCapability(s string) error {
	if slices.Contains(capabilities, s) {
		return nil
	}
	return choice("capability", s, capabilities)
}

var digests = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func checkDigest(s string) error {
	if !digests.MatchString(s) {
		return fmt.Errorf(`%s is not a digest: write "sha256:" and 64 digits of 0-9 and a-f`, quote(s))
	}
	return nil
}

// LoadPlugin reads a plugin's file. Its error is an [*Errors], or the reason why
// the file cannot be read.
func LoadPlugin(file string) (*Plugin, error) {
	src, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return ParsePlugin(file, src)
}

// ParsePlugin reads a plugin's file from memory; name stands in errors. An empty
// file gives the defaults, which are also those of a plugin without a file. The
// error is an [*Errors].
func ParsePlugin(name string, src []byte) (*Plugin, error) {
	p, source, err := decode(pluginTable, name, src)
	if err != nil {
		return nil, err
	}
	p.Source = *source
	return p, nil
}
