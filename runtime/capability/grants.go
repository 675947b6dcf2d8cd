package capability

import (
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/outbound"
)

// Grants is what an operator grants a plugin.
type Grants struct {
	// Has says which capabilities are granted.
	Has [hostabi.CapabilityCount]bool

	// Namespace is whose cache, buckets and keys they are.
	Namespace string

	// CacheSize bounds the cache in bytes, 0 means DefaultCacheSize.
	CacheSize int64

	// Buckets are those of throttle.
	Buckets []Bucket

	// Secrets are those that the plugin may use.
	Secrets []SecretGrant

	// Metrics are those that the plugin may count in.
	Metrics []Metric

	// Issuers are those whose tokens the plugin may have verified.
	Issuers []Issuer

	// Quota bounds the namespace of kv in bytes, 0 means the store's default.
	Quota int64

	// HTTP says which hosts may be asked and how much. Its Secret, Stats and Log
	// are the state's.
	HTTP outbound.Options
}

// Bucket is a bucket of throttle: Rate tokens a second, Burst at once.
type Bucket struct {
	Name  string
	Rate  float64
	Burst int
}

// SecretGrant grants one secret: for use, and to be read where Read is set.
type SecretGrant struct {
	Name string
	Read bool
}

// Issuer is an issuer of tokens: either JWKS, the URL of its keys, or Secret, the
// name of the secret that it signs with. The rest is as in jwt.Options.
type Issuer struct {
	Name         string
	JWKS, Secret string
	Issuer       string
	Audience     []string
	Algorithms   []string
	Leeway       time.Duration
}

// Metric is a metric that a plugin counts in.
type Metric struct {
	Name    string
	Type    MetricType
	Labels  []string
	Buckets []float64 // upper bounds of a histogram, nil means DefaultBuckets
	Series  int       // most combinations of labels, 0 means DefaultSeries
}

// MetricType is one of the types of Prometheus.
type MetricType uint8

const (
	Counter MetricType = iota
	Gauge
	Histogram
)

var metricTypes = [...]string{"counter", "gauge", "histogram"}

func (t MetricType) String() string { return metricTypes[t] }

const (
	// DefaultCacheSize holds some ten thousand answers of an introspection
	// endpoint.
	DefaultCacheSize = 8 << 20

	// DefaultSeries bounds the combinations of labels of one metric: an id of
	// users as a label, which no monitoring survives, shows early.
	DefaultSeries = 1000
)

// DefaultBuckets are for seconds, as the gateway's own.
var DefaultBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
