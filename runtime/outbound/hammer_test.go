package outbound

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/internal/hostile"
)

// Clients come and go, requests are let go of at any moment, by their deadline, by
// Close, or both. What is left is nothing.
func TestClientsComeAndGo_hammer(t *testing.T) {
	s := hostile.Start(t, "127.0.0.1:0", "http://127.0.0.1:1/")
	base := "http://" + s.Address
	p := newPool(t, PoolOptions{})
	paths := []string{"/ok", "/closes", "/never-answers", "/endless-body", "/resets", "/redirects"}
	stats := &Stats{}
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 40 {
				grants := []netip.Prefix{loopback}
				if rand.IntN(2) == 0 {
					grants = append(grants, netip.MustParsePrefix("10.0.0.0/8"))
				}
				c, err := p.NewClient(Options{Hosts: []Host{hostOf(t, base)}, Addresses: grants, Timeout: 20 * time.Millisecond, Redirects: 1, Stats: stats})
				if err != nil {
					t.Error(err)
					return
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(30))*time.Millisecond)
				r := get(t, base+paths[rand.IntN(len(paths))])
				r.Redirects = true
				x, err := c.Start(ctx, r)
				if err == nil && rand.IntN(2) == 0 {
					<-x.Done()
					if _, _, err := x.Response(); err == nil {
						_, _ = x.Read(make([]byte, 100))
					}
				}
				if err == nil {
					x.Close()
					x.Close()
				}
				cancel()
				c.Close()
			}
		})
	}
	workers.Wait()
	p.running.Wait()
	p.mu.Lock()
	left := len(p.transports)
	p.mu.Unlock()
	total := uint64(0)
	stats.Requests(func(_ string, n uint64) { total += n })
	if left > 0 || stats.Open() != 0 || total != 8*40 {
		t.Errorf("%d transports and %d requests are left, %d were counted", left, stats.Open(), total)
	}
}
