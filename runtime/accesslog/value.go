package accesslog

import (
	"strconv"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// appender appends a variable's value, as exchange.ContextValue gives it, and
// reports whether it is set.
type appender func(dst []byte, x *exchange.Exchange) ([]byte, bool)

// appenders spare the allocation of values that are not strings already.
var appenders = map[string]appender{
	"requestTime": func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return x.Start.UTC().AppendFormat(dst, "02/Jan/2006:15:04:05 -0700"), true
	},
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
	"integration.status":            appendIntegrationStatus,
	"integration.integrationStatus": appendIntegrationStatus,
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

func appendNumber(dst []byte, n int) ([]byte, bool) {
	return strconv.AppendInt(dst, int64(n), 10), n != 0
}

func appendMilliseconds(dst []byte, d time.Duration) ([]byte, bool) {
	return strconv.AppendInt(dst, d.Milliseconds(), 10), d != 0
}
