package engine

import (
	"context"
	"fmt"
	goruntime "runtime"
	"sync"
	"time"
)

// PoolOptions configures a [Pool].
type PoolOptions struct {
	// Name is the plugin's, for messages.
	Name string

	// Max bounds the instances that exist at one time; 0 means
	// DefaultInstances.
	Max int

	// Warm instances are made before NewPool returns and are kept when there
	// is little to do; 0 means 1. One at least is made always, so that a
	// module that cannot start or be configured fails here.
	Warm int

	// QueueTimeout bounds the wait for an instance when Max are in use; 0
	// means DefaultQueueTimeout, a negative value no wait at all.
	QueueTimeout time.Duration

	// SoftMemory is the size of memory, in pages of 64 KiB, above which an
	// instance is not used again: memory never shrinks. 0 means the limit of
	// the module, which no instance exceeds.
	SoftMemory uint32

	// Fresh gives every Get an instance that was never called.
	Fresh bool

	// Init runs after the start functions of a new instance; an error of it
	// means that the instance is of no use. Its context has the deadline of
	// StartTimeout.
	Init func(ctx context.Context, i *Instance) error

	// StartTimeout bounds the start functions and Init together; 0 means
	// DefaultStartTimeout.
	StartTimeout time.Duration

	// Output gets each line that a guest writes to WASI's standard output and
	// error, without its end, before the call that wrote it ends. A line that is
	// longer than LineBytes comes in parts. line is valid until Output returns.
	// nil means that nobody reads.
	Output func(i *Instance, stderr bool, line []byte)

	// LineBytes is how much of a line is kept until its end is there; 0 means 4
	// KiB.
	LineBytes int

	// Hold says how many bytes at the end of a part belong to what follows: they
	// begin the next part. nil means none.
	Hold func(part []byte) int
}

// Pool keeps the instances of one module for one user. It is a stack, so that
// few instances do most of the work and stay in the caches, with a bound and
// a queue that is served in the order of arrival. It is safe for concurrent
// use.
type Pool struct {
	compiled *compiled
	options  PoolOptions

	mu      sync.Mutex // guards what follows
	idle    []*Instance
	queue   []*waiter
	closed  bool
	drained chan struct{} // closed when closed and none is live
	trim    trim
	stats   Stats
}

// waiter is one Get in the queue.
type waiter struct {
	// ready gets one instance, or nil for the right to make one. It has room
	// for it, so that Put does not wait.
	ready chan *Instance
}

// NewPool returns a pool with its first instances made. Close it when done.
func (m *Module) NewPool(o PoolOptions) (*Pool, error) {
	if o.Max <= 0 {
		o.Max = DefaultInstances
	}
	o.Warm = min(max(o.Warm, 1), o.Max)
	if o.QueueTimeout == 0 {
		o.QueueTimeout = DefaultQueueTimeout
	}
	if o.SoftMemory == 0 {
		o.SoftMemory = m.compiled.limits.MemoryPages
	}
	if o.StartTimeout <= 0 {
		o.StartTimeout = DefaultStartTimeout
	}
	p := &Pool{compiled: m.compiled, options: o, drained: make(chan struct{})}
	e := p.compiled.engine
	e.mu.Lock()
	if e.closed || m.closed.Load() {
		e.mu.Unlock()
		return nil, ErrClosed
	}
	p.compiled.refs++
	e.pools[p] = struct{}{}
	e.mu.Unlock()

	for range o.Warm {
		if err := p.warm(); err != nil {
			p.Close()
			return nil, fmt.Errorf("pool %q: %w", o.Name, err)
		}
	}
	return p, nil
}

// warm makes one instance and puts it onto the stack.
func (p *Pool) warm() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	p.stats.Live++
	p.mu.Unlock()
	i, err := p.create(context.Background())
	if err != nil {
		return err
	}
	p.giveBack(i)
	return nil
}

// TryGet returns an instance that is idle, as Get does, and nil where Get would
// have to make one or to wait, or has something to say.
func (p *Pool) TryGet() *Instance {
	p.mu.Lock()
	i := p.pop()
	p.mu.Unlock()
	if i != nil {
		i.lent.Store(true)
	}
	return i
}

// pop takes the instance off the stack that came last, nil where there is none. A
// closed pool has none. The caller holds mu.
func (p *Pool) pop() *Instance {
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	i := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	p.trim.note(n - 1)
	return i
}

// Get returns an instance, for one goroutine, until Put. It waits at most
// QueueTimeout for one, then returns ErrBusy; ctx or its deadline may end the
// wait earlier, by its cause. An instance that had to be made and could not is
// ErrStart; it has the time of StartTimeout, and until ctx's deadline.
// Get allocates only when it makes an instance or waits.
func (p *Pool) Get(ctx context.Context) (*Instance, error) {
	p.mu.Lock()
	if p.crowded() {
		p.mu.Unlock()
		goruntime.Gosched()
		p.mu.Lock()
	}
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	if i := p.pop(); i != nil {
		p.mu.Unlock()
		i.lent.Store(true)
		return i, nil
	}
	p.trim.note(0)
	if p.stats.Live < p.options.Max {
		p.stats.Live++
		p.mu.Unlock()
		return p.lend(ctx)
	}
	if p.options.QueueTimeout < 0 {
		p.stats.Busy++
		p.mu.Unlock()
		return nil, ErrBusy
	}
	w := &waiter{ready: make(chan *Instance, 1)}
	p.queue = append(p.queue, w)
	p.mu.Unlock()
	return p.wait(ctx, w)
}

