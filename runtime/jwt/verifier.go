package jwt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/portico-gateway/portico/hostabi"
)

// Options says which tokens a [Verifier] takes.
type Options struct {
	// Keys verifies signatures of the asymmetric algorithms, or
	Keys *Keys
	// Secret those of HMAC. It is asked for each token, must be quick and safe
	// for concurrent use, and gives nil when there is none now.
	Secret func() []byte

	// Issuer is what "iss" must be, byte by byte; "" takes any and none.
	Issuer string
	// Audience is what "aud" must have one of; none takes any and none.
	Audience []string
	// Algorithms are those that are taken; none means all that Keys, or Secret,
	// can be for.
	Algorithms []string
	// Leeway is allowed on each of the three times, for clocks that differ.
	Leeway time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// ErrOptions reports options that make no Verifier.
var ErrOptions = errors.New("no such verifier")

// Verifier verifies tokens. It is safe for concurrent use and has nothing to
// close.
type Verifier struct {
	keys      *Keys
	secret    func() []byte
	issuer    string
	allowed   algorithmSet
	validator *gojwt.Validator
}

// New returns a verifier. The error is an ErrOptions that says what is wrong.
func New(o Options) (*Verifier, error) {
	if (o.Keys == nil) == (o.Secret == nil) {
		return nil, fmt.Errorf("%w: it needs either keys or a secret", ErrOptions)
	}
	if o.Leeway < 0 {
		return nil, fmt.Errorf("%w: the leeway is negative", ErrOptions)
	}
	v := &Verifier{keys: o.Keys, secret: o.Secret, issuer: o.Issuer}
	for i := range algorithms {
		named := len(o.Algorithms) == 0 || slices.Contains(o.Algorithms, algorithms[i].name)
		if named && (algorithms[i].kind == kindSecret) == (o.Secret != nil) {
			v.allowed |= 1 << i
		}
	}
	for _, name := range o.Algorithms {
		if i, ok := algorithmNamed(name); !ok || !v.allowed.has(i) {
			return nil, fmt.Errorf("%w: algorithm %q is not one for what signs", ErrOptions, name)
		}
	}
	rules := []gojwt.ParserOption{gojwt.WithExpirationRequired(), gojwt.WithIssuedAt(), gojwt.WithLeeway(o.Leeway)}
	if o.Now != nil {
		rules = append(rules, gojwt.WithTimeFunc(o.Now))
	}
	if o.Issuer != "" {
		rules = append(rules, gojwt.WithIssuer(o.Issuer))
	}
	if len(o.Audience) > 0 {
		rules = append(rules, gojwt.WithAudience(slices.Clone(o.Audience)...))
	}
	v.validator = gojwt.NewValidator(rules...)
	return v, nil
}

// Verify verifies a token and gives its claims: the very bytes that were signed, a
// JSON object, at most three quarters as long as the token. They are the caller's.
//
// The error is a hostabi.TokenFault for a token that is not good, hostabi.E2BIG
// for one that is longer than hostabi.MaxToken, hostabi.ECONN when the keys cannot be had
// now, or the context's. Verify waits for keys only, and heeds ctx's Deadline
// there: its Done channel may stay open beyond it. It does not keep s.
func (v *Verifier) Verify(ctx context.Context, s string) ([]byte, error) {
	payload, err := v.signed(ctx, s)
	if err != nil {
		return nil, err
	}
	var c claims
	if !c.read(payload) {
		return nil, hostabi.TokenClaims
	}
	if err := v.validator.Validate(&c); err != nil {
		return nil, v.fault(&c, err)
	}
	return payload, nil
}

// signed verifies a token's signature and gives its payload, whatever that is.
func (v *Verifier) signed(ctx context.Context, s string) (payload []byte, err error) {
	if len(s) > hostabi.MaxToken {
		return nil, hostabi.E2BIG
	}
	var t token
	if err := t.read(s); err != nil {
		return nil, err
	}
	if t.algorithm < 0 || !v.allowed.has(t.algorithm) {
		return nil, hostabi.TokenAlgorithm
	}
	key, err := v.key(ctx, &t.header)
	if err != nil {
		return nil, err
	}
	if algorithms[t.algorithm].method.Verify(t.signed, t.signature, key) != nil {
		return nil, hostabi.TokenSignature
	}
	return t.payload, nil
}

// key is the one key that may have signed a token, as golang-jwt takes it.
func (v *Verifier) key(ctx context.Context, h *header) (any, error) {
	if v.keys != nil {
		return v.keys.find(ctx, h)
	}
	secret := v.secret()
	if len(secret) < algorithms[h.algorithm].secret {
		return nil, hostabi.TokenKey
	}
	return secret, nil
}
