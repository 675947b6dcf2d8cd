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

// form says what the bytes of a value can be, where it is set.
type form uint8

const (
	anything form = iota
	number        // digits, after a minus perhaps: a number of JSON, too
	word          // letters, digits and what no kind escapes
)

// appenders spare the search for a variable by its name, and the allocation of
// values that are not strings already. What is known of a value's form need
// not be looked for in each line.
var appenders = map[string]struct {
	append appender
	form   form
}{
	"requestId":         {text(func(x *exchange.Exchange) string { return x.ID }), word},
	"extendedRequestId": {text(func(x *exchange.Exchange) string { return x.ExtendedID }), word},
	"requestTime":       {appendTime, anything},
	"requestTimeEpoch": {func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return strconv.AppendInt(dst, x.Start.UnixMilli(), 10), true
	}, number},
	"path":       {appendPath, anything},
	"httpMethod": {text(func(x *exchange.Exchange) string { return x.Request.Method }), anything},
	"protocol":   {text(func(x *exchange.Exchange) string { return x.Request.Proto }), anything},
	"domainName": {text((*exchange.Exchange).DomainName), anything},
	"apiId": {text(func(x *exchange.Exchange) string {
		if x.API == nil {
			return ""
		}
		return x.API.ID
	}), anything},
	"stage": {text(func(x *exchange.Exchange) string {
		if x.Stage == nil {
			return ""
		}
		return x.Stage.Name
	}), anything},
	"resourcePath": {text(func(x *exchange.Exchange) string {
		if x.Route == nil {
			return ""
		}
		return x.Route.Resource
	}), anything},
	"routeKey": {text(func(x *exchange.Exchange) string {
		if x.Route == nil {
			return ""
		}
		return x.Route.Key
	}), anything},
	"identity.sourceIp": {func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return x.Request.Client.AppendTo(dst), x.Request.Client.IsValid()
	}, anything}, // a zone may be anything
	"identity.userAgent": {text(func(x *exchange.Exchange) string {
		v, _ := x.Request.Header.Get("User-Agent")
		return v
	}), anything},
	"integration.error": {text(func(x *exchange.Exchange) string {
		if x.Log.IntegrationError == nil {
			return ""
		}
		return x.Log.IntegrationError.Error()
	}), anything},
	"authorizer.error": {text(func(x *exchange.Exchange) string {
		if len(x.AuthContext) > 0 { // which may have a key of that name
			v, _ := x.ContextValue("authorizer.error")
			return v
		}
		return x.Log.AuthorizerError
	}), anything},
	"authorizer.principalId": {text(func(x *exchange.Exchange) string { return x.Principal }), anything},
	"error.message":          {text(func(x *exchange.Exchange) string { return x.Log.ErrorMessage }), anything},
	"error.responseType":     {text(func(x *exchange.Exchange) string { return x.Log.ErrorResponseType }), anything},
	"status":                 {func(dst []byte, x *exchange.Exchange) ([]byte, bool) { return appendNumber(dst, x.Log.Status) }, number},
	"responseLength":         {appendLength, number},
	"dataProcessed":          {appendLength, number},
	"responseLatency": {func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		return strconv.AppendInt(dst, x.Log.ResponseLatency.Milliseconds(), 10), true
	}, number},
	"integrationLatency":            {appendIntegrationLatency, number},
	"integration.latency":           {appendIntegrationLatency, number},
	"integrationStatus":             {appendIntegrationStatus, number},
	"integration.status":            {appendBackendStatus, number},
	"integration.integrationStatus": {appendIntegrationStatus, number},
}

// text appends what get returns; "" is not set.
func text(get func(*exchange.Exchange) string) appender {
	return func(dst []byte, x *exchange.Exchange) ([]byte, bool) {
		v := get(x)
		return append(dst, v...), v != "" // cut when it has been redacted
	}
}

// unset are variables of features that do not exist yet, in formats that are
// used all the same.
var unset = []string{"identity.caller", "identity.user"}

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