// crowded reports whether all instances are lent, to as many calls as can run
// at one time. Then some of them wait for a processor that Get has, and letting
// them go first often spares an instance: Go's scheduler moves a goroutine
// aside that has run for 10 ms, in a guest whenever it calls the host, and on a
// machine with other work that is any call. The caller holds mu.
func (p *Pool) crowded() bool {
	return len(p.idle) == 0 && !p.options.Fresh && p.stats.Live >= goruntime.GOMAXPROCS(0)
}

func (p *Pool) wait(ctx context.Context, w *waiter) (*Instance, error) {
	timeout, late := p.options.QueueTimeout, ErrBusy
	if d, ok := ctx.Deadline(); ok && time.Until(d) < timeout { // which need not show in ctx.Done
		timeout, late = time.Until(d), context.DeadlineExceeded
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	var reason error
	select {
	case i, ok := <-w.ready:
		return p.receive(ctx, i, ok)
	case <-timer.C:
		reason = late
	case <-ctx.Done():
		reason = context.Cause(ctx)
	}
	p.mu.Lock()
	for n := range p.queue {
		if p.queue[n] == w {
			p.queue = append(p.queue[:n], p.queue[n+1:]...)
			if reason == ErrBusy {
				p.stats.Busy++
			}
			p.mu.Unlock()
			return nil, reason
		}
	}
	p.mu.Unlock()
	// It was served, or the pool closed, in the same moment.
	i, ok := <-w.ready
	return p.receive(ctx, i, ok)
}

// receive takes what a waiter was given.
func (p *Pool) receive(ctx context.Context, i *Instance, ok bool) (*Instance, error) {
	if !ok {
		return nil, ErrClosed
	}
	if i != nil {
		i.lent.Store(true)
		return i, nil
	}
	return p.lend(ctx)
}

// lend makes an instance for a Get that counted it as live already.
func (p *Pool) lend(ctx context.Context) (*Instance, error) {
	i, err := p.create(ctx)
	if err != nil {
		return nil, err
	}
	i.lent.Store(true)
	return i, nil
}

// create makes an instance for a caller that counted it as live already.
func (p *Pool) create(ctx context.Context) (*Instance, error) {
	i, err := p.compiled.instantiate(ctx, &p.options)
	p.mu.Lock()
	if err != nil {
		p.stats.Failed++
		p.vacate()
		p.mu.Unlock()
		return nil, err
	}
	i.pool = p
	p.stats.Created++
	p.account(i)
	p.mu.Unlock()
	return i, nil
}

// Put gives an instance back. It is dropped when its last call did not return,
// when its memory grew past the soft mark, and in a fresh pool. Put panics when
// the instance is not lent by this pool: two calls at a time on one instance
// would mix two requests.
func (p *Pool) Put(i *Instance) {
	if i.pool != p || !i.lent.CompareAndSwap(true, false) {
		panic("engine: Put of an instance that this pool has not lent")
	}
	if reason := p.verdict(i); reason != keep {
		p.drop(i, reason)
		return
	}
	p.giveBack(i)
}

// verdict says why an instance is not to be used again.
func (p *Pool) verdict(i *Instance) dropReason {
	switch {
	case p.options.Fresh && i.broken == ErrExit:
		return dropFresh // a program that has ended
	case i.broken != nil:
		return reasonOf(i.broken)
	case i.MemoryPages() > p.options.SoftMemory:
		return dropGrown
	case p.options.Fresh:
		return dropFresh
	}
	return keep
}

func (p *Pool) giveBack(i *Instance) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.drop(i, dropClosed)
		return
	}
	p.account(i)
	if w := p.next(); w != nil {
		w.ready <- i
		p.mu.Unlock()
		return
	}
	p.idle = append(p.idle, i)
	surplus := p.shrink()
	p.mu.Unlock()
	for _, i := range surplus {
		p.drop(i, dropIdle)
	}
}

// drop closes an instance that is not on the stack.
func (p *Pool) drop(i *Instance, reason dropReason) {
	i.close()
	p.mu.Lock()
	p.stats.Dropped[reason]++
	p.stats.MemoryBytes -= i.accounted
	p.vacate()
	p.mu.Unlock()
}

// vacate gives the place of an instance that is gone to who waits for one.
// The caller holds mu.
func (p *Pool) vacate() {
	if !p.closed {
		if w := p.next(); w != nil {
			w.ready <- nil
			return
		}
	}
	p.stats.Live--
	if p.closed && p.stats.Live == 0 {
		close(p.drained)
	}
}

// next takes the first waiter off the queue. The caller holds mu.
func (p *Pool) next() *waiter {
	if len(p.queue) == 0 {
		return nil
	}
	w := p.queue[0]
	p.queue[0] = nil
	p.queue = p.queue[1:]
	return w
}

// Close refuses every further Get, closes the idle instances, and returns when
// those that are lent were put back and closed too. It may be called again,
// and by several; all return when the pool is empty.
func (p *Pool) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		<-p.drained
		return
	}
	p.closed = true
	idle := p.idle
	p.idle = nil
	for w := p.next(); w != nil; w = p.next() {
		close(w.ready)
	}
	if p.stats.Live == 0 {
		close(p.drained)
	}
	p.mu.Unlock()
	for _, i := range idle {
		p.drop(i, dropClosed)
	}
	<-p.drained
	e := p.compiled.engine
	e.mu.Lock()
	delete(e.pools, p)
	e.mu.Unlock()
	p.compiled.release()
}
