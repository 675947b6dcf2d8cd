package accesslog

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// appender appends a variable's value, as exchange.ContextValue gives it, and
// reports whether it is set.
type appender func(dst []byte, x *exchange.Exchange) ([]byte, bool)

// appenders spare the allocation of values that are not strings already.
var appenders = map[string]appender{
	"requestTime": appendTime,
	"requestTimeEpoch": func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return strconv.AppendInt(dst, x.Start.UnixMilli(), 10), true
	},
	"path": appendPath,
	"identity.sourceIp": func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return x.Request.Client.AppendTo(dst), x.Request.Client.IsValid()
	},
	"status":         func(dst []byte, x *exchange.Exchange) ([]byte, bool) { return appendNumber(dst, x.Log.Status) },
	"responseLength": appendLength,
	"dataProcessed":  appendLength,
	"responseLatency": func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return strconv.AppendInt(dst, x.Log.ResponseLatency.Milliseconds(), 10), true
	},
	"integrationLatency":            appendIntegrationLatency,
	"integration.latency":           appendIntegrationLatency,
	"integrationStatus":             appendIntegrationStatus,
	"integration.status":            appendBackendStatus,
	"integration.integrationStatus": appendIntegrationStatus,
}

// second is the text of a second. Formatting it for each line took half of the
// time that a line takes.
type second struct {
	unix int64
	text string
}

// lastSecond is the second of the last line, which most lines share.
var lastSecond atomic.Pointer[second]

func appendTime(dst []byte, x *exchange.Exchange) ([]byte, bool) {
	unix := x.Start.Unix()
	s := lastSecond.Load()
	if s == nil || s.unix != unix {
		s = &second{unix, x.RequestTime()}
		lastSecond.Store(s)
	}
	return append(dst, s.text...), true
}

func appendPath(dst []byte, x *exchange.Exchange) ([]byte, bool) {
	if x.Stage == nil {
		return append(dst, x.Request.RawPath...), x.Request.RawPath != ""
	}
	dst = append(dst, x.Stage.BasePath...)
	if x.Stage.InPath {
		dst = append(append(dst, '/'), x.Stage.Name...)
	}
	return append(dst, x.Request.Path...), true
}

func appendLength(dst []byte, x *exchange.Exchange) ([]byte, bool) {
	return strconv.AppendInt(dst, x.Log.ResponseLength, 10), true
}

func appendIntegrationLatency(dst []byte, x *exchange.Exchange) ([]byte, bool) {
	return appendMilliseconds(dst, x.Log.IntegrationLatency)
}

func appendIntegrationStatus(dst []byte, x *exchange.Exchange) ([]byte, bool) {
	return appendNumber(dst, x.Log.IntegrationStatus)
}

func appendBackendStatus(dst []byte, x *exchange.Exchange) ([]byte, bool) {
	return appendNumber(dst, x.Log.BackendStatus)
}

func appendNumber(dst []byte, n int) ([]byte, bool) {
	return strconv.AppendInt(dst, int64(n), 10), n != 0
}

func appendMilliseconds(dst []byte, d time.Duration) ([]byte, bool) {
	return strconv.AppendInt(dst, d.Milliseconds(), 10), d != 0
}
