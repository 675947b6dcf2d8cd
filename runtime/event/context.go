package event

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// timeLayout is the form of requestTime and time.
const timeLayout = "02/Jan/2006:15:04:05 -0700"

// appendContextV1 appends "requestContext" of format 1.0. An authorizer's
// event has no word of an authorizer's decision in it.
func appendContextV1(dst []byte, x *exchange.Exchange, authorizer bool) []byte {
	http := isHTTP(x)
	dst = append(appendKey(dst, "requestContext"), '{')
	dst = appendIDs(dst, x)
	if !authorizer {
		dst = appendAuthorizerV1(dst, x, http)
	}
	if !http {
		dst = appendNull(dst, "deploymentId")
	}
	dst = appendDomain(dst, x)
	dst = appendNullable(dst, "extendedRequestId", x.ExtendedID)
	dst = appendMember(dst, "httpMethod", x.Request.Method)
	dst = appendIdentity(dst, x, http && authorizer)
	if x.Route != nil && x.Route.Operation != "" {
		dst = appendMember(dst, "operationName", x.Route.Operation)
	}
	if http {
		dst = appendMember(dst, "path", path(x))
	} else {
		dst = appendStagePath(dst, x)
	}
	dst = appendMember(dst, "protocol", x.Request.Proto)
	dst = appendMember(dst, "requestId", x.ID)
	dst = appendTime(dst, "requestTime", x)
	dst = appendInt(dst, "requestTimeEpoch", x.Start.UnixMilli())
	resourceID := ""
	if x.Route != nil {
		resourceID = x.Route.ResourceID
	}
	dst = appendNullable(dst, "resourceId", resourceID)
	dst = appendMember(dst, "resourcePath", resource(x))
	dst = appendMember(dst, "stage", stageName(x))
	return append(dst, '}')
}

// appendIdentity appends "identity" of format 1.0: who the caller is to IAM
// and Cognito, which is nobody, and where it is.
func appendIdentity(dst []byte, x *exchange.Exchange, amr bool) []byte {
	dst = append(appendKey(dst, "identity"), `{"accessKey":null,"accountId":null,"caller":null`...)
	if amr {
		dst = append(dst, `,"cognitoAmr":null`...)
	}
	dst = append(dst, `,"cognitoAuthenticationProvider":null,"cognitoAuthenticationType":null`+
		`,"cognitoIdentityId":null,"cognitoIdentityPoolId":null,"principalOrgId":null`...)
	dst = appendAddr(dst, "sourceIp", x.Request.Client)
	dst = appendNull(dst, "user")
	agent, _ := x.Request.Header.Last("User-Agent")
	dst = appendNullable(dst, "userAgent", agent)
	return append(dst, `,"userArn":null}`...)
}

// appendContextV2 appends "requestContext" of format 2.0.
func appendContextV2(dst []byte, x *exchange.Exchange, authorizer bool) []byte {
	dst = append(appendKey(dst, "requestContext"), '{')
	dst = appendIDs(dst, x)
	if !authorizer {
		dst = appendAuthorizerV2(dst, x)
	}
	dst = appendDomain(dst, x)
	dst = append(appendKey(dst, "http"), '{')
	dst = appendMember(dst, "method", x.Request.Method)
	dst = appendRawPath(dst, "path", x)
	dst = appendMember(dst, "protocol", x.Request.Proto)
	dst = appendAddr(dst, "sourceIp", x.Request.Client)
	agent, _ := x.Request.Header.Last("User-Agent")
	dst = append(appendMember(dst, "userAgent", agent), '}')
	dst = appendMember(dst, "requestId", x.ID)
	dst = appendMember(dst, "routeKey", routeKey(x))
	dst = appendMember(dst, "stage", stageName(x))
	dst = appendTime(dst, "time", x)
	dst = appendInt(dst, "timeEpoch", x.Start.UnixMilli())
	return append(dst, '}')
}

func appendIDs(dst []byte, x *exchange.Exchange) []byte {
	if x.API == nil {
		return appendNull(appendNull(dst, "accountId"), "apiId")
	}
	dst = appendNullable(dst, "accountId", x.API.AccountID)
	return appendNullable(dst, "apiId", x.API.ID)
}

func appendDomain(dst []byte, x *exchange.Exchange) []byte {
	domain := x.DomainName()
	prefix, _, _ := strings.Cut(domain, ".")
	dst = appendMember(dst, "domainName", domain)
	return appendMember(dst, "domainPrefix", prefix)
}

func appendTime(dst []byte, key string, x *exchange.Exchange) []byte {
	dst = append(appendKey(dst, key), '"')
	dst = x.Start.UTC().AppendFormat(dst, timeLayout)
	return append(dst, '"')
}

// authorized reports whether an authorizer let the request in.
func authorized(x *exchange.Exchange) bool {
	return x.Principal != "" || len(x.AuthContext) > 0 || x.Log.AuthorizerStatus != 0 ||
		x.Log.AuthorizerCached || x.Log.AuthorizerShared
}

// appendAuthorizerV1 appends "authorizer" of format 1.0. Without one a REST
// API's event has no such key and an HTTP API's has nulls. The names that the
// gateway sets win over the same in the authorizer's context.
func appendAuthorizerV1(dst []byte, x *exchange.Exchange, http bool) []byte {
	if !authorized(x) {
		if http {
			return append(appendKey(dst, "authorizer"), `{"claims":null,"scopes":null}`...)
		}
		return dst
	}
	dst = append(appendKey(dst, "authorizer"), '{')
	if x.Principal != "" {
		dst = appendMember(dst, "principalId", x.Principal)
	}
	dst = appendInt(dst, "integrationLatency", x.Log.AuthorizerLatency.Milliseconds())
	for i := range x.AuthContext {
		v := &x.AuthContext[i]
		if v.Key == "integrationLatency" || v.Key == "principalId" && x.Principal != "" {
			continue
		}
		dst = appendAuthValue(dst, v, http)
	}
	return append(dst, '}')
}

// appendAuthorizerV2 appends "authorizer" of format 2.0. An authorizer
// without a context gives an empty object.
func appendAuthorizerV2(dst []byte, x *exchange.Exchange) []byte {
	if !authorized(x) {
		return dst
	}
	dst = append(appendKey(dst, "authorizer"), `{"lambda":{`...)
	for i := range x.AuthContext {
		dst = appendAuthValue(dst, &x.AuthContext[i], true)
	}
	return append(dst, `}}`...)
}

// appendAuthValue appends one value of an authorizer's context: as a string
// in a REST API, with its type in an HTTP API.
func appendAuthValue(dst []byte, v *exchange.AuthValue, typed bool) []byte {
	dst = appendKey(dst, v.Key)
	if typed && v.Kind != hostabi.ValueString && v.Value != "" {
		return append(dst, v.Value...)
	}
	return appendString(dst, v.Value)
}
