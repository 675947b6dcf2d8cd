package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Bounds and defaults of what a plugin is granted.
const (
	DefaultCacheSize = 8 << 20
	MinCacheSize     = 64 << 10
	DefaultQuota     = 64 << 20
	MinQuota         = 64 << 10
	MaxStateSize     = 1 << 40
	// MaxRate and MaxBurst are far above what one process serves.
	MaxRate          = 1e9
	MaxBurst         = 1_000_000_000
	DefaultMaxSeries = 1000
	MaxSeries        = 100_000
)

// The values of [secrets] in NAME.toml.
const (
	SecretUse  = "use"  // sign with it, and name it where the gateway fills it in
	SecretRead = "read" // see it, too
)

// The types of metrics.
const (
	MetricCounter   = "counter"
	MetricGauge     = "gauge"
	MetricHistogram = "histogram"
)

// PluginCache is [cache] of NAME.toml.
type PluginCache struct {
	// The bytes that the cache holds, keys and what an entry costs included.
	// Plugins of one namespace share a cache: give them the same size.
	Size int64
}

var pluginCacheTable = &table[PluginCache]{
	entries: []entry[PluginCache]{
		field("size", size(MinCacheSize, MaxStateSize), func(c *PluginCache) *int64 { return &c.Size }, DefaultCacheSize),
	},
	later: laterPluginKeys,
}

// PluginKV is [kv] of NAME.toml.
type PluginKV struct {
	// The bytes that the namespace may keep, 64 more for each entry.
	Quota int64
}

var pluginKVTable = &table[PluginKV]{
	entries: []entry[PluginKV]{
		field("quota", size(MinQuota, MaxStateSize), func(k *PluginKV) *int64 { return &k.Quota }, DefaultQuota),
	},
	later: laterPluginKeys,
}

// PluginBucket is [throttle.NAME] of NAME.toml.
type PluginBucket struct {
	Key  string // path of the table
	Name string
	// Tokens a second that each key of the bucket gets.
	Rate float64
	// Tokens that a key may take at once, after a rest.
	Burst int
}

var pluginBucketTable = &table[PluginBucket]{
	key: func(b *PluginBucket) *string { return &b.Key },
	entries: []entry[PluginBucket]{
		required("rate", positive(MaxRate), func(b *PluginBucket) *float64 { return &b.Rate }),
		required("burst", integer(1, MaxBurst), func(b *PluginBucket) *int { return &b.Burst }),
	},
	later: laterPluginKeys,
}

// PluginMetric is [metrics.NAME] of NAME.toml.
type PluginMetric struct {
	Key  string // path of the table
	Name string
	// What it is to Prometheus. It is served as portico_custom_NAME.
	Type string
	// The labels that the plugin may give; "plugin" is there in any case.
	Labels []string
	// Upper bounds of a histogram, ascending; for seconds unless set.
	Buckets []float64
	// Combinations of labels that are counted; calls with others fail.
	MaxSeries int
}

var pluginMetricTable = &table[PluginMetric]{
	key: func(m *PluginMetric) *string { return &m.Key },
	entries: []entry[PluginMetric]{
		required("type", oneOf("type of metric", []string{MetricCounter, MetricGauge, MetricHistogram}, nil), func(m *PluginMetric) *string { return &m.Type }),
		field("labels", list(checked("the name of a label", checkLabel)), func(m *PluginMetric) *[]string { return &m.Labels }, nil),
		derived("buckets", list(number), func(m *PluginMetric) *[]float64 { return &m.Buckets }, "from 0.0005 to 30"),
		field("max_series", integer(1, MaxSeries), func(m *PluginMetric) *int { return &m.MaxSeries }, DefaultMaxSeries),
	},
	later: laterPluginKeys,
	check: func(d *decoder, m *PluginMetric) {
		buckets := Join(m.Key, "buckets")
		switch {
		case d.failed[m.Key]:
		case m.Type != MetricHistogram && d.Has(buckets):
			d.errorf(buckets, "only a histogram has buckets; remove it")
		case m.Type == MetricHistogram && slices.Contains(m.Labels, "le"):
			d.errorf(Join(m.Key, "labels"), `"le" is the label of a histogram's buckets; use another name`)
		case d.Has(buckets) && (len(m.Buckets) == 0 || !slices.IsSorted(m.Buckets)):
			d.errorf(buckets, "must hold at least one bound, in ascending order")
		}
	},
}

var (
	metricNames = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	labelNames  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)
)

func checkMetricName(s string) error {
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		if strings.HasSuffix(s, suffix) {
			return fmt.Errorf("%s ends in %s, which histograms add to theirs; use another name", quote(s), suffix)
		}
	}
	return checkName("the name of a metric", s, "a-z first, then 0-9 and _ too", metricNames)
}

func checkLabel(s string) error {
	if s == "plugin" {
		return errors.New(`"plugin" is the label that the gateway adds; use another name`)
	}
	return checkName("the name of a label", s, "A-Z, a-z first, then 0-9 and _ too", labelNames)
}

func checkBucketName(s string) error {
	return checkName("the name of a bucket", s, "A-Z, a-z, 0-9, _ and -", words)
}

func checkSecretName(s string) error {
	return checkName("the name of a secret", s, "A-Z, a-z, 0-9, _ and -", words)
}

func checkSecretGrant(name, value string) error {
	if err := checkSecretName(name); err != nil {
		return err
	}
	if value == SecretUse || value == SecretRead {
		return nil
	}
	return choice("grant", value, []string{SecretUse, SecretRead})
}

// checkGrants holds that what is set is granted: nothing is ignored.
func checkGrants(d *decoder, p *Plugin) {
	for _, name := range []string{"cache", "throttle", "secrets", "metrics", "kv", "http", "jwt"} {
		if d.Has(name) && !slices.Contains(p.Capabilities, name) && !d.failed["capabilities"] {
			d.errorf(name, "needs the capability; write capabilities = [%s]", strings.Join(quoted(append(slices.Clone(p.Capabilities), name)), ", "))
		}
	}
	stateful := slices.ContainsFunc([]string{"cache", "throttle", "kv"}, func(s string) bool { return slices.Contains(p.Capabilities, s) })
	if d.Has("namespace") && !stateful && !d.failed["capabilities"] {
		d.errorf("namespace", "is that of cache, throttle and kv, none of which is granted; remove it")
	}
	checkHTTP(d, p)
}

func quoted(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = quote(w)
	}
	return list
}

// number is a finite number, whole or not.
var number = kind[float64]{name: "a number", show: func(f float64) string { return fmt.Sprint(f) }, decode: func(d *decoder, n *node) (float64, bool) {
	switch v := n.value.(type) {
	case int64:
		return float64(v), true
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, true
		}
	}
	d.mistyped(n, "a number")
	return 0, false
}}

// positive is a number above 0.
func positive(most float64) kind[float64] {
	k := number
	k.doc = fmt.Sprintf("number above 0, at most %g", most)
	k.decode = func(d *decoder, n *node) (float64, bool) {
		v, ok := number.decode(d, n)
		if ok && (v <= 0 || v > most) {
			d.errorf(n.path, "must be above 0 and at most %g, got %v", most, v)
			return 0, false
		}
		return v, ok
	}
	return k
}
