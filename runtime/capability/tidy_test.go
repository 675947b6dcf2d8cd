package capability

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

func TestBucketsThatHaveFilledUpGiveTheirMemoryBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewState(Stores{})
		defer s.Close()
		g := Grants{Namespace: "n", Buckets: []Bucket{{Name: "b", Rate: 1, Burst: 2}}}
		g.Has[hostabi.CapabilityThrottle] = true
		l, err := s.Acquire("p", g)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Release()
		for i := range 100 {
			if _, err := l.Capabilities().Throttle.Take(context.Background(), "b", fmt.Sprint(i), 1); err != nil {
				t.Fatal(err)
			}
		}
		table := s.tables()[0]
		if n := table.Len(); n != 100 {
			t.Errorf("%d buckets are in memory, want 100", n)
		}
		time.Sleep(2 * tidyEvery)
		synctest.Wait()
		if n := table.Len(); n != 0 {
			t.Errorf("%d full buckets are in memory, want none", n)
		}
	})
}
