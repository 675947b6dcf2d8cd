package native

import (
	"cmp"
	"errors"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
)

// errExhausted is why a guest is stopped that does not heed EAGAIN.
var errExhausted = errors.New("the guest went on calling a capability after its calls in this request were used up")

// resume goes on from what the plugin has used up in the request. host is nil
// while an instance starts and is configured, which has an allowance to itself.
func (c *call) resume() {
	c.usage = hostabi.Usage{}
	if c.host != nil {
		c.usage = c.host.Usage(c.plugin.name)
	}
	c.before = c.usage.Capability
	c.lines = adapter.Lines{Max: c.plugin.allowance.Lines, Logged: c.usage.Lines}
	c.allow(c.plugin.allowance.Calls - c.usage.Calls)
}

// allow lets the guest call the host until it has made that many calls: then they
// are refused. As many again as all may be end the call.
func (c *call) allow(calls int) {
	c.mayCall = calls
	end := calls + c.plugin.allowance.Calls
	if end == 0 {
		end = -1 // 0 would be no bound
	}
	c.instance.LimitCalls(end)
}

// overdrawn reports whether this call of the host is to be refused. What cannot
// refuse, such as a clock, does not ask.
func (c *call) overdrawn() bool { return c.instance.HostCalls() > c.mayCall }

// settle tells the request what has been used up.
func (c *call) settle() {
	if c.host == nil {
		return
	}
	u := c.usage
	u.Calls += c.instance.HostCalls()
	u.Lines = c.lines.Logged
	c.host.SetUsage(c.plugin.name, u)
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
