package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// PoolOptions configures a [Pool]. The zero value is ready.
type PoolOptions struct {
	// Resolver resolves names; nil means the system's.
	Resolver *net.Resolver
	// RootCAs verify servers; nil means the system's.
	RootCAs *x509.CertPool
	// RoundTrip stands in for the network: everything that a Client does holds,
	// but for addresses, which nobody dials. Its errors may be a [hostabi.Code].
	// nil is the network.
	RoundTrip http.RoundTripper
}

// Pool holds the connections of all plugins. It is safe for concurrent use.
type Pool struct {
	o PoolOptions

	mu         sync.Mutex            // guards what follows
	transports map[string]*transport // by guard

	running sync.WaitGroup // requests under way
}

// transport is the connections that one guard allowed.
type transport struct {
	*http.Transport
	double  http.RoundTripper // PoolOptions.RoundTrip
	clients int               // guarded by Pool.mu
}

func (t *transport) RoundTrip(q *http.Request) (*http.Response, error) {
	if t.double != nil {
		return t.double.RoundTrip(q)
	}
	return t.Transport.RoundTrip(q)
}

const (
	// dialTimeout bounds one connection; the request's own time is the usual
	// bound.
	dialTimeout = 10 * time.Second
	// idleTimeout is shorter than that of most servers and balancers.
	idleTimeout = 55 * time.Second
	// maxIdle and maxIdlePerHost bound connections that nobody uses.
	maxIdle, maxIdlePerHost = 256, 32
	// maxWireHead bounds the bytes of an answer's head: MaxHTTPHead, framing,
	// and the syntax around names and values.
	maxWireHead = hostabi.MaxHTTPHead + 8*hostabi.MaxHTTPFields
	// streamWindow is what a peer may send on HTTP/2 ahead of its reader.
	streamWindow = 256 << 10
	// pingAfter is how long an HTTP/2 connection may be silent.
	pingAfter = 15 * time.Second
)

// NewPool returns a pool without connections. Close it after its clients.
func NewPool(o PoolOptions) *Pool { return &Pool{o: o, transports: map[string]*transport{}} }

// Close waits for requests under way, which have ended with their calls, and
// closes all connections.
func (p *Pool) Close() {
	p.running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.transports {
		t.CloseIdleConnections()
	}
}

// acquire gives out the connections of a guard.
func (p *Pool) acquire(g guard) *transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.transports[g.key()]
	if t == nil {
		t = &transport{Transport: p.newTransport(g), double: p.o.RoundTrip}
		p.transports[g.key()] = t
	}
	t.clients++
	return t
}

func (p *Pool) release(g guard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.transports[g.key()]
	if t.clients--; t.clients == 0 {
		delete(p.transports, g.key())
		t.CloseIdleConnections()
	}
}

// newTransport has no proxy: the environment's would be asked for names that the
// guard has to see resolved. It has no bound on connections to one host either:
// the plugins that share them would wait for each other.
func (p *Pool) newTransport(g guard) *http.Transport {
	d := dialer{
		Dialer: net.Dialer{Timeout: dialTimeout, Resolver: p.o.Resolver, Control: g.control},
		tls:    &tls.Config{RootCAs: p.o.RootCAs, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
	}
	return &http.Transport{
		DialContext:            d.dial,
		DialTLSContext:         d.dialTLS,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxWireHead,
		HTTP2:                  &http.HTTP2Config{MaxReceiveBufferPerStream: streamWindow, SendPingTimeout: pingAfter},
	}
}

// refused reports an address that may not be dialled.
type refused struct{ address, why string }

func (r *refused) Error() string { return fmt.Sprintf("address %s is %s", r.address, r.why) }

// control runs between the resolving of a name and the connecting of a socket,
// for each address that is tried.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if why := g.refuses(a.Addr()); why != "" {
		return &refused{a.Addr().String(), why}
	}
	return nil
}

// dialer connects for one request. net/http lets a dial go on when its request
// has ended, for the next one; a host that takes connections and then says
// nothing would collect them.
type dialer struct {
	net.Dialer
	tls *tls.Config
}

// requestKey is the key of a request's own context.
type requestKey struct{}

// forRequest is a context for requests whose dials end with them.
func forRequest(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestKey{}, ctx)
}

// bound ends ctx with the request that it carries.
func bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	request, ok := ctx.Value(requestKey{}).(context.Context)
	if !ok {
		return ctx, cancel
	}
	stop := context.AfterFunc(request, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

func (d dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	raw, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		raw.Close()
		return nil, err
	}
	config := d.tls.Clone()
	config.ServerName = host
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}
