package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds and defaults of issuers.
const (
	// DefaultLeeway is for clocks that are set by the network: without any, a
	// token that was issued a moment ago would now and then be of the future.
	DefaultLeeway = 10 * time.Second
	// MaxLeeway is what RFC 7519, section 4.1.4, calls usual at most.
	MaxLeeway = 5 * time.Minute
)

// PluginIssuer is [jwt.NAME] of NAME.toml: an issuer of tokens.
type PluginIssuer struct {
	Key  string // path of the table
	Name string
	// The URL of the issuer's keys, a JWKS document. It is https, or http to a
	// loopback, private or link-local address. It is fetched when a token needs
	// it; certificates are verified by the system's authorities and those of
	// [upstream] ca_file.
	JWKS string
	// In place of jwks: the secret of the gateway file, by its name in [secrets],
	// that tokens are signed with by HMAC. HS256 wants 32 bytes of it, HS384 48
	// and HS512 64.
	Secret string
	// What "iss" of a token must be, to the byte. It is needed with jwks, since
	// one document may hold the keys of several issuers.
	Issuer string
	// A token must have one of these in "aud" or, where it has no "aud", as its
	// "client_id". Unless set, tokens that are meant for others are taken, too.
	Audience []string
	// The algorithms that are taken.
	Algorithms []string
	// How far the clocks of the issuer and the gateway may be apart.
	Leeway time.Duration
}

// The algorithms that are for keys, and those for a secret.
var (
	keyAlgorithms    = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	secretAlgorithms = []string{"HS256", "HS384", "HS512"}
)

var pluginIssuerTable = &table[PluginIssuer]{
	key: func(i *PluginIssuer) *string { return &i.Key },
	entries: []entry[PluginIssuer]{
		field("jwks", checked("a URL", checkJWKS), func(i *PluginIssuer) *string { return &i.JWKS }, ""),
		field("secret", checked("the name of a secret", checkSecretName), func(i *PluginIssuer) *string { return &i.Secret }, ""),
		field("issuer", text, func(i *PluginIssuer) *string { return &i.Issuer }, ""),
		field("audience", list(checked("an audience", checkAudience)), func(i *PluginIssuer) *[]string { return &i.Audience }, nil),
		derived("algorithms", list(checked("an algorithm", checkAlgorithm)), func(i *PluginIssuer) *[]string { return &i.Algorithms },
			"all that a key, or the secret, is for"),
		field("leeway", duration(0, MaxLeeway), func(i *PluginIssuer) *time.Duration { return &i.Leeway }, DefaultLeeway),
	},
	later: laterPluginKeys,
	check: checkIssuer,
}

// checkIssuer holds the rules between the keys of an issuer.
func checkIssuer(d *decoder, i *PluginIssuer) {
	jwks, secret := Join(i.Key, "jwks"), Join(i.Key, "secret")
	switch {
	case d.Has(jwks) && d.Has(secret):
		d.errorf(secret, "keys of jwks never sign with a secret; remove one of the two")
		return
	case !d.Has(jwks) && !d.Has(secret):
		d.errorf(i.Key, `needs jwks = "https://…", or secret = "NAME"`)
		return
	case d.Has(jwks) && i.Issuer == "" && !d.failed[Join(i.Key, "issuer")]:
		d.errorf(i.Key, `needs issuer, what "iss" of its tokens must be`)
	}
	known, what := keyAlgorithms, "keys of jwks"
	if d.Has(secret) {
		known, what = secretAlgorithms, "a secret"
	}
	algorithms := Join(i.Key, "algorithms")
	if d.Has(algorithms) && len(i.Algorithms) == 0 && !d.failed[algorithms] {
		d.errorf(algorithms, "must not be empty; leave it out to take all")
	}
	for n, a := range i.Algorithms {
		if !slices.Contains(known, a) && !d.failed[algorithms] {
			d.errorf(fmt.Sprintf("%s[%d]", algorithms, n), "%s is not for %s: those are %s", quote(a), what, strings.Join(quoted(known), ", "))
		}
	}
}

func checkAlgorithm(s string) error {
	all := slices.Concat(keyAlgorithms, secretAlgorithms)
	if slices.Contains(all, s) {
		return nil
	}
	if s == "none" {
		return errors.New(`"none" is no signature, and never taken`)
	}
	return choice("algorithm", s, all)
}

func checkAudience(s string) error {
	if s == "" {
		return errors.New("an audience must not be empty")
	}
	return checkText(s)
}

func checkIssuerName(s string) error {
	return checkName("the name of an issuer", s, "A-Z, a-z, 0-9, _ and -", words)
}

// checkJWKS says what is wrong with the URL of a JWKS document. Who can answer in
// the place of its host chooses who gets in, so http is for addresses that are of
// this machine or its network. A name is looked at when it is resolved.
func checkJWKS(s string) error {
	u, err := url.Parse(s)
	var of *url.Error
	switch {
	case errors.As(err, &of):
		return fmt.Errorf("%s: %w", quote(s), of.Err)
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%s must begin with https://", quote(s))
	case u.Hostname() == "":
		return fmt.Errorf("%s has no host", quote(s))
	case u.User != nil:
		return fmt.Errorf("%s must not hold a user", quote(u.Redacted()))
	case strings.Contains(s, "#"):
		return fmt.Errorf("%s must not hold a fragment, which is never sent", quote(s))
	}
	a, err := netip.ParseAddr(u.Hostname())
	if a = a.Unmap(); err == nil && u.Scheme == "http" && !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() {
		return fmt.Errorf("%s: over http, anybody on the way can give keys of their own; use https", quote(s))
	}
	return nil
}
