package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// redisCounters keeps counters in a server, each under a key of its own.
type redisCounters struct{ r *Redis }

func counterKey(key string) string { return keyPrefix + "counter:" + key }

func (b redisCounters) load(ctx context.Context, key string) (stored, expires int64, err error) {
	pipe := b.r.client.Pipeline()
	value := pipe.Get(ctx, counterKey(key))
	life := pipe.PTTL(ctx, counterKey(key))
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return 0, 0, b.r.named("read", err)
	}
	if errors.Is(value.Err(), redis.Nil) {
		return 0, 0, nil
	}
	if stored, err = b.r.number(value.Val()); err != nil {
		return 0, 0, err
	}
	if left := life.Val(); left > 0 {
		expires = b.r.o.Now().Add(left).UnixMilli()
	}
	return stored, expires, nil
}

// add sends all in one pipeline. If its answer is lost, the changes are added
// again with the next: a counter may count the last second twice, but does not
// lose it.
func (b redisCounters) add(ctx context.Context, changes []tally) error {
	answers := make([]*redis.Cmd, len(changes))
	// A pipeline cannot fall back to a script's text by itself.
	if err := countScript.Load(ctx, b.r.client).Err(); err != nil {
		return b.r.named("write", err)
	}
	if _, err := b.r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, c := range changes {
			answers[i] = countScript.EvalSha(ctx, pipe, []string{counterKey(c.key)}, c.delta, c.expires)
		}
		return nil
	}); err != nil && !refused(err) {
		return b.r.named("write", err)
	}
	for i, a := range answers {
		if refused(a.Err()) { // by the server, for this counter alone
			b.r.o.Log.Error("a counter cannot be stored", "counter", changes[i].key, "error", a.Err())
			changes[i].sum = changes[i].delta
			continue
		}
		sum, err := b.r.number(a.Val())
		if err != nil {
			return err
		}
		changes[i].sum = sum
	}
	return nil
}

// refused reports an answer of the server that is an error.
func refused(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer)
}
