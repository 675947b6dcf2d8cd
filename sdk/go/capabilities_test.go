package portico_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/cache"
	"github.com/portico-gateway/portico/sdk/go/jwt"
	"github.com/portico-gateway/portico/sdk/go/kv"
	"github.com/portico-gateway/portico/sdk/go/metrics"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
	"github.com/portico-gateway/portico/sdk/go/secrets"
	"github.com/portico-gateway/portico/sdk/go/throttle"
)

// clock is a time that tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// with runs f in an authorizer that has a state.
func with(s *porticotest.State, f func()) {
	during(porticotest.Request{State: s}, func(*authorizer.Request) { f() })
}

// is reports an error that is not the one wanted; nil wants none.
func is(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s gave %v, want %v", what, got, want)
	}
}

func TestTheCacheRemembersFromOneCallToTheNext(t *testing.T) {
	c := &clock{time.Unix(0, 0)}
	s := &porticotest.State{Now: c.now}
	with(s, func() {
		is(t, "Put", cache.Put("a", []byte("long "+strings.Repeat("x", 10_000)), time.Minute), nil)
		is(t, "Put", cache.Put("empty", nil, 0), nil)
		is(t, "Put of an empty key", cache.Put("", nil, 0), portico.ErrInvalid)
		is(t, "Put for a negative time", cache.Put("a", nil, -1), portico.ErrInvalid)
		is(t, "Put of a long key", cache.Put(strings.Repeat("k", 513), nil, 0), portico.ErrTooLarge)
		is(t, "Put of a long value", cache.Put("k", make([]byte, 1<<20+1), 0), portico.ErrTooLarge)
	})
	with(s, func() {
		v, ok := cache.Append([]byte("is "), "a")
		if !ok || string(v[:8]) != "is long " || len(v) != 10_008 {
			t.Errorf("Append gave %d bytes, %v", len(v), ok)
		}
		if v, ok := cache.Get("empty"); !ok || len(v) != 0 {
			t.Errorf("Get of an empty value = %q, %v", v, ok)
		}
		if _, ok := cache.Get("none"); ok {
			t.Error("Get found what is not there")
		}
		c.t = c.t.Add(time.Minute)
		if _, ok := cache.Get("a"); ok {
			t.Error("Get found what has expired")
		}
		if cache.Delete("a") || !cache.Delete("empty") || cache.Delete("empty") {
			t.Error("Delete does not say whether there was something")
		}
		for range 1000 {
			cache.Get("none")
		}
		is(t, "Put after 1000 calls", cache.Put("k", nil, 0), portico.ErrExhausted)
	})
	with(nil, func() {
		if _, ok := cache.Get("empty"); ok {
			t.Error("a state of its own has what another has")
		}
	})
}

func TestAShortTimeToLiveIsNotOneWithoutEnd(t *testing.T) {
	c := &clock{time.Unix(0, 0)}
	with(&porticotest.State{Now: c.now}, func() {
		is(t, "Put", cache.Put("a", nil, time.Nanosecond), nil)
		c.t = c.t.Add(time.Millisecond)
		if _, ok := cache.Get("a"); ok {
			t.Error("it is there after a millisecond")
		}
	})
}

func TestThrottleSaysHowLongToWait(t *testing.T) {
	c := &clock{time.Unix(0, 0)}
	s := &porticotest.State{Now: c.now, Buckets: map[string]porticotest.Bucket{"logins": {Rate: 2, Burst: 3}}}
	with(s, func() {
		take := func(key string, n int, want time.Duration) {
			t.Helper()
			if wait, err := throttle.Take("logins", key, n); wait != want || err != nil {
				t.Errorf("Take(%q, %d) = %v, %v, want %v", key, n, wait, err, want)
			}
		}
		take("a", 2, 0)
		take("a", 3, time.Second)
		take("a", 1, 0)
		take("a", 1, 500*time.Millisecond)
		take("b", 3, 0)
		c.t = c.t.Add(500 * time.Millisecond)
		take("a", 1, 0)
		for _, n := range []int{0, -1, 4, math.MaxInt32 + 1} {
			_, err := throttle.Take("logins", "a", n)
			is(t, fmt.Sprintf("Take(%d)", n), err, portico.ErrInvalid)
		}
		_, err := throttle.Take("none", "a", 1)
		is(t, "Take of another bucket", err, portico.ErrNotFound)
		_, err = throttle.Take("logins", strings.Repeat("k", 513), 1)
		is(t, "Take of a long key", err, portico.ErrTooLarge)
	})
}

