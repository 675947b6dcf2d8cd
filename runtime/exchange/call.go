package exchange

import (
	"errors"
	"io"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Call is a plugin's view of an exchange for the time of one call into it. It
// checks what a plugin asks for and nothing else: which function is allowed
// in which kind of call is the adapter's to check.
type Call struct {
	x *Exchange

	// Identity holds the values of the authorizer's identity sources.
	Identity []string
	// BuildEvent makes the Lambda-shaped event; nil where the kind has none.
	// EventErr is what it answered.
	BuildEvent func(*Call) ([]byte, error)
	EventErr   error
	// Result is what the plugin gave as its Lambda-shaped answer.
	Result []byte
	// Stream takes an integration's answer piece by piece after it flushed;
	// nil where an answer cannot stream.
	Stream Streamer
	// KeepLimit bounds the bytes of a body that are kept in memory, 0 for
	// DefaultKeepLimit.
	KeepLimit int
	// OnRead is called when the plugin begins to read the body of the request,
	// before anything is waited for; nil where nobody wants to know.
	OnRead func()

	// Principal and AuthContext collect an authorizer's decision; authorize
	// copies them into the exchange when the plugin allows.
	Principal   string
	AuthContext []AuthValue

	event    []byte
	read     [2]int // offset of ReadBody: request, response
	replaced [2]bool
	closed   [2]bool
	flushed  bool
	patience time.Duration // for senders; 0 is no bound
	until    time.Time     // when it ends, once it counts
}

// Streamer is the way of a streamed answer from a plugin to the later phases.
type Streamer interface {
	// Start makes the head of the response final. The plugin goes on while
	// later phases run.
	Start() error
	// Write waits until the client side has taken p or gone away.
	Write(p []byte) (int, error)
	// Close ends the body.
	Close() error
}

// DefaultKeepLimit is API Gateway's limit of a payload (AWS guide, "Quotas").
const DefaultKeepLimit = 10 << 20

// MaxFields and MaxFieldBytes bound the header list that a plugin builds:
// four times what API Gateway lets a client send.
const (
	MaxFields     = 400
	MaxFieldBytes = 40 << 10
)

var _ hostabi.Host = (*Call)(nil)

// NewCall starts a call into a plugin. The Call is x's own and serves until
// the next NewCall on x; an integration, which may run beside later phases,
// uses a Call of its own made by Init.
func (x *Exchange) NewCall() *Call {
	c := &x.call
	context := c.AuthContext[:0]
	identity := c.Identity[:0]
	*c = Call{x: x, AuthContext: context, Identity: identity}
	return c
}

// Init makes c a view of x.
func (c *Call) Init(x *Exchange) { *c = Call{x: x} }

// Exchange is the exchange that c looks at.
func (c *Call) Exchange() *Exchange { return c.x }

// Flushed reports whether the plugin made its head final with FlushBody.
func (c *Call) Flushed() bool { return c.flushed }

func (c *Call) TimeUnixMs() int64 { return c.x.Start.UnixMilli() }

func (c *Call) Header(response bool) Header {
	if response {
		if c.flushed {
			return nil
		}
		return c.x.Response.Header
	}
	return c.x.Request.Header
}

func (c *Call) SetHeader(response bool, name, value string) error {
	h, err := c.writable(response, name, value)
	if err != nil {
		return err
	}
	if !holds(*h, name, value, true) {
		return hostabi.E2BIG
	}
	h.Set(name, value)
	return nil
}

func (c *Call) AddHeader(response bool, name, value string) error {
	h, err := c.writable(response, name, value)
	if err != nil {
		return err
	}
	if !holds(*h, name, value, false) {
		return hostabi.E2BIG
	}
	h.Add(name, value)
	return nil
}

func (c *Call) RemoveHeader(response bool, name string) error {
	h, err := c.writable(response, name, "")
	if err != nil {
		return err
	}
	h.Del(name)
	return nil
}

// writable returns the list that a plugin may change, if that field is one for
// plugins.
func (c *Call) writable(response bool, name, value string) (*Header, error) {
	if c.flushed {
		return nil, hostabi.EPHASE
	}
	if !hostabi.ValidName(name) || !hostabi.ValidValue(value) {
		return nil, hostabi.EINVAL
	}
	if Framing(name) {
		return nil, hostabi.EPERM
	}
	h := &c.x.Request.Header
	if response {
		h = &c.x.Response.Header
	}
	return h, nil
}

// holds reports whether the list is within its limits with one more field,
// which stands in place of those of its name if it replaces them.
func holds(h Header, name, value string, replaces bool) bool {
	fields, size := 1, len(name)+len(value)
	for i := range h {
		if f := &h[i]; !replaces || !hostabi.EqualName(f.Name, name) {
			fields++
			size += len(f.Name) + len(f.Value)
		}
	}
	return fields <= MaxFields && size <= MaxFieldBytes
}

// Framing reports whether a field frames a message or holds for one hop
// (RFC 9110, section 7.6.1; RFC 9112, section 6): the host's alone.
func Framing(name string) bool {
	switch len(name) {
	case 2:
		return hostabi.EqualName(name, "TE")
	case 4:
		return hostabi.EqualName(name, "Host")
	case 6:
		return hostabi.EqualName(name, "Expect")
	case 7:
		return hostabi.EqualName(name, "Upgrade") || hostabi.EqualName(name, "Trailer")
	case 10:
		return hostabi.EqualName(name, "Connection") || hostabi.EqualName(name, "Keep-Alive")
	case 14:
		return hostabi.EqualName(name, "Content-Length")
	case 16:
		return hostabi.EqualName(name, "Proxy-Connection")
	case 17:
		return hostabi.EqualName(name, "Transfer-Encoding")
	}
	return false
}

// DroppedByREST reports whether a REST API drops a field on arrival, beyond
// those that frame a message (see [Framing]; recorded at AWS).
func DroppedByREST(name string) bool {
	switch len(name) {
	case 6:
		return hostabi.EqualName(name, "Server")
	case 11:
		return hostabi.EqualName(name, "Content-MD5")
	case 12:
		return hostabi.EqualName(name, "Max-Forwards")
	case 16:
		return hostabi.EqualName(name, "WWW-Authenticate")
	case 18:
		return hostabi.EqualName(name, "Proxy-Authenticate")
	}
	return false
}

func (c *Call) Status() int {
	if c.flushed {
		return 0
	}
	return c.x.Response.Status
}

func (c *Call) SetStatus(status int) error {
	if c.flushed {
		return hostabi.EPHASE
	}
	if status < 200 || status > 599 {
		return hostabi.EINVAL
	}
	c.x.Response.Status = status
	return nil
}

func (c *Call) SetPrincipal(id string) error {
	if !hostabi.ValidValue(id) {
		return hostabi.EINVAL
	}
	c.Principal = id
	return nil
}

func (c *Call) SetAuthContext(key, value string, kind hostabi.ValueKind) error {
	if key == "" {
		return hostabi.EINVAL
	}
	if !validAuthValue(value, kind, c.x.API) {
		return hostabi.EINVAL
	}
	if len(c.AuthContext) >= MaxFields {
		return hostabi.E2BIG
	}
	for i := range c.AuthContext {
		if c.AuthContext[i].Key == key {
			c.AuthContext[i] = AuthValue{key, value, kind}
			return nil
		}
	}
	c.AuthContext = append(c.AuthContext, AuthValue{key, value, kind})
	return nil
}

func (c *Call) Event() ([]byte, error) {
	if c.BuildEvent == nil || c.flushed {
		return nil, hostabi.EPHASE
	}
	if c.event == nil {
		defer c.bound(&c.x.Request.Body)()
		c.event, c.EventErr = c.BuildEvent(c)
		switch {
		case errors.Is(c.EventErr, ErrTooLarge):
			return nil, hostabi.E2BIG
		case c.EventErr != nil:
			return nil, hostabi.ECONN
		}
	}
	return c.event, nil
}

func (c *Call) WriteResult(json []byte) error {
	if c.flushed {
		return hostabi.EPHASE
	}
	if len(json) > c.keepLimit() {
		return hostabi.E2BIG
	}
	c.Result = append(c.Result[:0], json...)
	return nil
}

func (c *Call) keepLimit() int {
	if c.KeepLimit > 0 {
		return c.KeepLimit
	}
	return DefaultKeepLimit
}

func (c *Call) body(response bool) (*Body, int) {
	if response {
		return &c.x.Response.Body, 1
	}
	return &c.x.Request.Body, 0
}

// Bound has the plugin wait for senders of bodies no longer than nine tenths of
// its timeout, counted from start, or with a zero start from the first time that
// it reads a body that is not all there. A guest cannot be stopped while the
// host reads for it, and slow clients would take all of a plugin's instances.
// The tenth that is left is for the guest to answer: it would be stopped
// otherwise, and a failure of its clients would count as its own. A timeout of 0
// is no bound.
func (c *Call) Bound(start time.Time, timeout time.Duration) {
	c.patience, c.until = timeout-timeout/10, time.Time{}
	if !start.IsZero() && timeout > 0 {
		c.until = start.Add(c.patience)
	}
}

// bound makes Bound hold for b until the function that it returns is called.
func (c *Call) bound(b *Body) func() {
	if c.patience <= 0 || !b.Streams() {
		return unbound
	}
	if c.until.IsZero() || c.flushed { // a stream may last
		c.until = time.Now().Add(c.patience)
	}
	b.until = c.until
	return func() { b.until = time.Time{} }
}

func unbound() {}

func (c *Call) ReadBody(response bool, p []byte) (int, error) {
	b, i := c.body(response)
	if c.closed[i] || c.flushed && response {
		return 0, hostabi.EBADF
	}
	if c.replaced[i] {
		return 0, hostabi.EPHASE // its own writing is not there to be read
	}
	if !response && c.OnRead != nil {
		c.OnRead()
		c.OnRead = nil
	}
	defer c.bound(b)()
	n, err := b.readKept(p, c.read[i], c.keepLimit())
	c.read[i] += n
	switch {
	case err == nil || err == io.EOF:
		return n, nil
	case errors.Is(err, ErrTooLarge):
		return 0, hostabi.E2BIG
	}
	return 0, hostabi.ECONN
}

func (c *Call) WriteBody(response bool, p []byte) (int, error) {
	b, i := c.body(response)
	if c.closed[i] {
		return 0, hostabi.EBADF
	}
	if c.flushed && response {
		n, err := c.Stream.Write(p)
		if err != nil {
			return n, hostabi.EABORT
		}
		return n, nil
	}
	if !c.replaced[i] {
		c.replaced[i] = true
		b.SetBytes(nil)
		if response {
			c.x.Response.Trailer = nil
		} else {
			c.x.Request.Trailer = nil
		}
	}
	if err := b.Append(p, c.keepLimit()); err != nil {
		return 0, hostabi.E2BIG
	}
	return len(p), nil
}

func (c *Call) FlushBody(response bool) error {
	if c.closed[1] {
		return hostabi.EBADF
	}
	if !response || c.Stream == nil {
		return hostabi.EPHASE
	}
	if c.flushed {
		return nil
	}
	if c.x.Response.Status == 0 {
		c.x.Response.Status = 200
	}
	c.x.QueryParams() // later phases and the plugin both read it from now on
	c.flushed = true
	if err := c.Stream.Start(); err != nil {
		return hostabi.EABORT
	}
	return nil
}

func (c *Call) CloseBody(response bool) error {
	b, i := c.body(response)
	if c.closed[i] {
		return hostabi.EBADF
	}
	if c.flushed && response {
		c.closed[i] = true
		if c.Stream.Close() != nil {
			return hostabi.EABORT
		}
		return nil
	}
	if !c.replaced[i] { // closing without writing leaves an empty body
		b.SetBytes(nil)
		c.replaced[i] = true
	}
	c.closed[i] = true
	return nil
}
