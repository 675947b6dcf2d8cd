package config

import (
	"fmt"
	"strings"
	"time"
)

// The values of an authorizer's type and of payload_format.
const (
	AuthorizerToken   = "token"
	AuthorizerRequest = "request"

	Payload1 = "1.0"
	Payload2 = "2.0"
)

// Defaults of authorizers; see API Gateway's Developer Guide, "Configure a
// Lambda authorizer".
const (
	DefaultTTL = 300 * time.Second
	MaxTTL     = time.Hour
	// DefaultAuthorizerTimeout holds where neither the authorizer nor the
	// plugin's own file names a timeout.
	DefaultAuthorizerTimeout = 10 * time.Second
	// DefaultTokenSource is where a token authorizer finds its token.
	DefaultTokenSource = "method.request.header.Authorization"
)

// Authorizer is [apis.NAME.authorizers.NAME].
type Authorizer struct {
	Key  string // path of the table, for Config.At
	Name string
	// "token" gets one header, "request" the request without its body. HTTP
	// APIs know only "request".
	Type string
	// The plugin that decides.
	Plugin string
	// Where the identity is: method.request.header.X, method.request.querystring.X,
	// stageVariables.X, context.X, or the same as $request.header.X and so on.
	// The values are the key of the cache. Without them a token authorizer
	// takes the header Authorization and a request authorizer caches nothing.
	IdentitySource []string
	// What the whole token must match, else 401 without a call; type "token"
	// only.
	Validation string
	// How long a decision is cached, up to "1h"; "0s" caches none.
	TTL time.Duration
	// The event: "1.0", answered by an IAM policy, or "2.0"; HTTP APIs only.
	PayloadFormat string
	// How long the plugin may take.
	Timeout time.Duration // 0 leaves it to the plugin's own file
}

var authorizerTable = &table[Authorizer]{
	key: func(a *Authorizer) *string { return &a.Key },
	entries: []entry[Authorizer]{
		required("type", oneOf("authorizer type", []string{AuthorizerToken, AuthorizerRequest}, laterAuthorizers), func(a *Authorizer) *string { return &a.Type }),
		required("plugin", pluginName, func(a *Authorizer) *string { return &a.Plugin }),
		derived("identity_source", list(checked("an identity source", checkIdentitySource)),
			func(a *Authorizer) *[]string { return &a.IdentitySource }, `["`+DefaultTokenSource+`"] for type "token"`),
		field("validation", regular, func(a *Authorizer) *string { return &a.Validation }, ""),
		derived("ttl", duration(0, MaxTTL), func(a *Authorizer) *time.Duration { return &a.TTL }, `"5m", "0s" without an identity source`),
		derived("payload_format", oneOf("payload format", []string{Payload1, Payload2}, nil),
			func(a *Authorizer) *string { return &a.PayloadFormat }, `"2.0" for HTTP APIs, "1.0" for REST APIs`),
		derived("timeout", deadline, func(a *Authorizer) *time.Duration { return &a.Timeout }, `the plugin's, else "10s"`),
	},
	later: laterKeys,
	check: checkAuthorizer,
}

// deadline bounds calls and exchanges; see [MinTimeout] and [MaxTimeout].
var deadline = duration(MinTimeout, MaxTimeout)

// checkAuthorizer holds the rules between the keys of an authorizer.
func checkAuthorizer(d *decoder, a *Authorizer) {
	sources := Join(a.Key, "identity_source")
	if a.Type == AuthorizerToken && !d.failed[sources] {
		switch {
		case !d.Has(sources):
			a.IdentitySource = []string{DefaultTokenSource}
		case len(a.IdentitySource) != 1:
			d.errorf(sources, "a token authorizer has exactly one, got %d", len(a.IdentitySource))
		case !strings.Contains(a.IdentitySource[0], "request.header."):
			d.errorf(sources, `a token authorizer takes a header, such as %q, got %q`, DefaultTokenSource, a.IdentitySource[0])
		}
	}
	if v := Join(a.Key, "validation"); a.Type == AuthorizerRequest && d.ok(v) {
		d.errorf(v, `is not used by type "request"; let the plugin refuse`)
	}
	ttl := Join(a.Key, "ttl")
	switch {
	case d.Has(ttl):
		if a.TTL > 0 && len(a.IdentitySource) == 0 && d.ok(ttl) && !d.failed[sources] {
			d.errorf(ttl, `caching needs an identity_source as key; add one or set "0s"`)
		}
	case len(a.IdentitySource) > 0:
		a.TTL = DefaultTTL
	}
}

// identityForms are the beginnings of an identity source, in the writing of REST
// APIs and in that of HTTP APIs. Both are understood everywhere.
var identityForms = []string{
	"method.request.header.", "method.request.querystring.", "stageVariables.", "context.",
	"$request.header.", "$request.querystring.", "$stageVariables.", "$context.",
}

func checkIdentitySource(s string) error {
	for _, form := range identityForms {
		name, ok := strings.CutPrefix(s, form)
		if !ok {
			continue
		}
		if name == "" || strings.ContainsAny(name, " \t,'\"{}") || checkText(name) != nil ||
			strings.HasSuffix(form, "header.") && !isToken(name) {
			return fmt.Errorf("%s: %q is not a name", quote(s), name)
		}
		return nil
	}
	if strings.Contains(s, "request.path.") {
		return fmt.Errorf("%s: path parameters cannot identify a caller", quote(s))
	}
	return fmt.Errorf("%s is not an identity source such as %q or %q", quote(s), identityForms[0]+"Authorization", "$request.header.Authorization")
}
