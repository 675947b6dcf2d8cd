package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// subject is a store under the suite.
type subject struct {
	store  Store
	reopen func() Store
	// pass lets an expiry of ttl pass, and soon is a ttl for it.
	pass func()
	soon time.Duration
}

// each runs f for every kind of store.
func each(t *testing.T, f func(t *testing.T, s *subject)) {
	t.Run("embedded", func(t *testing.T) {
		dir, c := t.TempDir(), newClock()
		s := &subject{soon: time.Minute, pass: func() { c.pass(time.Minute) }}
		e := openEmbedded(t, dir, Options{Now: c.Now})
		s.store = e
		s.reopen = func() Store {
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			e = openEmbedded(t, dir, Options{Now: c.Now})
			return e
		}
		f(t, s)
	})
	t.Run("redis", func(t *testing.T) {
		server := serve(t)
		r := server.open(Options{})
		// Long enough for the steps before the pass on a busy machine.
		s := &subject{store: r, soon: 700 * time.Millisecond, pass: func() { time.Sleep(710 * time.Millisecond) }}
		s.reopen = func() Store {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = server.open(Options{})
			return r
		}
		f(t, s)
	})
}

// do runs one step of a script and says what came of it.
func (s *subject) do(kv hostabi.KV, step string) string {
	ctx := context.Background()
	f := strings.Fields(step)
	for i := range f {
		f[i] = strings.ReplaceAll(f[i], "''", "")
	}
	result := func(err error, format string, args ...any) string {
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf(format, args...)
	}
	ttl := time.Duration(0)
	if f[len(f)-1] == "soon" {
		ttl = s.soon
	}
	switch f[0] {
	case "pass":
		s.pass()
		return "ok"
	case "get":
		v, ok, err := kv.Get(ctx, f[1])
		if err == nil && !ok {
			return "none"
		}
		return result(err, "%q", v)
	case "put":
		return result(kv.Put(ctx, f[1], []byte(f[2]), ttl), "ok")
	case "delete":
		was, err := kv.Delete(ctx, f[1])
		return result(err, "%v", was)
	case "increment":
		d, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			return err.Error()
		}
		n, err := kv.Increment(ctx, f[1], d)
		return result(err, "%d", n)
	case "create":
		return result(kv.CompareAndSet(ctx, f[1], nil, []byte(f[2]), ttl), "ok")
	case "swap":
		return result(kv.CompareAndSet(ctx, f[1], []byte(f[2]), []byte(f[3]), ttl), "ok")
	case "list":
		limit, err := strconv.Atoi(f[3])
		if err != nil {
			return err.Error()
		}
		keys, err := kv.List(ctx, f[1], f[2], limit)
		return result(err, "%q", keys)
	}
	return "no such step"
}

var kvCases = []struct {
	name  string
	quota int64
	steps string // "step = result"; '' is the empty text
}{
	{"what was put is there, also if it is empty", 0, `
		get a = none
		put a 1 = ok
		get a = "1"
		put a '' = ok
		get a = ""
		put a 22 = ok
		get a = "22"`},
	{"what was deleted is gone", 0, `
		delete a = false
		put a 1 = ok
		delete a = true
		delete a = false
		get a = none`},
	{"a number is counted from nothing", 0, `
		increment a 5 = 5
		increment a -7 = -2
		get a = "-2"
		put a 9007199254740993 = ok
		increment a 2 = 9007199254740995`},
	{"what is no decimal text is not counted", 0, `
		put a x = ok
		increment a 1 = EINVAL
		put a 007 = ok
		increment a 1 = EINVAL
		put a +1 = ok
		increment a 1 = EINVAL
		put a '' = ok
		increment a 1 = EINVAL
		get a = ""`},
	{"a number does not leave its 64 bits", 0, `
		put a 9223372036854775806 = ok
		increment a 1 = 9223372036854775807
		increment a 1 = EINVAL
		get a = "9223372036854775807"
		put a -9223372036854775808 = ok
		increment a -1 = EINVAL
		increment a 0 = -9223372036854775808`},
	{"one of two who create wins", 0, `
		create a 1 = ok
		create a 2 = EEXIST
		get a = "1"`},
	{"who saw an old value does not overwrite the new one", 0, `
		swap a 1 2 = EEXIST
		put a 1 = ok
		swap a 1 2 = ok
		swap a 1 3 = EEXIST
		get a = "2"
		put a '' = ok
		create a 1 = EEXIST
		swap a '' 1 = ok`},
	{"keys are listed in order, by prefix, page by page", 0, `
		put b/2 x = ok
		put a x = ok
		put b/10 x = ok
		put b/1 x = ok
		put c x = ok
		list '' '' 9 = ["a" "b/1" "b/10" "b/2" "c"]
		list b/ '' 9 = ["b/1" "b/10" "b/2"]
		list b/ '' 2 = ["b/1" "b/10"]
		list b/ b/10 2 = ["b/2"]
		list b/ a 9 = ["b/1" "b/10" "b/2"]
		list b/ b/ 9 = ["b/1" "b/10" "b/2"]
		list b/ z 9 = []
		list x '' 9 = []
		list '' '' 0 = EINVAL
		list '' '' -1 = EINVAL`},
	{"what has expired is gone from everything", 0, `
		put a 1 soon = ok
		put b 1 = ok
		get a = "1"
		pass
		get a = none
		list '' '' 9 = ["b"]
		delete a = false
		create a 2 = ok
		get a = "2"`},
	{"what has expired counts from nothing and is nothing to compare with", 0, `
		put a 5 soon = ok
		put b 5 soon = ok
		pass
		swap b 5 6 = EEXIST
		increment a 1 = 1
		pass
		get a = "1"`},
	{"an increment keeps the time to live, a put without one ends it", 0, `
		put a 1 soon = ok
		put b 1 soon = ok
		increment a 1 = 2
		put b 2 = ok
		pass
		get a = none
		get b = "2"`},
	{"a quota counts keys, values and 64 bytes for each entry", 200, `
		put aaaa 123456789012345678901234567890 = ok
		put bbbb 12345678901234567890123456789012345 = E2BIG
		put bbbb 1234567890123456789012345678901234 = ok
		put cccc '' = E2BIG
		increment cccc 1 = E2BIG
		get cccc = none
		create cccc 1 = E2BIG
		put bbbb 1 = ok
		list '' '' 9 = ["aaaa" "bbbb"]
		delete aaaa = true
		put cccc 1 = ok`},
	{"what has expired gives its room back", 150, `
		put a 1 soon = ok
		put b 1 soon = ok
		put c 1 = E2BIG
		pass
		put c 1 = ok
		put d 1 = ok
		put e 1 = E2BIG`},
	{"a negative quota is none", -1, `
		put a 1 = ok`},
	{"a key has a byte at least", 0, `
		get '' = EINVAL
		put '' 1 = EINVAL
		delete '' = EINVAL
		increment '' 1 = EINVAL
		create '' 1 = EINVAL`},
}

