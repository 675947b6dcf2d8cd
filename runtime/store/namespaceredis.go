package store

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// redisNamespace is the KV of one name in a server.
type redisNamespace struct {
	r     *Redis
	keys  []string // see lua/namespace.lua
	quota int64
}

// Namespace returns the keys of a name, see [Durable].
func (r *Redis) Namespace(name string, quota int64) hostabi.KV {
	// Escaped, a name has no brace that would end the hash tag.
	tag := keyPrefix + "kv:{" + url.QueryEscape(name) + "}:"
	return &redisNamespace{r, []string{tag + "values", tag + "index", tag + "expiries", tag + "usage"}, quotaOf(quota)}
}

func (n *redisNamespace) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	if err := checkKey(key); err != nil {
		return nil, false, err
	}
	got, err := n.r.run(ctx, getScript, n.keys, key)
	text, ok := got.(string)
	if err != nil || !ok {
		return nil, false, err
	}
	return []byte(text), true, nil
}

func (n *redisNamespace) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return n.put(ctx, key, value, ttl, "", nil)
}

func (n *redisNamespace) CompareAndSet(ctx context.Context, key string, old, next []byte, ttl time.Duration) error {
	if old == nil {
		return n.put(ctx, key, next, ttl, "absent", nil)
	}
	return n.put(ctx, key, next, ttl, "old", old)
}

func (n *redisNamespace) put(ctx context.Context, key string, value []byte, ttl time.Duration, compare string, old []byte) error {
	if err := checkPut(key, value, ttl); err != nil {
		return err
	}
	ms := int64((ttl + time.Millisecond - 1) / time.Millisecond)
	_, err := n.r.run(ctx, putScript, n.keys, key, value, n.quota, ms, compare, old)
	return err
}

func (n *redisNamespace) Delete(ctx context.Context, key string) (existed bool, err error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	got, err := n.r.run(ctx, deleteScript, n.keys, key)
	return got == int64(1), err
}

func (n *redisNamespace) Increment(ctx context.Context, key string, delta int64) (int64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	got, err := n.r.run(ctx, incrementScript, n.keys, key, delta, n.quota)
	if err != nil {
		return 0, err
	}
	return n.r.number(got)
}

func (n *redisNamespace) List(ctx context.Context, prefix, after string, limit int) (keys []string, err error) {
	limit, err = checkList(prefix, after, limit)
	if err != nil {
		return nil, err
	}
	least, greatest := "["+prefix, "+"
	if after >= prefix {
		least = "(" + after
	}
	if end := successor(prefix); end != "" {
		greatest = "(" + end
	}
	got, err := n.r.run(ctx, listScript, n.keys, least, greatest, limit)
	if err != nil {
		return nil, err
	}
	list, _ := got.([]any)
	for _, k := range list {
		text, ok := k.(string)
		if !ok {
			return nil, n.r.named("use", fmt.Errorf("%w: a key is %T", ErrCorrupt, k))
		}
		keys = append(keys, text)
	}
	return keys, nil
}

// successor is the least text above all that begin with prefix, "" if there is
// none.
func successor(prefix string) string {
	for strings.HasSuffix(prefix, "\xff") { // byte by byte: it need not be UTF-8
		prefix = prefix[:len(prefix)-1]
	}
	if prefix == "" {
		return ""
	}
	last := len(prefix) - 1
	return prefix[:last] + string([]byte{prefix[last] + 1})
}

// number reads an integer that a script returned as text, whole.
func (r *Redis) number(got any) (int64, error) {
	text, _ := got.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, r.named("use", fmt.Errorf("%w: %q is no number", ErrCorrupt, text))
	}
	return n, nil
}