func TestSecretsAreUsedAndRead(t *testing.T) {
	s := &porticotest.State{Secrets: map[string]porticotest.Secret{"read": {Value: "v"}, "use": {Value: "Jefe", UseOnly: true}}}
	with(s, func() {
		if v, err := secrets.Append([]byte("a "), "read"); string(v) != "a v" || err != nil {
			t.Errorf("Append: %q, %v", v, err)
		}
		if v, err := secrets.Read("read"); string(v) != "v" || err != nil {
			t.Errorf("Read = %q, %v", v, err)
		}
		_, err := secrets.Read("use")
		is(t, "Read of one for use", err, portico.ErrPermission)
		_, err = secrets.Read("none")
		is(t, "Read of none", err, portico.ErrNotFound)
		data := []byte("what do ya want for nothing?") // RFC 4231, test case 2
		sum, err := secrets.HMAC("use", secrets.SHA256, data)
		if got := fmt.Sprintf("%x", sum); err != nil || got != "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
			t.Errorf("HMAC = %s, %v", got, err)
		}
		if ok, err := secrets.Verify("use", secrets.SHA256, data, sum); !ok || err != nil {
			t.Errorf("Verify = %v, %v", ok, err)
		}
		if ok, _ := secrets.Verify("use", secrets.SHA1, data, sum); ok {
			t.Error("Verify took the code of another hash")
		}
		_, err = secrets.HMAC("use", 9, data)
		is(t, "HMAC of another hash", err, portico.ErrInvalid)
		_, err = secrets.Verify("none", secrets.SHA512, data, sum)
		is(t, "Verify with none", err, portico.ErrNotFound)
		_, err = secrets.HMAC("use", secrets.SHA256, make([]byte, 1<<20+1))
		is(t, "HMAC of much", err, portico.ErrTooLarge)
	})
}

