package accesslog

import (
	"sync/atomic"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// variable is how a value gets into a line: by one of its functions. It is the
// value that exchange.ContextValue gives.
type variable struct {
	text   func(x *exchange.Exchange) string              // "" is not set
	number func(x *exchange.Exchange) (n int64, set bool) // in decimal
	append func(dst []byte, x *exchange.Exchange) []byte  // of more than one string; nothing is not set
	word   bool                                           // a text that needs no escaping within quotes
}

// variables spare the search for a variable by its name, and the allocation of
// values that are not strings already.
var variables = map[string]variable{
	"requestId":          {text: func(x *exchange.Exchange) string { return x.ID }, word: true},
	"extendedRequestId":  {text: func(x *exchange.Exchange) string { return x.ExtendedID }, word: true},
	"requestTime":        {text: requestTime, word: true}, // its one space is meant, in text too
	"requestTimeEpoch":   {number: func(x *exchange.Exchange) (int64, bool) { return x.Start.UnixMilli(), true }},
	"path":               {append: appendPath},
	"httpMethod":         {text: func(x *exchange.Exchange) string { return x.Request.Method }},
	"protocol":           {text: func(x *exchange.Exchange) string { return x.Request.Proto }},
	"domainName":         {text: (*exchange.Exchange).DomainName},
	"identity.sourceIp":  {append: appendClient},
	"identity.userAgent": {text: userAgent},
	"apiId": {text: func(x *exchange.Exchange) string {
		if x.API == nil {
			return ""
		}
		return x.API.ID
	}},
	"stage": {text: func(x *exchange.Exchange) string {
		if x.Stage == nil {
			return ""
		}
		return x.Stage.Name
	}},
	"resourcePath": {text: func(x *exchange.Exchange) string {
		if x.Route == nil {
			return ""
		}
		return x.Route.Resource
	}},
	"routeKey": {text: func(x *exchange.Exchange) string {
		if x.Route == nil {
			return ""
		}
		return x.Route.Key
	}},
	"integration.error": {text: func(x *exchange.Exchange) string {
		if x.Log.IntegrationError == nil {
			return ""
		}
		return x.Log.IntegrationError.Error()
	}},
	"authorizer.error": {text: func(x *exchange.Exchange) string {
		if len(x.AuthContext) > 0 { // which may have a key of that name
			v, _ := x.ContextValue("authorizer.error")
			return v
		}
		return x.Log.AuthorizerError
	}},
	"authorizer.principalId": {text: func(x *exchange.Exchange) string { return x.Principal }},
	"error.message":          {text: func(x *exchange.Exchange) string { return x.Log.ErrorMessage }},
	"error.responseType":     {text: func(x *exchange.Exchange) string { return x.Log.ErrorResponseType }},
	"status":                 {number: func(x *exchange.Exchange) (int64, bool) { return int64(x.Log.Status), x.Log.Status != 0 }},
	"responseLength":         {number: responseLength},
	"dataProcessed":          {number: responseLength},
	"responseLatency": {number: func(x *exchange.Exchange) (int64, bool) {
		return x.Log.ResponseLatency.Milliseconds(), true
	}},
	"integrationLatency":            {number: integrationLatency},
	"integration.latency":           {number: integrationLatency},
	"integrationStatus":             {number: integrationStatus},
	"integration.integrationStatus": {number: integrationStatus},
	"integration.status": {number: func(x *exchange.Exchange) (int64, bool) {
		return int64(x.Log.BackendStatus), x.Log.BackendStatus != 0
	}},
}

// variableOf is the variable of a known name.
func variableOf(name string) variable {
	if v, ok := variables[name]; ok {
		return v
	}
	return variable{text: func(x *exchange.Exchange) string {
		v, ok := x.ContextValue(name)
		if !ok {
			return ""
		}
		return v
	}}
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

func requestTime(x *exchange.Exchange) string {
	unix := x.Start.Unix()
	s := lastSecond.Load()
	if s == nil || s.unix != unix {
		s = &second{unix, x.RequestTime()}
		lastSecond.Store(s)
	}
	return s.text
}

func userAgent(x *exchange.Exchange) string {
	v, _ := x.Request.Header.Get("User-Agent")
	return v
}

func appendClient(dst []byte, x *exchange.Exchange) []byte {
	q := &x.Request
	if q.PeerText != "" && q.Client == q.Peer.Addr() {
		return append(dst, q.PeerText...)
	}
	return q.Client.AppendTo(dst)
}

func appendPath(dst []byte, x *exchange.Exchange) []byte {
	if x.Stage == nil {
		return append(dst, x.Request.RawPath...)
	}
	dst = append(dst, x.Stage.BasePath...)
	if x.Stage.InPath {
		dst = append(append(dst, '/'), x.Stage.Name...)
	}
	return append(dst, x.Request.Path...)
}

func responseLength(x *exchange.Exchange) (int64, bool) { return x.Log.ResponseLength, true }

func integrationLatency(x *exchange.Exchange) (int64, bool) {
	return x.Log.IntegrationLatency.Milliseconds(), x.Log.IntegrationLatency != 0
}

func integrationStatus(x *exchange.Exchange) (int64, bool) {
	return int64(x.Log.IntegrationStatus), x.Log.IntegrationStatus != 0
}
