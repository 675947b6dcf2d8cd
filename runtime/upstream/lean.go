package upstream

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Lean is a client for plain HTTP/1.1. A request without a body costs no
// goroutine and a handful of allocations; one with a body that does not go out
// with its head costs one goroutine while it is sent.
//
// The end of a request's context is noticed within 50 ms, and at once when
// the request has been waiting for longer than that.
//
// It answers https with ErrInvalid, does not go through proxies, follows
// nothing and keeps no connection to an HTTP/1.0 server.
type Lean struct {
	opts Options

	hosts  atomic.Pointer[map[string]*host] // replaced as a whole, under mu
	closed atomic.Bool

	swept    atomic.Bool // sweeper is set to run; written under mu
	sweeping sync.WaitGroup

	mu      sync.Mutex // may be held while a host's is taken, not the reverse
	sweeper *time.Timer
}

var _ Client = (*Lean)(nil)

// NewLean returns a client without connections.
func NewLean(o Options) *Lean {
	l := &Lean{opts: o.withDefaults()}
	l.hosts.Store(new(map[string]*host))
	return l
}

// Do implements [Client].
func (l *Lean) Do(ctx context.Context, r *Request, resp *Response) error {
	resp.reset()
	if l.closed.Load() {
		return &Error{r.Target.Addr, ErrClosed, nil}
	}
	err := r.check()
	if err == nil && r.Target.Scheme != "http" {
		if err = errScheme; r.Target.Scheme == "https" {
			err = errTLS
		}
	}
	if err != nil {
		return &Error{r.Target.Addr, ErrInvalid, err}
	}
	if err := ctx.Err(); err != nil {
		return &Error{r.Target.Addr, ofContext(err), err}
	}
	now := time.Now()
	limit := headLimit(ctx, r, now)
	for reuse := true; ; {
		k := resp.newCall()
		k.l, k.r, k.addr, k.ctx, k.limit = l, r, r.Target.Addr, ctx, limit
		if err := k.connect(reuse, now); err != nil {
			return err
		}
		err := k.run(resp)
		switch {
		case err == nil:
			return nil
		case err == errStale: // the next one may be good
		case !reuse || !k.again(err):
			resp.reset()
			return err
		default:
			reuse = false
			resp.reset()
		}
		now = time.Now()
	}
}

// headLimit is when the head must be there.
func headLimit(ctx context.Context, r *Request, now time.Time) time.Time {
	d := r.HeadTimeout
	if d <= 0 {
		d = DefaultHeadTimeout
	}
	limit := now.Add(d)
	if t, ok := ctx.Deadline(); ok && t.Before(limit) {
		return t
	}
	return limit
}

// connect gives k a connection: an idle one, if it may use one, or a new one.
// Whether a direct one is still good shows when it is asked.
func (k *call) connect(reuse bool, now time.Time) error {
	h := k.l.host(k.addr)
	for reuse {
		c := h.pop()
		if c == nil {
			break
		}
		k.c = c
		if now.Sub(c.idle) < k.l.opts.IdleTimeout && k.armBoth(now) == nil && (c.direct || c.quiet()) {
			return nil
		}
		c.nc.Close()
	}
	k.c = nil
	ctx, cancel := context.WithDeadline(k.ctx, earlier(k.limit, now.Add(k.l.opts.DialTimeout)))
	defer cancel()
	nc, err := k.l.opts.Dial(ctx, "tcp", k.addr)
	if err != nil {
		switch now := time.Now(); {
		case k.ctx.Err() != nil:
			return &Error{k.addr, ofContext(k.ctx.Err()), err}
		case !now.Before(k.limit):
			return &Error{k.addr, ErrTimeout, err}
		}
		return &Error{k.addr, ErrRefused, err}
	}
	k.c = newConn(nc, h)
	if err := k.armBoth(time.Now()); err != nil {
		nc.Close()
		return &Error{k.addr, ErrReset, err}
	}
	return nil
}

// host returns the entry for addr. The table is read without a lock: it
// changes only when an address is new or has been idle for long.
func (l *Lean) host(addr string) *host {
	if h, ok := (*l.hosts.Load())[addr]; ok {
		return h
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	old := *l.hosts.Load()
	if h, ok := old[addr]; ok {
		return h
	}
	hosts := make(map[string]*host, len(old)+1)
	for a, h := range old {
		hosts[a] = h
	}
	h := &host{addr: addr}
	hosts[addr] = h
	l.hosts.Store(&hosts)
	return h
}

// put keeps a connection for the next request, or closes it.
func (l *Lean) put(c *conn) {
	c.used, c.idle = true, time.Now()
	kept, gone := c.host.push(c, l.opts.IdlePerHost)
	for gone {
		c.host = l.host(c.host.addr)
		kept, gone = c.host.push(c, l.opts.IdlePerHost)
	}
	if !kept {
		c.nc.Close()
		return
	}
	if l.closed.Load() { // closed since: Close may have missed this one
		l.CloseIdle()
		return
	}
	l.startSweeper()
}

// earlier returns the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