func TestMetricsCount(t *testing.T) {
	s := &porticotest.State{Metrics: map[string]porticotest.Metric{
		"hits": {Type: "counter", Labels: []string{"tenant", "kind"}}, "level": {Type: "gauge"}, "size": {Type: "histogram"}}}
	with(s, func() {
		is(t, "Add", metrics.Add("hits", 1, "kind", "k", "tenant", "t"), nil)
		is(t, "Add", metrics.Add("hits", 2, "tenant", "t", "kind", "k"), nil)
		is(t, "Add", metrics.Add("hits", 0.5, "tenant", "t"), nil)
		is(t, "Set", metrics.Set("level", 3), nil)
		is(t, "Set", metrics.Set("level", -3), nil)
		is(t, "Observe", metrics.Observe("size", 9), nil)
		is(t, "Add of none", metrics.Add("none", 1), portico.ErrNotFound)
		is(t, "Add to a gauge", metrics.Add("level", 1), portico.ErrInvalid)
		is(t, "Add of less than nothing", metrics.Add("hits", -1), portico.ErrInvalid)
		is(t, "Set to no number", metrics.Set("level", math.NaN()), portico.ErrInvalid)
		is(t, "Add with another label", metrics.Add("hits", 1, "other", "x"), portico.ErrInvalid)
		is(t, "Add with a label twice", metrics.Add("hits", 1, "kind", "x", "kind", "y"), portico.ErrInvalid)
		is(t, "Add with a long label", metrics.Add("hits", 1, "kind", strings.Repeat("v", 129)), portico.ErrTooLarge)
		is(t, "Add with much", metrics.Add("hits", 1, "kind", strings.Repeat("v", 5000)), portico.ErrTooLarge)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a label without a value did not panic")
				}
			}()
			_ = metrics.Add("hits", 1, "kind")
		}()
	})
	got := []float64{s.Metric("hits", "tenant", "t", "kind", "k"), s.Metric("hits", "tenant", "t"), s.Metric("level"), s.Metric("size")}
	if want := []float64{3, 0.5, -3, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestKVKeeps(t *testing.T) {
	c := &clock{time.Unix(0, 0)}
	s := &porticotest.State{Now: c.now}
	with(s, func() {
		is(t, "Put", kv.Put("o/1", []byte("one"), 0), nil)
		is(t, "Create", kv.Create("o/2", nil, time.Second), nil)
		is(t, "Create", kv.Create("o/2", nil, 0), portico.ErrExists)
		is(t, "CompareAndSet", kv.CompareAndSet("o/1", []byte("two"), nil, 0), portico.ErrExists)
		is(t, "CompareAndSet", kv.CompareAndSet("o/1", []byte("one"), []byte("1"), 0), nil)
		is(t, "CompareAndSet of none", kv.CompareAndSet("none", nil, nil, 0), portico.ErrExists)
		is(t, "Put of an empty key", kv.Put("", nil, 0), portico.ErrInvalid)
		is(t, "Put of a long value", kv.Put("k", make([]byte, 1<<20+1), 0), portico.ErrTooLarge)
	})
	with(s, func() {
		if v, ok, err := kv.Get("o/1"); string(v) != "1" || !ok || err != nil {
			t.Errorf("Get = %q, %v, %v", v, ok, err)
		}
		if _, ok, err := kv.Get("none"); ok || err != nil {
			t.Errorf("Get of none = %v, %v", ok, err)
		}
		_, _, err := kv.Get("")
		is(t, "Get of an empty key", err, portico.ErrInvalid)
		if sum, err := kv.Increment("o/1", 41); sum != 42 || err != nil {
			t.Errorf("Increment = %d, %v", sum, err)
		}
		_, err = kv.Increment("o/1", math.MaxInt64)
		is(t, "Increment beyond 64 bits", err, portico.ErrInvalid)
		_, err = kv.Increment("o/2", 1)
		is(t, "Increment of no number", err, portico.ErrInvalid)
		keys, err := kv.List("o/", "", 10)
		if !reflect.DeepEqual(keys, []string{"o/1", "o/2"}) || err != nil {
			t.Errorf("List = %q, %v", keys, err)
		}
		if keys, err = kv.List("o/", "o/1", 1); !reflect.DeepEqual(keys, []string{"o/2"}) || err != nil {
			t.Errorf("List = %q, %v", keys, err)
		}
		_, err = kv.List("", "", 1001)
		is(t, "List of much", err, portico.ErrInvalid)
		_, err = kv.List(strings.Repeat("k", 513), "", 1)
		is(t, "List of a long prefix", err, portico.ErrTooLarge)
		c.t = c.t.Add(time.Second)
		if existed, err := kv.Delete("o/2"); existed || err != nil {
			t.Errorf("Delete of what has expired = %v, %v", existed, err)
		}
		if existed, err := kv.Delete("o/1"); !existed || err != nil {
			t.Errorf("Delete = %v, %v", existed, err)
		}
	})
}

func TestTokensAreVerified(t *testing.T) {
	s := &porticotest.State{Issuers: map[string]porticotest.Issuer{
		"login": {Claims: map[string]string{"good": `{"sub":"jane","n":12345678901234567890}`, "long": strings.Repeat(" ", 5000) + "{}"},
			Refused: map[string]jwt.Error{"old": jwt.Expired, "broken": jwt.Malformed}},
		"down": {Down: true}}}
	with(s, func() {
		for _, token := range []string{"good", "Bearer good", "bearer  good"} {
			if claims, err := jwt.Verify("login", token); string(claims) != `{"sub":"jane","n":12345678901234567890}` || err != nil {
				t.Errorf("Verify(%q) = %s, %v", token, claims, err)
			}
		}
		if claims, err := jwt.Verify("login", "long"); len(claims) != 5002 || err != nil {
			t.Errorf("Verify gave %d bytes, %v", len(claims), err)
		}
		var c struct {
			Sub string
			N   uint64
		}
		if err := jwt.Into("login", "good", &c); c.Sub != "jane" || c.N != 12345678901234567890 || err != nil {
			t.Errorf("Into gave %+v, %v", c, err)
		}
		is(t, "Into of a bad token", jwt.Into("login", "old", &c), jwt.Expired)
		_, err := jwt.Verify("login", "old")
		is(t, "Verify of an old token", err, jwt.Expired)
		is(t, "Verify of an old token", err, portico.ErrPermission)
		for _, token := range []string{"broken", "other", "Bearer", ""} {
			_, err = jwt.Verify("login", token)
			is(t, "Verify of no token", err, jwt.Malformed)
			is(t, "Verify of no token", err, portico.ErrInvalid)
		}
		_, err = jwt.Verify("down", "good")
		is(t, "Verify without keys", err, portico.ErrConnection)
		_, err = jwt.Verify("none", "good")
		is(t, "Verify of nobody's token", err, portico.ErrNotFound)
		_, err = jwt.Verify("login", strings.Repeat("x", 16<<10+1))
		is(t, "Verify of a long token", err, portico.ErrTooLarge)
	})
}

func TestConfigureHasNoState(t *testing.T) {
	portico.Configure(func([]byte) error {
		_, _, err := kv.Get("a")
		return err
	})
	if err := porticotest.Configure(""); err == nil || err.Error() != "EPHASE" {
		t.Errorf("Configure gave %v, want EPHASE", err)
	}
}
