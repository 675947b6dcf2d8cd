package runtime

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/upstream"
)

// clientKey is everything that makes one client different from another. Two
// integrations with equal keys share connections, also across snapshots.
type clientKey struct {
	std         bool
	insecure    bool
	serverName  string
	idle        int
	idleTimeout time.Duration
	connect     time.Duration
	ca          string // the certificates themselves: a changed file is a new client
}

// clientPool holds the HTTP clients of all snapshots that still serve.
type clientPool struct {
	mu sync.Mutex
	m  map[clientKey]*client // guarded by mu
}

type client struct {
	upstream.Client
	refs int // guarded by the pool's mu
}

// clients are the references of one snapshot.
type clients struct {
	pool *clientPool
	held map[clientKey]*client
	base clientKey
}

// newClients reads what all clients of a configuration have in common.
func newClients(pool *clientPool, u config.Upstream, caFile string) (*clients, error) {
	c := &clients{pool: pool, held: map[clientKey]*client{}}
	c.base = clientKey{idle: u.IdleConnections, idleTimeout: u.IdleTimeout, connect: u.ConnectTimeout}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: holds no certificate in PEM", caFile)
		}
		c.base.ca = string(pem)
	}
	return c, nil
}

// roots are the authorities of the system and those of the configuration; nil
// stands for the system's alone.
func (c *clients) roots() *x509.CertPool {
	if c.base.ca == "" {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without any
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM([]byte(c.base.ca))
	return pool
}

// get returns the client for one integration and holds it until release.
func (c *clients) get(std, insecure bool, serverName string) upstream.Client {
	k := c.base
	k.std, k.insecure, k.serverName = std, insecure, serverName
	if held, ok := c.held[k]; ok {
		return held
	}
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	shared, ok := c.pool.m[k]
	if !ok {
		shared = &client{Client: k.open()}
		if c.pool.m == nil {
			c.pool.m = map[clientKey]*client{}
		}
		c.pool.m[k] = shared
	}
	shared.refs++
	c.held[k] = shared
	return shared
}

// release lets all clients go and closes those that nobody else holds.
func (c *clients) release() {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	for k, held := range c.held {
		if held.refs--; held.refs == 0 {
			delete(c.pool.m, k)
			_ = held.Close()
		}
	}
	c.held = nil
}

func (k clientKey) open() upstream.Client {
	o := upstream.Options{IdlePerHost: k.idle, IdleTimeout: k.idleTimeout, DialTimeout: k.connect}
	if k.idle == 0 {
		o.IdlePerHost = -1
	}
	if !k.std {
		return upstream.NewLean(o)
	}
	o.TLS = &tls.Config{InsecureSkipVerify: k.insecure, ServerName: k.serverName, MinVersion: tls.VersionTLS12}
	if k.ca != "" {
		o.TLS.RootCAs = x509.NewCertPool()
		o.TLS.RootCAs.AppendCertsFromPEM([]byte(k.ca))
	}
	return upstream.NewStd(o)
}
