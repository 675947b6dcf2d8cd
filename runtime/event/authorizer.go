package event

import "github.com/portico-gateway/portico/runtime/exchange"

// AppendToken appends the event of a TOKEN authorizer; token is the value of
// its identity source. See API Gateway guide, "Input to a Lambda authorizer".
func AppendToken(dst []byte, x *exchange.Exchange, token string) []byte {
	dst = append(dst, '{')
	dst = appendMember(dst, "type", "TOKEN")
	dst = appendMember(dst, "authorizationToken", token)
	dst = appendMember(dst, "methodArn", x.MethodARN())
	return append(dst, '}')
}

// AppendRequestV1 appends the event of a REQUEST authorizer: of a REST API, or
// of an HTTP API with format 1.0, which adds its version and the values of
// the identity sources. Maps without entries are empty objects here, not null
// as for integrations. It has no body.
func AppendRequestV1(dst []byte, x *exchange.Exchange, identity []string) []byte {
	dst = append(grow(dst, x, 0), '{')
	http := isHTTP(x)
	if http {
		dst = appendMember(dst, "version", "1.0")
	}
	dst = appendMember(dst, "type", "REQUEST")
	dst = appendMember(dst, "methodArn", x.MethodARN())
	if http {
		dst = appendIdentityText(appendKey(dst, "identitySource"), identity)
		dst = appendIdentityText(appendKey(dst, "authorizationToken"), identity)
	}
	dst = appendMessageV1(dst, x, "{}", true)
	return append(dst, '}')
}

// AppendRequestV2 appends the event of an HTTP API's authorizer with format
// 2.0. identity are the values of its identity sources. It has no body.
func AppendRequestV2(dst []byte, x *exchange.Exchange, identity []string) []byte {
	dst = append(grow(dst, x, 0), '{')
	dst = appendMember(dst, "version", "2.0")
	dst = appendMember(dst, "type", "REQUEST")
	dst = appendMember(dst, "routeArn", x.MethodARN())
	dst = append(appendKey(dst, "identitySource"), '[')
	for i := range identity {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, identity[i])
	}
	dst = append(dst, ']')
	dst = appendMessageV2(dst, x, true)
	return append(dst, '}')
}

// appendIdentityText appends the values joined by commas.
func appendIdentityText(dst []byte, identity []string) []byte {
	dst = append(dst, '"')
	for i := range identity {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendEscaped(dst, identity[i])
	}
	return append(dst, '"')
}
