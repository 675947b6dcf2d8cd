package native

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// stateful is a host function of a capability. It answers with an i64, of which
// a function that gives an i32 uses the lower half.
type stateful func(c *call, s []uint64) int64

// statefuls are the host functions of capabilities.
var statefuls = map[string]stateful{
	hostabi.FuncCacheGet:    cacheGet,
	hostabi.FuncCachePut:    cachePut,
	hostabi.FuncCacheDelete: cacheDelete,

	hostabi.FuncThrottleTake: throttleTake,

	hostabi.FuncSecretsRead: secretsRead,
	hostabi.FuncSecretsHMAC: secretsHMAC,

	hostabi.FuncMetricsAdd:     metric(hostabi.Metrics.Add),
	hostabi.FuncMetricsSet:     metric(hostabi.Metrics.Set),
	hostabi.FuncMetricsObserve: metric(hostabi.Metrics.Observe),

	hostabi.FuncKVGet:           kvGet,
	hostabi.FuncKVPut:           kvPut,
	hostabi.FuncKVDelete:        kvDelete,
	hostabi.FuncKVIncrement:     kvIncrement,
	hostabi.FuncKVCompareAndSet: kvCompareAndSet,
	hostabi.FuncKVList:          kvList,

	hostabi.FuncHTTPRequest:    httpRequest,
	hostabi.FuncHTTPStart:      httpStart,
	hostabi.FuncHTTPWait:       httpWait,
	hostabi.FuncHTTPStatus:     onSent(httpStatus),
	hostabi.FuncHTTPHeaders:    onSent(httpHeaders),
	hostabi.FuncHTTPGetHeader:  onSent(httpGetHeader),
	hostabi.FuncHTTPTrailers:   onSent(httpTrailers),
	hostabi.FuncHTTPSetTrailer: onSent(httpSetTrailer),
	hostabi.FuncHTTPClose:      onSent(httpClose),

	hostabi.FuncJWTVerify: jwtVerify,
	hostabi.FuncJWTReason: jwtReason,
}

// linkState makes a host function of a capability look whether it may be
// called, and count.
func linkState(f hostabi.Func, n hostabi.Capability, do stateful) api.GoModuleFunc {
	allowed := phasesOf(f.Name, false)
	long := f.Result == "l"
	return func(ctx context.Context, _ api.Module, s []uint64) {
		answer := run(engine.InstanceOf(ctx), allowed, n, do, s)
		if long {
			s[0] = uint64(answer)
		} else {
			s[0] = api.EncodeI32(int32(answer))
		}
	}
}

// run makes the checks that all functions of capabilities share, then calls.
func run(i *engine.Instance, allowed uint8, n hostabi.Capability, do stateful, s []uint64) int64 {
	c, _ := i.Value.(*call)
	if c == nil { // its start functions are running
		return int64(hostabi.EPHASE)
	}
	switch {
	case c.overdrawn():
		return int64(hostabi.EAGAIN)
	case allowed&(1<<c.phase) == 0:
		return int64(hostabi.EPHASE)
	case !c.plugin.capabilities.Has(n): // for mistakes in New, which refuses such a module
		return int64(hostabi.EPERM)
	case !c.spend(n):
		return int64(hostabi.EAGAIN)
	}
	if n == hostabi.CapabilityKV || n == hostabi.CapabilityJWT { // it may take long
		i.Check()
	}
	return do(c, s)
}

// capabilityOf is the capability of an import module.
func capabilityOf(module string) (hostabi.Capability, bool) {
	for n := range hostabi.Capability(hostabi.CapabilityCount) {
		if n.Module() == module {
			return n, true
		}
	}
	return 0, false
}

// caller is the context that the call was made with. A capability gets it and
// not the engine's or an integration's own: those are used again by the next
// call, when what was derived from them may still look at them.
func (c *call) caller() context.Context {
	if c.kind == hostabi.Integrate {
		return c.stream.Context
	}
	return c.instance.Context()
}