func TestNamespaces(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		for _, c := range kvCases {
			t.Run(c.name, func(t *testing.T) {
				kv := s.store.Namespace(c.name, c.quota)
				var got, want []string
				for _, line := range strings.Split(strings.TrimSpace(c.steps), "\n") {
					step, result, ok := strings.Cut(strings.TrimSpace(line), " = ")
					if !ok {
						result = "ok"
					}
					want = append(want, step+" = "+result)
					got = append(got, step+" = "+s.do(kv, step))
				}
				if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
					t.Errorf("got\n%s\nwant\n%s", g, w)
				}
			})
		}
	})
}

func TestSizesOfKeysAndValues(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		kv := s.store.Namespace("sizes", 0)
		ctx := t.Context()
		bytes := make([]byte, hostabi.MaxValue+1)
		for i := range bytes {
			bytes[i] = byte(i * 7)
		}
		long := strings.Repeat("\xff", hostabi.MaxKey)
		for _, c := range []struct {
			name string
			do   func() error
			want error
		}{
			{"the longest key", func() error { return kv.Put(ctx, long, nil, 0) }, nil},
			{"a longer key", func() error { return kv.Put(ctx, long+"k", nil, 0) }, hostabi.E2BIG},
			{"a longer key to get", func() error { _, _, err := kv.Get(ctx, long+"k"); return err }, hostabi.E2BIG},
			{"a longer prefix", func() error { _, err := kv.List(ctx, long+"k", "", 1); return err }, hostabi.E2BIG},
			{"the largest value", func() error { return kv.Put(ctx, "v", bytes[:hostabi.MaxValue], 0) }, nil},
			{"a larger value", func() error { return kv.Put(ctx, "v", bytes, 0) }, hostabi.E2BIG},
			{"the longest life", func() error { return kv.Put(ctx, "ttl", nil, hostabi.MaxTTL) }, nil},
			{"a longer life", func() error { return kv.Put(ctx, "ttl", nil, hostabi.MaxTTL+1) }, hostabi.EINVAL},
			{"a negative life", func() error { return kv.Put(ctx, "ttl", nil, -1) }, hostabi.EINVAL},
		} {
			if err := c.do(); err != c.want {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		got, ok, err := kv.Get(ctx, "v")
		if string(got) != string(bytes[:hostabi.MaxValue]) || !ok || err != nil {
			t.Errorf("got %d bytes, %v, %v", len(got), ok, err)
		}
		keys, err := kv.List(ctx, "\xff", "", 9)
		if len(keys) != 1 || keys[0] != long || err != nil {
			t.Errorf("keys of 0xff: %q, %v", keys, err)
		}
	})
}

func TestAListHasAtMostAThousandKeys(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		kv := s.store.Namespace("many", 0)
		done := make(chan error)
		const n = hostabi.MaxList + 200
		for i := range n {
			go func() { done <- kv.Put(context.Background(), fmt.Sprintf("%05d", i), nil, 0) }()
		}
		for range n {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		first, err := kv.List(t.Context(), "", "", 1<<30)
		if err != nil || len(first) != hostabi.MaxList {
			t.Fatalf("%d keys, %v, want %d", len(first), err, hostabi.MaxList)
		}
		rest, err := kv.List(t.Context(), "", first[len(first)-1], 1<<30)
		if err != nil || len(rest) != 200 || rest[0] != "01000" {
			t.Errorf("%d keys after, %v, want 200", len(rest), err)
		}
	})
}

