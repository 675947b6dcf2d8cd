package runtime

import (
	"fmt"
	"maps"
	"slices"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/jwt"
	"github.com/portico-gateway/portico/runtime/outbound"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// grantsOf is what NAME.toml grants the plugin NAME.
func grantsOf(name string, p *config.Plugin) capability.Grants {
	g := capability.Grants{Namespace: p.Namespace, CacheSize: p.Cache.Size, Quota: p.KV.Quota}
	if g.Namespace == "" {
		g.Namespace = name
	}
	for c := range hostabi.Capability(hostabi.CapabilityCount) {
		g.Has[c] = slices.Contains(p.Capabilities, c.String())
	}
	for _, b := range p.Throttle {
		g.Buckets = append(g.Buckets, capability.Bucket{Name: b.Name, Rate: b.Rate, Burst: b.Burst})
	}
	for _, s := range p.Secrets {
		g.Secrets = append(g.Secrets, capability.SecretGrant{Name: s.Name, Read: s.Value == config.SecretRead})
	}
	types := map[string]capability.MetricType{
		config.MetricCounter: capability.Counter, config.MetricGauge: capability.Gauge, config.MetricHistogram: capability.Histogram}
	for _, m := range p.Metrics {
		g.Metrics = append(g.Metrics, capability.Metric{
			Name: m.Name, Type: types[m.Type], Labels: m.Labels, Buckets: m.Buckets, Series: m.MaxSeries})
	}
	g.HTTP = outbound.Options{
		Addresses: p.HTTP.Addresses, Timeout: p.HTTP.Timeout, MaxRequests: p.HTTP.MaxRequests,
		MaxTotal: p.HTTP.MaxTotal, MaxRequest: p.HTTP.MaxRequest, MaxResponse: p.HTTP.MaxResponse, Redirects: p.HTTP.Redirects,
	}
	for _, h := range p.HTTP.Hosts {
		g.HTTP.Hosts = append(g.HTTP.Hosts, outbound.Host(h))
	}
	for _, i := range p.JWT {
		g.Issuers = append(g.Issuers, capability.Issuer{Name: i.Name, JWKS: i.JWKS, Secret: i.Secret,
			Issuer: i.Issuer, Audience: i.Audience, Algorithms: i.Algorithms, Leeway: i.Leeway})
	}
	return g
}

// acquire gives a plugin what it was granted.
func (s *state) acquire(name string, g capability.Grants) (plugin.Grant, error) {
	l, err := s.capabilities.Acquire(name, g)
	if err != nil {
		return nil, err // a nil *Lease would be a Grant that is not nil
	}
	return l, nil
}

// secretsOf are the secrets that a plugin uses, by name, and how many bytes each
// must have.
func secretsOf(p *config.Plugin) map[string]int {
	least := map[string]int{}
	for _, s := range p.Secrets {
		least[s.Name] = 1
	}
	for _, i := range p.JWT {
		if i.Secret == "" {
			continue
		}
		need := jwt.MinSecret("HS256") // the least of all
		for _, a := range i.Algorithms {
			need = max(need, jwt.MinSecret(a))
		}
		least[i.Secret] = max(least[i.Secret], need)
	}
	return least
}

// checkSecrets reports secrets that plugins were granted and nobody has, and those
// that are too short for what they are for.
func (b *builder) checkSecrets() {
	if b.snapshot.plugins == nil {
		return
	}
	reported := map[string]bool{}
	for _, ref := range b.config.PluginRefs() {
		p, ok := b.snapshot.plugins.Get(ref.Name)
		if !ok || reported[ref.Name] {
			continue
		}
		reported[ref.Name] = true
		uses := p.Settings().Secrets
		for _, name := range slices.Sorted(maps.Keys(uses)) {
			b.checkSecret(ref, name, uses[name])
		}
	}
}

// checkSecret checks a secret that a plugin uses, of which it needs some bytes.
func (b *builder) checkSecret(ref config.PluginRef, name string, least int) {
	at := slices.IndexFunc(b.config.Secrets, func(s config.NamedSecret) bool { return s.Name == name })
	if at < 0 {
		b.errorf(ref.Key, "plugin %q is granted the secret %q, which this file does not have; "+
			"add [secrets] %s = { env = \"NAME\" } or { file = \"path\" }", ref.Name, name, name)
		return
	}
	if v, ok := b.state.nextVault[name]; ok && v.Len() < least {
		b.errorf(b.config.Secrets[at].Key, "the secret has %d bytes; plugin %q verifies tokens with it, which takes %d", v.Len(), ref.Name, least)
	}
}

// secretsText tells where the secrets are, to see changes.
func secretsText(c *config.Config) string {
	text := ""
	for _, s := range c.Secrets {
		text += fmt.Sprintf("%s: %s\n", s.Name, s.Secret)
	}
	return text
}
