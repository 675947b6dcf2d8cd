package store

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/redis/go-redis/v9"
)

// The scripts run whole or not at all, and are found by their hash: only a
// server that does not know one gets its text.
var (
	//go:embed lua/namespace.lua
	namespaceLua string
	//go:embed lua/get.lua
	getLua string
	//go:embed lua/put.lua
	putLua string
	//go:embed lua/delete.lua
	deleteLua string
	//go:embed lua/increment.lua
	incrementLua string
	//go:embed lua/list.lua
	listLua string
	//go:embed lua/count.lua
	countLua string
	//go:embed lua/lease.lua
	leaseLua string
	//go:embed lua/gateways.lua
	gatewaysLua string

	getScript       = redis.NewScript(namespaceLua + getLua)
	putScript       = redis.NewScript(namespaceLua + putLua)
	deleteScript    = redis.NewScript(namespaceLua + deleteLua)
	incrementScript = redis.NewScript(namespaceLua + incrementLua)
	listScript      = redis.NewScript(namespaceLua + listLua)
	countScript     = redis.NewScript(countLua)
	leaseScript     = redis.NewScript(leaseLua)
	gatewaysScript  = redis.NewScript(gatewaysLua)
)

// codes are what scripts say in errors.
var codes = []hostabi.Code{hostabi.E2BIG, hostabi.EINVAL, hostabi.EEXIST}

// run runs a script. Its error is a Code, that of ctx, or one of the server.
func (r *Redis) run(ctx context.Context, s *redis.Script, keys []string, args ...any) (any, error) {
	if r.closed.Load() {
		return nil, r.named("use", ErrClosed)
	}
	ctx, cancel := untilDeadline(ctx)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	got, err := s.Run(ctx, r.client, keys, args...).Result()
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		return got, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	var answer redis.Error
	if errors.As(err, &answer) {
		for _, c := range codes {
			if strings.HasPrefix(answer.Error(), c.Error()) {
				return nil, c
			}
		}
	}
	return nil, r.named("use", err)
}

func newID() string { return rand.Text() }
