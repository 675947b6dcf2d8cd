package workbench

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// The capabilities, with a line for each call.

// longest is what of a value is shown.
const longest = 200

// show quotes a key or a value.
func show(b []byte) string {
	if len(b) > longest {
		return fmt.Sprintf("%s… (%d bytes)", strconv.Quote(string(b[:longest])), len(b))
	}
	return strconv.Quote(string(b))
}

// outcome is how a call ended.
func outcome(text string, err error) string {
	if err != nil {
		return " -> " + err.Error()
	}
	if text == "" {
		return ""
	}
	return " -> " + text
}

func found(value []byte, ok bool) string {
	if !ok {
		return "none"
	}
	return show(value)
}

func lifetime(ttl time.Duration) string {
	if ttl == 0 {
		return ""
	}
	return " for " + ttl.String()
}

type recordedCache struct {
	hostabi.Cache
	r *record
}

func (c recordedCache) Get(key string) ([]byte, bool) {
	v, ok := c.Cache.Get(key)
	c.r.call("cache.get " + show([]byte(key)) + outcome(found(v, ok), nil))
	return v, ok
}

func (c recordedCache) Put(key string, value []byte, ttl time.Duration) error {
	err := c.Cache.Put(key, value, ttl)
	c.r.call("cache.put " + show([]byte(key)) + " " + show(value) + lifetime(ttl) + outcome("", err))
	return err
}

func (c recordedCache) Delete(key string) bool {
	ok := c.Cache.Delete(key)
	c.r.call("cache.delete " + show([]byte(key)) + outcome(map[bool]string{true: "deleted", false: "none"}[ok], nil))
	return ok
}

type recordedThrottle struct {
	hostabi.Throttle
	r *record
}

func (t recordedThrottle) Take(ctx context.Context, bucket, key string, n int) (time.Duration, error) {
	wait, err := t.Throttle.Take(ctx, bucket, key, n)
	text := "taken"
	if wait > 0 {
		text = "wait"
	}
	t.r.call(fmt.Sprintf("throttle.take %s %s %d", bucket, show([]byte(key)), n) + outcome(text, err))
	return wait, err
}

// recordedSecrets shows names alone.
type recordedSecrets struct {
	hostabi.Secrets
	r *record
}

func (s recordedSecrets) Read(name string) ([]byte, error) {
	v, err := s.Secrets.Read(name)
	s.r.call("secrets.read " + strings.Clone(name) + outcome("read", err))
	return v, err
}

func (s recordedSecrets) HMAC(name string, h hostabi.Hash, data []byte) ([]byte, error) {
	v, err := s.Secrets.HMAC(name, h, data)
	s.r.call(fmt.Sprintf("secrets.hmac %s %d bytes", name, len(data)) + outcome("", err))
	return v, err
}

type recordedMetrics struct {
	hostabi.Metrics
	r *record
}

func (m recordedMetrics) Add(name string, labels []hostabi.Field, v float64) error {
	return m.note("counter_add", name, labels, v, m.Metrics.Add(name, labels, v))
}

func (m recordedMetrics) Set(name string, labels []hostabi.Field, v float64) error {
	return m.note("gauge_set", name, labels, v, m.Metrics.Set(name, labels, v))
}

func (m recordedMetrics) Observe(name string, labels []hostabi.Field, v float64) error {
	return m.note("histogram_observe", name, labels, v, m.Metrics.Observe(name, labels, v))
}

func (m recordedMetrics) note(do, name string, labels []hostabi.Field, v float64, err error) error {
	var list []string
	for _, l := range labels {
		list = append(list, l.Name+"="+strconv.Quote(l.Value))
	}
	m.r.call(fmt.Sprintf("metrics.%s %s{%s} %v", do, name, strings.Join(list, ","), v) + outcome("", err))
	return err
}

type recordedKV struct {
	hostabi.KV
	r *record
}

func (k recordedKV) Get(ctx context.Context, key string) ([]byte, bool, error) {
	v, ok, err := k.KV.Get(ctx, key)
	k.r.call("kv.get " + show([]byte(key)) + outcome(found(v, ok), err))
	return v, ok, err
}

func (k recordedKV) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	err := k.KV.Put(ctx, key, value, ttl)
	k.r.call("kv.put " + show([]byte(key)) + " " + show(value) + lifetime(ttl) + outcome("", err))
	return err
}

func (k recordedKV) Delete(ctx context.Context, key string) (bool, error) {
	ok, err := k.KV.Delete(ctx, key)
	k.r.call("kv.delete " + show([]byte(key)) + outcome(map[bool]string{true: "deleted", false: "none"}[ok], err))
	return ok, err
}

func (k recordedKV) Increment(ctx context.Context, key string, delta int64) (int64, error) {
	n, err := k.KV.Increment(ctx, key, delta)
	k.r.call(fmt.Sprintf("kv.increment %s %d", show([]byte(key)), delta) + outcome(strconv.FormatInt(n, 10), err))
	return n, err
}

func (k recordedKV) CompareAndSet(ctx context.Context, key string, old, next []byte, ttl time.Duration) error {
	err := k.KV.CompareAndSet(ctx, key, old, next, ttl)
	k.r.call(fmt.Sprintf("kv.compare_and_set %s %s %s", show([]byte(key)), found(old, old != nil), show(next)) + lifetime(ttl) + outcome("set", err))
	return err
}

func (k recordedKV) List(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	keys, err := k.KV.List(ctx, prefix, after, limit)
	k.r.call(fmt.Sprintf("kv.list %s after %s at most %d", show([]byte(prefix)), show([]byte(after)), limit) + outcome(fmt.Sprintf("%q", keys), err))
	return keys, err
}

type recordedJWT struct {
	hostabi.JWT
	r *record
}

func (j recordedJWT) Verify(ctx context.Context, issuer, token string) ([]byte, error) {
	claims, err := j.JWT.Verify(ctx, issuer, token)
	j.r.call("jwt.verify " + strings.Clone(issuer) + outcome(show(claims), err))
	return claims, err
}
