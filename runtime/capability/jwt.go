package capability

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/jwt"
)

// issuers are those of one lease, by name.
type issuers map[string]*issuer

type issuer struct {
	verifier *jwt.Verifier
	keys     *jwt.Keys // nil where a secret signs
	tally    *tally
}

var _ hostabi.JWT = issuers(nil)

func (l issuers) Verify(ctx context.Context, name, token string) ([]byte, error) {
	i, ok := l[name]
	if !ok {
		return nil, hostabi.ENOENT
	}
	claims, err := i.verifier.Verify(ctx, token)
	i.tally.count(err)
	return claims, err
}

// newIssuers makes the issuers of a lease, or says what is wrong with each. The
// caller holds mu.
func (l *Lease) newIssuers() (issuers, error) {
	s := l.state
	list := issuers{}
	var errs []error
	for _, g := range l.grants.Issuers {
		i := &issuer{}
		o := jwt.Options{Issuer: g.Issuer, Audience: g.Audience, Algorithms: g.Algorithms, Leeway: g.Leeway, Now: s.stores.Now}
		if g.JWKS != "" {
			i.keys = s.stores.Keys.Acquire(g.JWKS)
			o.Keys = i.keys
		} else {
			o.Secret = func() []byte { return s.values.Load().now[g.Secret].value }
		}
		i.tally = s.tallies.acquire(l.tallyKey(g), func() *tally { return &tally{plugin: l.plugin, issuer: g.Name} })
		list[g.Name] = i
		var err error
		if i.verifier, err = jwt.New(o); err != nil {
			errs = append(errs, fmt.Errorf("jwt.%s: %w", g.Name, err))
		}
	}
	if errs != nil {
		l.releaseIssuers(list)
		return nil, errors.Join(errs...)
	}
	return list, nil
}

// releaseIssuers lets go of what newIssuers acquired. The caller holds mu.
func (l *Lease) releaseIssuers(list issuers) {
	for _, g := range l.grants.Issuers {
		i, ok := list[g.Name]
		if !ok {
			continue
		}
		if i.keys != nil {
			l.state.stores.Keys.Release(i.keys)
		}
		l.state.tallies.release(l.tallyKey(g))
	}
}

// tallyKey needs no escape: no name has a slash.
func (l *Lease) tallyKey(g Issuer) string { return l.plugin + "/" + g.Name }

// outcomeGood is the place of the fault that is none.
const outcomeGood = 0

// Outcomes of a verification beside the faults of a token.
const (
	outcomeKeys = hostabi.TokenFaults + iota
	outcomeSize
	outcomeTime
	outcomes
)

func outcomeName(n int) string {
	switch n {
	case outcomeGood:
		return "ok"
	case outcomeKeys:
		return "no_keys"
	case outcomeSize:
		return "too_large"
	case outcomeTime:
		return "aborted"
	}
	return hostabi.TokenFault(n).Error()
}

// tally counts what became of the tokens of one issuer in one plugin, over its
// versions.
type tally struct {
	plugin, issuer string
	n              [outcomes]atomic.Uint64
}

func (t *tally) count(err error) {
	n := outcomeTime // the context's error
	switch e := err.(type) {
	case nil:
		n = outcomeGood
	case hostabi.TokenFault:
		n = int(e)
	case hostabi.Code:
		n = outcomeKeys
		if e == hostabi.E2BIG {
			n = outcomeSize
		}
	}
	t.n[n].Add(1)
}

var verifications = prometheus.NewDesc("portico_plugin_jwt_verifications_total",
	"Tokens that a plugin had verified, by what became of them.", []string{"plugin", "issuer", "outcome"}, nil)

// collect gives what was counted, if anything was.
func (t *tally) collect(ch chan<- prometheus.Metric) {
	for n := range t.n {
		if v := t.n[n].Load(); v > 0 {
			ch <- prometheus.MustNewConstMetric(verifications, prometheus.CounterValue, float64(v), t.plugin, t.issuer, outcomeName(n))
		}
	}
}
