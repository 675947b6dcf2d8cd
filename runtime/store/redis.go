package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// openTimeout bounds the first exchange with a server.
const openTimeout = 5 * time.Second

// keyPrefix begins every key in a server, which others may use too.
const keyPrefix = "portico:"

// quiet drops what the client writes to standard error by itself: every error
// comes back from a call too.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// The client knows one logger for the whole process, and this package is its
// only user.
func init() { redis.SetLogger(quiet{}) }

// Redis is a store in a Redis or Valkey, version 6 or newer, that gateways
// share. What it acknowledges is as durable as the server is: with
// "appendonly yes", "appendfsync always" and "maxmemory-policy noeviction" as
// durable as Embedded. The clock of expiries and buckets is the server's.
//
// No command is sent again after a failure, since an increment would count
// twice.
type Redis struct {
	o        Options
	name     string // of the server, without a password
	client   *redis.Client
	counters *counters
	id       string // of this gateway among those that are alive
	closed   atomic.Bool
	failure  error
}

var _ Store = (*Redis)(nil)

// OpenRedis opens the store in the server at an address: "host:port", or a URL
// "redis://user:password@host:port/database", "rediss:" with TLS. It needs the
// server to answer. The caller keeps secrets out of logs: errors have the host
// and port alone.
func OpenRedis(ctx context.Context, address string, o Options) (*Redis, error) {
	opts, err := redisOptions(address)
	if err != nil {
		return nil, err
	}
	r := &Redis{o: o.defaults(), name: opts.Addr, client: redis.NewClient(opts), id: newID()}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if err := r.checkSchema(ctx); err != nil {
		err = errors.Join(err, r.client.Close())
		return nil, fmt.Errorf("open store in Redis at %s: %w", r.name, err)
	}
	r.warnVolatile(ctx)
	r.counters = newCounters(redisCounters{r}, r.o)
	return r, nil
}

func redisOptions(address string) (*redis.Options, error) {
	opts := &redis.Options{Addr: address}
	if strings.Contains(address, "://") {
		var err error
		if opts, err = redis.ParseURL(address); err != nil {
			var e *url.Error
			if errors.As(err, &e) { // it quotes the whole URL
				err = e.Err
			}
			return nil, fmt.Errorf("address of Redis: %w", err)
		}
	}
	opts.MaxRetries = -1
	opts.DialTimeout = time.Second
	opts.DialerRetries = 1
	opts.ContextTimeoutEnabled = true // deadlines hold though Done stays open
	opts.DisableIdentity = true
	return opts, nil
}

// checkSchema writes the version if there is none.
func (r *Redis) checkSchema(ctx context.Context) error {
	key := keyPrefix + "schema"
	if err := r.client.SetNX(ctx, key, Schema, 0).Err(); err != nil {
		return err
	}
	text, err := r.client.Get(ctx, key).Result()
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(text)
	switch {
	case err != nil || version < 1:
		return fmt.Errorf("%w: its schema version is %q", ErrCorrupt, text)
	case version > Schema:
		return fmt.Errorf("%w: its schema version is %d, this one knows %d", ErrNewer, version, Schema)
	}
	return nil
}

// warnVolatile says so if a crash of the server would lose what it acknowledged.
// A server that does not tell, as hosted ones, is believed.
func (r *Redis) warnVolatile(ctx context.Context) {
	got, err := r.client.ConfigGet(ctx, "append*").Result()
	if err != nil || got["appendonly"] == "yes" && got["appendfsync"] == "always" {
		return
	}
	r.o.Log.Warn("Redis acknowledges writes that a crash of it can lose; appendonly yes and appendfsync always keep them",
		"address", r.name, "appendonly", got["appendonly"], "appendfsync", got["appendfsync"])
}

// Counters returns the counters of the store.
func (r *Redis) Counters() Counters { return r.counters }

// Close writes what is pending and closes the connections.
func (r *Redis) Close() error {
	if r.closed.Swap(true) {
		return r.failure
	}
	if err := errors.Join(r.counters.close(), r.client.Close()); err != nil {
		r.failure = r.named("close", err)
	}
	return r.failure
}

func (r *Redis) named(doing string, err error) error {
	return fmt.Errorf("%s store in Redis at %s: %w", doing, r.name, err)
}