func TestNamespacesAreApart(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		names := []string{"a", "a:b", "a}", "", "{a}", "ä"}
		for _, name := range names {
			if err := s.store.Namespace(name, 0).Put(t.Context(), "k", []byte(name), 0); err != nil {
				t.Fatal(err)
			}
		}
		s.store = s.reopen()
		for _, name := range names {
			kv := s.store.Namespace(name, 0)
			if got := s.do(kv, "get k"); got != strconv.Quote(name) {
				t.Errorf("namespace %q has %s", name, got)
			}
			if got := s.do(kv, "list '' '' 9"); got != `["k"]` {
				t.Errorf("namespace %q lists %s", name, got)
			}
		}
	})
}

func TestADeadlineHoldsWithoutDone(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		kv := s.store.Namespace("late", 0)
		ctx := lateContext{t.Context()}
		if err := kv.Put(ctx, "k", nil, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Put: %v", err)
		}
		if _, _, err := kv.Get(ctx, "k"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get: %v", err)
		}
		if got := s.do(kv, "get k"); got != "none" {
			t.Errorf("after a late put: %s", got)
		}
	})
}

// lateContext has a deadline that is over and a Done that stays open.
type lateContext struct{ context.Context }

func (lateContext) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }

func TestManyIncrementAtOnce_hammer(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		kv := s.store.Namespace("hammer", 0)
		const workers, times = 16, 25
		done := make(chan error, workers)
		for range workers {
			go func() {
				for range times {
					if _, err := kv.Increment(context.Background(), "n", 1); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range workers {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		if got, want := s.do(kv, "get n"), fmt.Sprintf("%q", strconv.Itoa(workers*times)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestCounters(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		c := s.store.Counters()
		add := func(key string, delta int64, expire time.Time, want int64) {
			t.Helper()
			if got, err := c.Add(t.Context(), key, delta, expire); got != want || err != nil {
				t.Errorf("Add(%s, %d) = %d, %v, want %d", key, delta, got, err, want)
			}
		}
		get := func(key string, want int64) {
			t.Helper()
			if got, err := c.Get(t.Context(), key); got != want || err != nil {
				t.Errorf("Get(%s) = %d, %v, want %d", key, got, err, want)
			}
		}
		soon := time.Now().Add(s.soon)
		if s.soon == time.Minute {
			soon = newClock().Now().Add(s.soon)
		}
		get("stays", 0)
		add("stays", 5, time.Time{}, 5)
		add("stays", -7, time.Time{}, -2)
		add("goes", 3, soon, 3)
		add("most", 1<<62, time.Time{}, 1<<62)
		if _, err := c.Add(t.Context(), "most", 1<<62, time.Time{}); err != hostabi.EINVAL {
			t.Errorf("a sum beyond 64 bits: %v", err)
		}
		if _, err := c.Add(t.Context(), strings.Repeat("k", 513), 1, time.Time{}); err != hostabi.EINVAL {
			t.Errorf("a key that is too long: %v", err)
		}
		if _, err := c.Get(t.Context(), ""); err != hostabi.EINVAL {
			t.Errorf("no key: %v", err)
		}
		c = s.reopen().Counters()
		get("stays", -2)
		add("stays", 1, time.Time{}, -1)
		get("most", 1<<62)
		s.pass()
		get("goes", 0)
		add("goes", 1, time.Time{}, 1)
		c = s.reopen().Counters()
		get("goes", 1)
		get("stays", -1)
	})
}

func TestManyCountAtOnce_hammer(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		c := s.store.Counters()
		const workers, times = 8, 400
		done := make(chan error, workers)
		for w := range workers {
			go func() {
				for i := range times {
					if _, err := c.Add(context.Background(), strconv.Itoa((w+i)%5), 1, time.Time{}); err != nil {
						done <- err
						return
					}
					if i%100 == 0 {
						time.Sleep(flushEvery) // so that counters are flushed and forgotten between
					}
				}
				done <- nil
			}()
		}
		for range workers {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		c = s.reopen().Counters()
		sum := int64(0)
		for i := range 5 {
			n, err := c.Get(t.Context(), strconv.Itoa(i))
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if sum != workers*times {
			t.Errorf("%d, want %d", sum, workers*times)
		}
	})
}

func TestAClosedStoreSaysSo(t *testing.T) {
	each(t, func(t *testing.T, s *subject) {
		kv := s.store.Namespace("a", 0)
		if err := s.store.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.store.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
		if err := kv.Put(t.Context(), "k", nil, 0); !errors.Is(err, ErrClosed) {
			t.Errorf("Put: %v", err)
		}
		if _, _, err := kv.Get(t.Context(), "k"); !errors.Is(err, ErrClosed) {
			t.Errorf("Get: %v", err)
		}
	})
}
