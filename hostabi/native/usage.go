package native

import (
	"cmp"
	"errors"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
)

// errExhausted is why a guest is stopped that does not heed EAGAIN.
var errExhausted = errors.New("the guest went on calling the host after its calls in this request were used up")

// resume goes on from what the plugin has used up in the request. host is nil
// while an instance is configured, which has an allowance to itself.
func (c *call) resume() {
	c.usage = hostabi.Usage{}
	if c.host != nil {
		c.usage = c.host.Usage(c.plugin.name)
	}
	c.before = c.usage.Capability
	c.lines = adapter.Lines{Max: c.plugin.allowance.Lines, Logged: c.usage.Lines}
	c.hostCalls, c.mayCall = 0, c.plugin.allowance.Calls-c.usage.Calls
}

// settle tells the request what has been used up.
func (c *call) settle() {
	if c.host == nil {
		return
	}
	u := c.usage
	u.Calls += c.hostCalls
	u.Lines = c.lines.Logged
	c.host.SetUsage(c.plugin.name, u)
}

// overdrawn is for a call of the host beyond what the guest may make: it is
// refused, and as many again end the call.
func (c *call) overdrawn() {
	if c.hostCalls > c.mayCall+c.plugin.allowance.Calls {
		c.instance.Stop(errExhausted)
	}
}

// spend counts a call into a capability; ok is false where it is refused.
func (c *call) spend(n hostabi.Capability) (ok bool) {
	used, allowed := c.usage.Capability[n], c.plugin.allowance.Capability
	c.usage.Capability[n] = used + 1
	if used < allowed {
		return true
	}
	if used >= 2*allowed {
		c.instance.Stop(errExhausted)
	}
	return false
}

// maySend reports whether one more request to another host, with a whole body of
// that many bytes, is within what is left.
func (c *call) maySend(body int) bool {
	l := c.plugin.capabilities.HTTP.Limits()
	return c.usage.Requests < cmp.Or(l.Requests, hostabi.DefaultHTTPRequests) &&
		c.bytesLeft() > 0 && c.bytesLeft() >= int64(body) && c.out.takes(body, l)
}

// bytesLeft is how much more of bodies may be sent to other hosts or read from
// them.
func (c *call) bytesLeft() int64 {
	return cmp.Or(c.plugin.capabilities.HTTP.Limits().Bytes, hostabi.DefaultHTTPBytes) - c.usage.Bytes
}
