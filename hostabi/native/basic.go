package native

import (
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// log(level, ptr, len)
func logLine(c *call, s []uint64) int32 {
	level := uint32(s[0])
	if level > uint32(hostabi.LevelError) {
		return einval
	}
	b, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	if !c.line(slogLevels[level], b, "") {
		return eagain
	}
	return 0
}

var slogLevels = [...]slog.Level{
	hostabi.LevelDebug: slog.LevelDebug,
	hostabi.LevelInfo:  slog.LevelInfo,
	hostabi.LevelWarn:  slog.LevelWarn,
	hostabi.LevelError: slog.LevelError,
}

// line logs a line of the guest's unless the call has used its lines up. What
// was printed takes as many lines as it needs; what was logged is cut.
func (c *call) line(level slog.Level, text []byte, stream string) bool {
	if !c.plugin.log.Enabled(c.instance.Context(), level) {
		return true
	}
	if c.lines.Logged < c.lines.Max {
		text = c.redacted(text)
	}
	for {
		n := min(len(text), adapter.MaxLine)
		line, ok := c.lines.Admit(text[:n])
		text = text[n:]
		switch {
		case !ok:
			return false
		case stream == "":
			c.log(level, line)
			return true
		}
		c.log(level, line, slog.String("stream", stream))
		if len(text) == 0 {
			return true
		}
	}
}

// redacted is text without the values of secrets. It is to be cut later: a part
// of a value is not known for one. Of text that is too long, it is what is up to
// maxRedacted, and not the beginning of a value that goes on.
func (c *call) redacted(text []byte) []byte {
	secrets := c.plugin.capabilities.Secrets
	if secrets == nil {
		return text
	}
	if len(text) > maxRedacted {
		text = text[:maxRedacted]
		text = text[:len(text)-secrets.Begun(text)]
	}
	return secrets.Redact(text)
}

// log adds what tells whose line it is.
func (c *call) log(level slog.Level, text string, attrs ...slog.Attr) {
	switch {
	case c.phase == starting:
		attrs = append(attrs, slog.String("call", "start"))
	default:
		attrs = append(attrs, slog.String("call", c.kind.String()))
	}
	if c.host != nil {
		if id, ok := c.host.Field(hostabi.FieldRequestID); ok {
			attrs = append(attrs, slog.String("request", id))
		}
	}
	c.plugin.log.LogAttrs(c.instance.Context(), level, text, attrs...)
}

// config_read(ptr, cap)
func configRead(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	return put(dst, view(c.plugin.config))
}

// config_error(ptr, len)
func configError(c *call, s []uint64) int32 {
	b, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	c.refusal = string(b[:min(len(b), maxConfigError)])
	return 0
}

// random(ptr, len)
func random(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[0], s[1])
	switch {
	case !ok:
		return efault
	case len(dst) > maxRandom:
		return e2big
	}
	rand.Read(dst) // never fails; see its documentation
	return 0
}

// clock_unix_ns() -> i64
func unixNs(i *engine.Instance) int64 { return now(i).UnixNano() }

// clock_monotonic_ns() -> i64
func monotonicNs(i *engine.Instance) int64 { return int64(now(i).Sub(epoch)) }

// epoch is where clock_monotonic_ns begins.
var epoch = time.Now()

// now is the time that a guest sees: its plugin's clock, which is not known yet
// while the instance starts.
func now(i *engine.Instance) time.Time {
	if c, _ := i.Value.(*call); c != nil {
		return c.plugin.now()
	}
	return time.Now()
}

// deadline_ms() -> i64
func deadlineMs(i *engine.Instance) int64 {
	until, ok := i.Deadline()
	if !ok { // a plugin's calls all have one
		return 0
	}
	return max(0, time.Until(until).Milliseconds())
}
