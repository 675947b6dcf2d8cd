//go:build !wasip1

package porticotest

import (
	"strings"
	"time"

	"github.com/portico-gateway/portico/sdk/go/jwt"
)

// State is what a plugin was granted and what it keeps from one call to the
// next. Give requests the same State to see what a plugin remembers. It follows
// the limits of the gateway, but for the size of the cache and the quota of kv,
// which have none. It is not safe for concurrent use.
type State struct {
	// Buckets are those of throttle, by name.
	Buckets map[string]Bucket
	// Secrets are those that were granted, by name.
	Secrets map[string]Secret
	// Metrics are those that were declared, by name.
	Metrics map[string]Metric

	// HTTP answers what the plugin asks other hosts, in their place. An error
	// that is a portico.Code is the outcome of the request, any other is
	// portico.ErrConnection. nil stands for no grant.
	HTTP func(r HTTPRequest) (HTTPAnswer, error)
	// Issuers are those of tokens, by name.
	Issuers map[string]Issuer

	// Now is the clock; nil stands for time.Now.
	Now func() time.Time

	cache, kv map[string]entry
	tokens    map[[2]string]tokens // by bucket and key
	values    map[string]float64   // of metrics, by name and labels
}

// Bucket is a bucket of throttle.
type Bucket struct {
	Rate  float64 // tokens per second
	Burst int
}

// Secret is a secret that was granted.
type Secret struct {
	Value   string
	UseOnly bool // it may be used and not read
}

// Metric is a metric that was declared.
type Metric struct {
	Type   string // "counter", "gauge" or "histogram"
	Labels []string
}

// Issuer is an issuer that was declared. It says what becomes of tokens by their
// text, so they need not be real ones.
type Issuer struct {
	Claims  map[string]string    // of the tokens that are good, as JSON
	Refused map[string]jwt.Error // why others are not; any further one is malformed
	Down    bool                 // its keys cannot be had
}

// ready returns s, or an empty one for nil, with its maps made.
func (s *State) ready() *State {
	if s == nil {
		s = &State{}
	}
	if s.cache == nil {
		s.cache, s.kv = map[string]entry{}, map[string]entry{}
		s.tokens, s.values = map[[2]string]tokens{}, map[string]float64{}
	}
	return s
}

// Metric returns a counter's sum, a gauge's value, or the number of a
// histogram's observations. Labels are name, value, name, value.
func (s *State) Metric(name string, labels ...string) float64 {
	var p Pairs
	for i := 0; i+1 < len(labels); i += 2 {
		p = append(p, [2]string{labels[i], labels[i+1]})
	}
	return s.values[s.series(name, p)]
}

// series is the key of a metric with values for all its labels.
func (s *State) series(name string, labels Pairs) string {
	parts := []string{name}
	for _, l := range s.Metrics[name].Labels {
		value := ""
		for _, f := range labels {
			if f[0] == l {
				value = f[1]
			}
		}
		parts = append(parts, value)
	}
	return strings.Join(parts, "\x00")
}

func (s *State) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// entry is a value of cache or kv.
type entry struct {
	value string
	until time.Time // zero: for ever
}

func (s *State) live(m map[string]entry, key string) (string, bool) {
	e, ok := m[key]
	if !ok || !e.until.IsZero() && !s.now().Before(e.until) {
		return "", false
	}
	return e.value, true
}

func (s *State) entry(value string, ttlMs int64) entry {
	e := entry{value: strings.Clone(value)}
	if ttlMs > 0 {
		e.until = s.now().Add(time.Duration(ttlMs) * time.Millisecond)
	}
	return e
}

// tokens is a bucket of one key.
type tokens struct {
	left float64
	at   time.Time
}
