package accesslog

import (
	"slices"
	"strings"
)

// names are the variables of REST, HTTP and WebSocket APIs (AWS guide,
// "$context variables for data models, authorizers, mapping templates, and
// access logging"), and those of them that have two names.
var names = strings.Fields(`
	accountId apiId deploymentId authorizer.principalId awsEndpointRequestId awsEndpointRequestId2
	domainName domainPrefix error.message error.messageString error.responseType error.validationErrorString
	extendedRequestId httpMethod isCanaryRequest operationName path protocol requestId requestTime
	requestTimeEpoch resourceId resourcePath routeKey stage wafResponseCode webaclArn
	identity.accountId identity.apiKey identity.apiKeyId identity.caller
	identity.cognitoAuthenticationProvider identity.cognitoAuthenticationType identity.cognitoIdentityId
	identity.cognitoIdentityPoolId identity.principalOrgId identity.sourceIp identity.user identity.userAgent
	identity.userArn identity.vpcId identity.vpceId
	identity.clientCert.clientCertPem identity.clientCert.subjectDN identity.clientCert.issuerDN
	identity.clientCert.serialNumber identity.clientCert.validity.notBefore identity.clientCert.validity.notAfter
	authorize.error authorize.latency authorize.status
	authenticate.error authenticate.latency authenticate.status
	authorizer.error authorizer.integrationLatency authorizer.integrationStatus authorizer.latency
	authorizer.requestId authorizer.status
	customDomain.basePathMatched endpointType
	integration.error integration.integrationStatus integration.latency integration.requestId integration.status
	integrationErrorMessage integrationLatency integrationStatus
	responseLatency responseLength dataProcessed status
	waf.error waf.latency waf.status xrayTraceId
	connectedAt connectionId eventType messageId disconnectStatusCode disconnectReason messageDirection
`)

// open are the beginnings of names that users choose.
var open = []string{"authorizer.", "requestOverride.", "responseOverride."}

// known reports whether there is such a variable. Known ones that this
// gateway does not set are "-", as on AWS where a feature is not in use.
func known(name string) bool {
	if slices.Contains(names, name) {
		return true
	}
	for _, prefix := range open {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// foreign reports whether a plugin may have chosen the value of a variable: what
// an authorizer says, the texts of errors, and what mappers may change.
func foreign(name string) bool {
	switch name {
	case "httpMethod", "path", "identity.userAgent", "integration.error", "integrationErrorMessage":
		return true
	}
	return strings.HasPrefix(name, "authorizer.")
}

// nearest returns the known name that is most like name, "" if none is.
func nearest(name string) string {
	lower := strings.ToLower(name)
	for _, n := range names { // a name without its group
		if strings.HasSuffix(strings.ToLower(n), "."+lower) {
			return n
		}
	}
	best, least := "", len(name)/3+2
	for _, n := range names {
		if d := distance(lower, strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance is the number of edits from a to b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
