package config

import (
	"errors"
	"strings"
)

// DefaultStorePath is where a gateway keeps what its plugins put into kv.
const DefaultStorePath = "data"

// The policies of buckets whose gateways share a Redis that cannot be reached.
const (
	PolicyShare  = "share"
	PolicyClosed = "closed"
	PolicyOpen   = "open"
)

// Store is [store].
type Store struct {
	// The data directory, made when a plugin first needs it. One gateway uses
	// it at a time.
	Path string
	// The Redis or Valkey that gateways share, instead of path: "host:port", or
	// "redis://host:port/0", "rediss:" with TLS.
	Redis string
	// The same with user and password, "redis://user:password@host:port/0".
	RedisURL *Secret
	// What shared buckets give while Redis cannot be reached: "share" the limit
	// divided by the gateways last known, "closed" nothing, "open" everything.
	Policy string
}

var storeTable = &table[Store]{
	entries: []entry[Store]{
		field("path", filePath, func(s *Store) *string { return &s.Path }, DefaultStorePath),
		field("redis", checked(`"host:port" or "redis://host:port"`, checkRedis), func(s *Store) *string { return &s.Redis }, ""),
		field("redis_url", secret, func(s *Store) **Secret { return &s.RedisURL }, nil),
		field("policy", oneOf("policy", []string{PolicyShare, PolicyClosed, PolicyOpen}, nil), func(s *Store) *string { return &s.Policy }, PolicyShare),
	},
	later: laterKeys,
	check: func(d *decoder, s *Store) {
		shared := d.Has("store.redis") || d.Has("store.redis_url")
		switch {
		case d.Has("store.redis") && d.Has("store.redis_url"):
			d.errorf("store.redis_url", "says the same as redis; remove one of them")
		case shared && d.Has("store.path"):
			d.errorf("store.path", "is not used with Redis; remove it")
		case !shared && d.Has("store.policy"):
			d.errorf("store.policy", "is for gateways that share a Redis; remove it")
		}
	},
}

// checkRedis does not repeat the value: it may hold a password.
func checkRedis(s string) error {
	rest, isURL := s, false
	for _, scheme := range []string{"redis://", "rediss://"} {
		if after, ok := strings.CutPrefix(s, scheme); ok {
			rest, isURL = after, true
		}
	}
	if strings.Contains(rest, "@") {
		return errors.New(`a password is never written here; use redis_url = { env = "NAME" }`)
	}
	host, _, _ := strings.Cut(rest, "/")
	if host == "" || strings.Contains(host, "://") || !isURL && (strings.Contains(rest, "/") || !strings.Contains(host, ":")) {
		return errors.New(`must be "host:port", "redis://host:port/0" or "rediss://host:port/0"`)
	}
	return checkText(s)
}

// NamedSecret is an entry of [secrets] in the gateway file.
type NamedSecret struct {
	Key  string // path of the entry, for Config.At
	Name string
	*Secret
}

// namedSecrets is a table of secrets, in the order of the file.
var namedSecrets = kind[[]NamedSecret]{
	name: `a table of NAME = ` + secret.name,
	show: func([]NamedSecret) string { return nothing },
	decode: func(d *decoder, n *node) ([]NamedSecret, bool) {
		if !n.isTable() {
			d.mistyped(n, "a table of secrets by name")
			return nil, false
		}
		var list []NamedSecret
		for _, f := range n.fields {
			if err := checkSecretName(f.key); err != nil {
				d.errorf(f.path, "%w", err)
			}
			if s, ok := secret.decode(d, f); ok {
				list = append(list, NamedSecret{f.path, f.key, s})
			}
		}
		return list, true
	},
}
