package exchange

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// MethodARN is the ARN of the method being called, as policies name it:
// arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}.
func (x *Exchange) MethodARN() string {
	if x.API == nil || x.Stage == nil {
		return ""
	}
	return "arn:aws:execute-api:" + x.API.Region + ":" + x.API.AccountID + ":" + x.API.ID + "/" +
		x.Stage.Name + "/" + x.Request.Method + "/" + strings.TrimPrefix(x.Request.Path, "/")
}

// DomainName is the host that the client named, without its port.
func (x *Exchange) DomainName() string {
	h := x.Request.Host
	if i := strings.LastIndexByte(h, ':'); i >= 0 && strings.IndexByte(h[i:], ']') < 0 {
		return h[:i]
	}
	return h
}

// StagePath is the path as $context.path has it: with the stage or base path.
func (x *Exchange) StagePath() string {
	if x.Stage == nil {
		return x.Request.RawPath
	}
	p := x.Stage.BasePath
	if x.Stage.InPath {
		p += "/" + x.Stage.Name
	}
	return p + x.Request.Path
}

// requestTimeLayout is the CLF time that $context.requestTime has.
const requestTimeLayout = "02/Jan/2006:15:04:05 -0700"

// RequestTime is $context.requestTime.
func (x *Exchange) RequestTime() string { return x.Start.UTC().Format(requestTimeLayout) }

// ContextValue returns the variable $context.name, without its dollar and
// prefix. ok is false when the variable is not set or there is none of that
// name; access logs then write "-" (AWS guide, "$context variables").
func (x *Exchange) ContextValue(name string) (value string, ok bool) {
	if key, found := strings.CutPrefix(name, "authorizer."); found {
		return x.authorizerValue(key)
	}
	if key, found := strings.CutPrefix(name, "identity."); found {
		return x.identityValue(key)
	}
	switch name {
	case "requestId":
		return present(x.ID)
	case "extendedRequestId":
		return present(x.ExtendedID)
	case "xrayTraceId":
		return present(x.TraceID)
	case "requestTime":
		return x.RequestTime(), true
	case "requestTimeEpoch":
		return strconv.FormatInt(x.Start.UnixMilli(), 10), true
	case "httpMethod":
		return present(x.Request.Method)
	case "path":
		return present(x.StagePath())
	case "protocol":
		return present(x.Request.Proto)
	case "domainName":
		return present(x.DomainName())
	case "domainPrefix":
		prefix, _, _ := strings.Cut(x.DomainName(), ".")
		return present(prefix)
	case "accountId":
		if x.API != nil {
			return present(x.API.AccountID)
		}
	case "apiId":
		if x.API != nil {
			return present(x.API.ID)
		}
	case "stage":
		if x.Stage != nil {
			return present(x.Stage.Name)
		}
	case "resourcePath":
		if x.Route != nil {
			return present(x.Route.Resource)
		}
	case "resourceId":
		if x.Route != nil {
			return present(x.Route.ResourceID)
		}
	case "routeKey":
		if x.Route != nil {
			return present(x.Route.Key)
		}
	case "operationName":
		if x.Route != nil {
			return present(x.Route.Operation)
		}
	case "status":
		return number(int64(x.Log.Status))
	case "responseLength", "dataProcessed":
		return strconv.FormatInt(x.Log.ResponseLength, 10), true
	case "responseLatency":
		return strconv.FormatInt(x.Log.ResponseLatency.Milliseconds(), 10), true
	case "error.message":
		return present(x.Log.ErrorMessage)
	case "error.messageString":
		if x.Log.ErrorMessage == "" {
			return "", false
		}
		text, err := json.Marshal(x.Log.ErrorMessage)
		return string(text), err == nil
	case "error.responseType":
		return present(x.Log.ErrorResponseType)
	case "integrationLatency", "integration.latency":
		return milliseconds(x.Log.IntegrationLatency)
	case "integrationStatus", "integration.integrationStatus":
		return number(int64(x.Log.IntegrationStatus))
	case "integration.status":
		return number(int64(x.Log.BackendStatus))
	case "integrationErrorMessage", "integration.error":
		if x.Log.IntegrationError != nil {
			return x.Log.IntegrationError.Error(), true
		}
	}
	return "", false
}

func (x *Exchange) authorizerValue(key string) (string, bool) {
	switch key {
	case "principalId":
		return present(x.Principal)
	case "latency", "integrationLatency":
		if _, ok := x.AuthValue(key); !ok {
			return milliseconds(x.Log.AuthorizerLatency)
		}
	case "status", "integrationStatus":
		if _, ok := x.AuthValue(key); !ok {
			return number(int64(x.Log.AuthorizerStatus))
		}
	case "error":
		if _, ok := x.AuthValue(key); !ok {
			return present(x.Log.AuthorizerError)
		}
	}
	v, ok := x.AuthValue(key)
	return v.Value, ok
}

func (x *Exchange) identityValue(key string) (string, bool) {
	switch key {
	case "sourceIp":
		return x.Request.Client.String(), x.Request.Client.IsValid()
	case "userAgent":
		return x.Request.Header.Get("User-Agent")
	}
	return "", false
}

func present(s string) (string, bool) { return s, s != "" }

func number(n int64) (string, bool) {
	if n == 0 {
		return "", false
	}
	return strconv.FormatInt(n, 10), true
}

func milliseconds(d time.Duration) (string, bool) {
	if d == 0 {
		return "", false
	}
	return strconv.FormatInt(d.Milliseconds(), 10), true
}
