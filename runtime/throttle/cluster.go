package throttle

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/runtime/store/bucket"
)

// Policy says what a shared bucket gives while the lessor cannot be reached.
type Policy uint8

const (
	// PolicyShare, the default, gives every gateway the limit divided by the
	// number of gateways last known.
	PolicyShare Policy = iota
	// PolicyClosed gives what was leased, then nothing.
	PolicyClosed
	// PolicyOpen gives everything.
	PolicyOpen
)

const (
	// leaseTimeout bounds how long a take waits for the store that does not
	// answer before the policy decides. It is far above a round trip in one
	// network and below what a client notices as a failure.
	leaseTimeout = 300 * time.Millisecond

	// heartbeat is how often a gateway says that it is alive, one that lost the
	// store tries again every retry.
	heartbeat = time.Second
	retry     = 200 * time.Millisecond
)

// Cluster is what the shared buckets of one gateway have in common: the lessor,
// whether it can be reached, and how many gateways there are.
type Cluster struct {
	lessor bucket.Lessor
	policy Policy
	log    *slog.Logger

	up       atomic.Bool
	gateways atomic.Int64
	failed   chan struct{}

	ctx    context.Context // of what the cluster itself does; ended by Close
	cancel context.CancelFunc

	mu     sync.Mutex // guards closed, and the adding to wg against Close
	closed bool
	wg     sync.WaitGroup
}

// NewCluster returns a cluster that uses the lessor until Close. It waits 0.3 s
// at most for a first answer; until that comes, the policy holds with the share
// of a single gateway.
func NewCluster(lessor bucket.Lessor, policy Policy, log *slog.Logger) *Cluster {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &Cluster{lessor: lessor, policy: policy, log: log, failed: make(chan struct{}, 1)}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.gateways.Store(1)
	c.up.Store(true)
	c.beat()
	c.wg.Go(c.run)
	return c
}

// Up reports whether the lessor answered last.
func (c *Cluster) Up() bool { return c.up.Load() }

// Gateways is the number of gateways last known.
func (c *Cluster) Gateways() int { return int(c.gateways.Load()) }

// Close ends the cluster. Its buckets then follow the policy. What is leased is
// not given back; it would have expired within two seconds.
func (c *Cluster) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.up.Store(false)
	c.cancel()
	c.wg.Wait()
}

func (c *Cluster) run() {
	t := time.NewTimer(heartbeat)
	defer t.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.failed:
		case <-t.C:
			c.beat()
		}
		if c.up.Load() {
			t.Reset(heartbeat)
		} else {
			t.Reset(retry)
		}
	}
}

// beat tells the store of this gateway and learns how many there are.
func (c *Cluster) beat() {
	ctx, cancel := context.WithTimeout(c.ctx, leaseTimeout)
	defer cancel()
	n, err := c.lessor.Gateways(ctx)
	if err != nil {
		c.fail(err)
		return
	}
	c.gateways.Store(int64(max(n, 1)))
	if c.ctx.Err() == nil && !c.up.Swap(true) {
		c.log.Info("the store of shared throttles answers again", "gateways", n)
	}
}

// fail puts the policy in force until a beat succeeds.
func (c *Cluster) fail(err error) {
	if c.ctx.Err() != nil || !c.up.Swap(false) {
		return
	}
	c.log.Error("the store of shared throttles cannot be reached; the policy holds until it can",
		"policy", c.policy.String(), "gateways", c.Gateways(), "error", err)
	select {
	case c.failed <- struct{}{}:
	default:
	}
}

// start runs f on a goroutine that Close waits for.
func (c *Cluster) start(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.wg.Go(f)
	}
	return !c.closed
}

func (p Policy) String() string {
	switch p {
	case PolicyClosed:
		return "closed"
	case PolicyOpen:
		return "open"
	}
	return "share"
}
