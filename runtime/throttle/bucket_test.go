package throttle

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// step waits, then takes.
type step struct {
	after time.Duration
	n     int
	want  taken
}

var bucketCases = []struct {
	name  string
	rate  float64
	burst int
	steps []step
}{
	{"a full bucket gives its burst and no more", 10, 3, []step{
		{0, 1, yes}, {0, 2, yes}, {0, 1, after(100 * time.Millisecond)}}},
	{"what is refused takes nothing", 10, 3, []step{
		{0, 2, yes}, {0, 2, after(100 * time.Millisecond)}, {0, 1, yes}}},
	{"who waits as told finds the tokens", 10, 3, []step{
		{0, 3, yes}, {0, 2, after(200 * time.Millisecond)}, {200 * time.Millisecond, 2, yes}}},
	{"a nanosecond earlier they are not there", 10, 3, []step{
		{0, 3, yes}, {200*time.Millisecond - 1, 2, after(1)}}},
	{"it does not hold more than its burst", 10, 3, []step{
		{time.Hour, 3, yes}, {0, 1, after(100 * time.Millisecond)}}},
	{"a third of a second is rounded up once", 3, 1, []step{
		{0, 1, yes}, {0, 1, after(333333334)}, {333333334, 1, yes}}},
	{"a burst at a rate without a whole interval is whole", 3, 10, []step{
		{0, 9, yes}, {0, 1, yes}, {0, 1, after(333333334)}}},
	{"more than the burst never comes", 10, 3, []step{{0, 4, after(Never)}, {0, 3, yes}}},
	{"a negative number never comes", 10, 3, []step{{0, -1, after(Never)}, {0, 3, yes}}},
	{"nothing is always there", 10, 1, []step{{0, 1, yes}, {0, 0, yes}}},
	{"a burst of none refuses", 10, 0, []step{{0, 1, after(Never)}, {time.Hour, 1, after(Never)}}},
}

func TestTake(t *testing.T) {
	kinds := map[string]func(Limit) func(int) (time.Duration, bool){
		"bucket": func(l Limit) func(int) (time.Duration, bool) { return NewBucket(l).Take },
		"table": func(l Limit) func(int) (time.Duration, bool) {
			table := NewTable(l, Options{})
			return func(n int) (time.Duration, bool) { return table.Take("key", n) }
		},
	}
	for kind, make := range kinds {
		for _, c := range bucketCases {
			t.Run(kind+": "+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					take := make(limit(t, c.rate, c.burst))
					for i, s := range c.steps {
						time.Sleep(s.after)
						if got := takes(take(s.n)); got != s.want {
							t.Fatalf("step %d: Take(%d) = %v, want %v", i, s.n, got, s.want)
						}
					}
				})
			})
		}
	}
}

func TestANewLimitHoldsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBucket(limit(t, 1, 10))
		b.Take(10)
		b.SetLimit(limit(t, 100, 10))
		if got, want := takes(b.Take(1)), after(10*time.Millisecond); got != want {
			t.Errorf("Take(1) after the rate rose = %v, want %v", got, want)
		}
		time.Sleep(100 * time.Millisecond)
		b.SetLimit(limit(t, 100, 4))
		if got := takes(b.Take(4)); got != yes {
			t.Errorf("Take(4) = %v, want %v", got, yes)
		}
		if got, want := takes(b.Take(1)), after(10*time.Millisecond); got != want {
			t.Errorf("Take(1) after the burst fell = %v, want %v", got, want)
		}
	})
}

// hammer takes from many goroutines, while the clock moves, for a second of 1 ms
// steps, and returns how many tokens were given.
func hammer(take func(n int) (time.Duration, bool)) int64 {
	var given atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 1000 {
				for n := range 8 {
					if _, ok := take(1 + (n+i)%3); ok {
						given.Add(int64(1 + (n+i)%3))
					}
				}
				for { // what single tokens are left
					if _, ok := take(1); !ok {
						break
					}
					given.Add(1)
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	wg.Wait()
	return given.Load()
}

// At 5,000 a second with a burst of 100 the instants 0 to 999 ms give exactly
// 100 + 999 * 5.
func TestTake_hammer(t *testing.T) {
	const want = 100 + 999*5
	t.Run("one bucket gives exactly its limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if got := hammer(NewBucket(limit(t, 5000, 100)).Take); got != want {
				t.Errorf("%d tokens, want %d", got, want)
			}
		})
	})
	t.Run("a key gives exactly its limit while others come and are forgotten", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			table := NewTable(limit(t, 5000, 100), Options{MaxKeys: 1 << 12})
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for i := range 1000 {
						for j := range 4 {
							table.Take(string([]byte{byte(i), byte(i >> 8), byte(j)}), 1)
						}
						table.Forget()
						time.Sleep(time.Millisecond)
					}
				})
			}
			got := hammer(func(n int) (time.Duration, bool) { return table.Take("the key", n) })
			wg.Wait()
			if got != want {
				t.Errorf("%d tokens, want %d", got, want)
			}
		})
	})
}