// bounded is a context for what may wait: it is done when the call is stopped or
// its client has gone, which costs a timer.
func (c *call) bounded() (context.Context, context.CancelFunc) {
	parent := c.caller()
	deadline, ok := c.instance.Deadline()
	if !ok { // a plugin's calls all have one
		return context.WithCancel(parent)
	}
	if c.phase != flushed {
		return context.WithDeadline(parent, deadline)
	}
	// The deadline that the parent had for the head does not count any more.
	ctx, cancel := context.WithDeadline(context.WithoutCancel(parent), deadline)
	stop := context.AfterFunc(parent, func() {
		if !errors.Is(parent.Err(), context.DeadlineExceeded) {
			cancel()
		}
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// refuse is the answer for an error of a capability: what a call ran out of
// time for is EABORT.
func (c *call) refuse(ctx context.Context, err error) int64 {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		if ctx.Err() != nil {
			return int64(hostabi.EABORT)
		}
		return int64(hostabi.ETIMEDOUT) // the mechanism's own time
	}
	return int64(c.fail(err))
}

// key reads a key at s[0] and s[1]; an empty one is allowed in throttle alone.
func (c *call) key(s []uint64) (key string, code int64) {
	b, ok := c.memory(s[0], s[1])
	switch {
	case !ok:
		return "", int64(hostabi.EFAULT)
	case len(b) > hostabi.MaxKey:
		return "", int64(hostabi.E2BIG)
	}
	return view(b), 0
}

// keyAndMore reads a key that is not empty and a second range of memory, whose
// place on s is given.
func (c *call) keyAndMore(s []uint64, at int) (key string, more []byte, code int64) {
	k, ok := c.memory(s[0], s[1])
	if !ok {
		return "", nil, int64(hostabi.EFAULT)
	}
	if more, ok = c.memory(s[at], s[at+1]); !ok {
		return "", nil, int64(hostabi.EFAULT)
	}
	if code := checkKey(k); code != 0 {
		return "", nil, code
	}
	return view(k), more, 0
}

func checkKey(k []byte) int64 {
	switch {
	case len(k) == 0:
		return int64(hostabi.EINVAL)
	case len(k) > hostabi.MaxKey:
		return int64(hostabi.E2BIG)
	}
	return 0
}

// ttl reads a time to live in milliseconds.
func ttl(v uint64) (time.Duration, bool) {
	ms := int64(v)
	if ms < 0 || ms > hostabi.MaxTTL.Milliseconds() {
		return 0, false
	}
	return time.Duration(ms) * time.Millisecond, true
}

// gave is the answer of a function that gives bytes.
func gave(dst, value []byte) int64 { return int64(put(dst, view(value))) }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// granted lists the capabilities that a plugin has, as NAME.toml names them.
func granted(c *hostabi.Capabilities) (names []string) {
	for n := range hostabi.Capability(hostabi.CapabilityCount) {
		if c.Has(n) {
			names = append(names, n.String())
		}
	}
	return names
}

// checkGrants says which capabilities a module imports and the operator has not
// granted, with the line to write.
func checkGrants(imports []engine.Import, c *hostabi.Capabilities) (problems Problems) {
	have := granted(c)
	want := slices.Clone(have)
	var modules []string
	for _, i := range imports {
		n, ok := capabilityOf(i.Module)
		if ok && !c.Has(n) && !slices.Contains(modules, i.Module) {
			modules = append(modules, i.Module)
			want = append(want, n.String())
		}
	}
	for i, m := range modules {
		problems = append(problems, "import module \""+m+"\": capability \""+want[len(have)+i]+
			"\" is not granted; to grant it, write into NAME.toml: capabilities = "+tomlList(want))
	}
	return problems
}

func tomlList(names []string) string {
	b := []byte{'['}
	for i, n := range names {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(append(append(b, '"'), n...), '"')
	}
	return string(append(b, ']'))
}
