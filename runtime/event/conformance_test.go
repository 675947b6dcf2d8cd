package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// conformance reads a file of the samples beside the repository.
func conformance(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "conformance", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("NOT SHOWN: that events have the shape of AWS's samples: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoded(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

// free are the maps whose keys are data; only the type of values counts.
var free = []string{"headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters",
	"pathParameters", "stageVariables"}

// lambda is where the context of a Lambda authorizer stands in format 2.0;
// samples show the claims of a JWT beside or in place of it.
const lambda = "requestContext.authorizer.lambda"

// differences lists where an event's keys and types are not those of a
// sample, as "path: what". Null is a value of any type.
func differences(path string, got, want any) (list []string) {
	if got == nil || want == nil {
		return nil
	}
	if g, w := fmt.Sprintf("%T", got), fmt.Sprintf("%T", want); g != w {
		return []string{path + ": " + g + " in place of " + w}
	}
	switch want := want.(type) {
	case []any:
		if got := got.([]any); len(want) > 0 && len(got) > 0 {
			return differences(path+"[]", got[0], want[0])
		}
	case map[string]any:
		got := got.(map[string]any)
		if strings.HasPrefix(lambda, path) && strings.HasPrefix(path, "requestContext.authorizer") {
			return nil // both are objects
		}
		if slices.Contains(free, path) {
			for _, w := range want {
				for _, g := range got {
					return differences(path+".*", g, w)
				}
			}
			return nil
		}
		for key, w := range want {
			here := strings.TrimPrefix(path+"."+key, ".")
			if g, ok := got[key]; ok {
				list = append(list, differences(here, g, w)...)
			} else {
				list = append(list, here+": missing")
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				list = append(list, strings.TrimPrefix(path+"."+key, ".")+": not in the sample")
			}
		}
	}
	sort.Strings(list)
	return list
}

// The events have the keys and the JSON types of AWS's samples. What differs
// is listed with its reason: what Portico does not have (client certificates,
// API keys, JWT and IAM authorizers), what a sample leaves out that
// recordings of the service have, and what AWS's documentation shows by
// mistake.
func TestEventsHaveTheKeysOfSamples(t *testing.T) {
	const cert = "requestContext.identity.clientCert: missing"
	const cert2 = "requestContext.authentication: missing"
	// The recording of a REST API has it, samples of 2017 do not.
	const deployment = "requestContext.deploymentId: not in the sample"
	keys := []string{"requestContext.identity.apiKey: missing", "requestContext.identity.apiKeyId: missing"}
	// Samples of REST authorizers show a part of requestContext only.
	short := []string{"protocol", "domainName", "domainPrefix", "extendedRequestId", "requestTime", "requestTimeEpoch"}
	shortIdentity := []string{"accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
		"cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userAgent", "userArn"}
	var shortened []string
	for _, k := range short {
		shortened = append(shortened, "requestContext."+k+": not in the sample")
	}
	for _, k := range shortIdentity {
		shortened = append(shortened, "requestContext.identity."+k+": not in the sample")
	}
	v1 := []string{cert}
	v2 := []string{cert2}
	tests := []struct {
		file  string
		event string
		allow []string
	}{
		{"apigw-request.json", "proxy_rest", append([]string{cert, deployment, "requestContext.identity.principalOrgId: not in the sample", "isBase64Encoded: not in the sample"}, keys...)},
		{"apigw-restapi-openapi-request.json", "proxy_rest", append([]string{deployment, "requestContext.identity.principalOrgId: not in the sample", "isBase64Encoded: not in the sample",
			"requestContext.operationName: missing"}, keys...)},
		{"apiGatewayProxyEvent.json", "proxy_http_v1", v1},
		{"apiGatewayProxyEventAnotherPath.json", "proxy_http_v1", v1},
		{"apiGatewayProxyEventNoOrigin.json", "proxy_http_v1", v1},
		{"apiGatewayProxyEventPathTrailingSlash.json", "proxy_http_v1", v1},
		{"apiGatewayProxyEvent_noVersionAuth.json", "proxy_http_v1", []string{cert, "version: not in the sample", "requestContext.authorizer: not in the sample"}}, // cut for a test of its owner's
		{"apiGatewayProxyOtherEvent.json", "proxy_http_v1", v1},
		{"apiGatewayProxyV2Event.json", "proxy_v2", v2},
		{"apiGatewayProxyV2EventPathTrailingSlash.json", "proxy_v2", v2},
		{"apiGatewayProxyV2Event_GET.json", "proxy_v2", append([]string{"body: not in the sample"}, v2...)},
		{"apiGatewayProxyV2LambdaAuthorizerEvent.json", "proxy_v2", nil},
		{"apiGatewayProxyV2OtherGetEvent.json", "proxy_v2", append([]string{"body: not in the sample"}, v2...)},
		{"apiGatewayProxyV2SchemaMiddlwareInvalidEvent.json", "proxy_v2", v2},
		{"apiGatewayProxyV2SchemaMiddlwareValidEvent.json", "proxy_v2", v2},
		{"apigw-v2-request-lambda-authorizer.json", "proxy_v2", v2},
		{"apigw-v2-request-no-authorizer.json", "proxy_v2_bare", v2},
		{"apiGatewayAuthorizerTokenEvent.json", "token", nil},
		{"apigw-custom-auth-request.json", "token", nil},
		{"apigw-custom-auth-request-type-request.json", "request_rest", append([]string{cert, deployment, "requestContext.identity.apiKey: missing"}, shortened...)},
		{"apiGatewayAuthorizerRequestEvent.json", "request_http_v1", []string{cert, "requestContext.identity.apiKey: missing", "multiValueQueryStringParameters: not in the sample"}},
		{"apigw-v2-custom-authorizer-v1-request.json", "request_http_v1", append([]string{cert, "requestContext.identity.apiKey: missing", "requestContext.identity.cognitoAmr: not in the sample",
			"multiValueQueryStringParameters: not in the sample", "multiValueHeaders: not in the sample"}, shortened...)},
		{"apiGatewayAuthorizerV2Event.json", "request_v2", v2},
		{"apigw-v2-custom-authorizer-v2-request.json", "request_v2", v2},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			sample := decoded(t, conformance(t, filepath.Join("lambda-events", tt.file)))
			for _, d := range differences("", decoded(t, built[tt.event](t)), sample) {
				if !slices.Contains(tt.allow, d) {
					t.Errorf("%s: %s", tt.event, d)
				}
			}
		})
	}
}

// What a sample of format 2.0 says of a request that can be made is said in
// the same words.
func TestEventRepeatsASample(t *testing.T) {
	want := decoded(t, conformance(t, "lambda-events/apigw-v2-request-no-authorizer.json")).(map[string]any)
	delete(want["requestContext"].(map[string]any), "authentication") // no client certificates
	delete(want["headers"].(map[string]any), "content-length")        // an exchange has none
	x := &exchange.Exchange{
		API:   &exchange.API{ID: "aaaaaaaaaa", AccountID: "123456789012", Protocol: exchange.HTTP},
		Stage: &exchange.Stage{Name: "$default", Default: true}, Route: &exchange.Route{Key: "$default"},
		ID: "LV7fzho-PHcEJPw=", TraceID: "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c", Start: time.UnixMilli(1587481701067),
		Request: exchange.Request{
			Method: "GET", Path: "/", RawPath: "/", Host: "aaaaaaaaaa.execute-api.us-west-2.amazonaws.com", Scheme: "https", Proto: "HTTP/1.1",
			Forwarded: "1.2.3.4", Port: "443", Client: netip.MustParseAddr("1.2.3.4"),
			Header: exchange.Header{{Name: "Accept", Value: "*/*"}, {Name: "User-Agent", Value: "curl/7.58.0"}},
		},
	}
	x.API.AccountID = want["requestContext"].(map[string]any)["accountId"].(string)
	if got := decoded(t, must(t)(AppendProxyV2(nil, x))); !reflect.DeepEqual(got, any(want)) {
		t.Errorf("event is %v\nwant %v", got, want)
	}
}

// The samples of answers are read.
func TestSampleAnswers(t *testing.T) {
	x := of(exchange.REST, "")
	if err := ParseProxyV1(conformance(t, "lambda-events/apigw-response.json"), x); err != nil {
		t.Fatal(err)
	}
	// Its lists repeat its headers: each is sent once.
	if got := responseOf(x); got.Status != 200 || got.Body != "Hello World" || len(got.Header) != 17+1 {
		t.Errorf("response is %+v", got)
	}
	text := strings.Replace(string(conformance(t, "lambda-events/apigw-custom-auth-response.json")), "Allow|Deny", "Allow", 1)
	text = strings.Replace(text, "{regionId}:{accountId}:{appId}/{stage}/{httpVerb}/[{resource}/[child-resources]]", "*:*:*", 1)
	d, err := ParseAuthorizerV1([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	d.Policy = nil
	want := &Decision{Principal: "yyyyyyyy", UsageKey: "{api-key}", Context: []exchange.AuthValue{
		{Key: "stringKey", Value: "value"}, {Key: "numberKey", Value: "1"}, {Key: "booleanKey", Value: "true"},
	}}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("decision is %+v, want %+v", d, want)
	}
}

// recorded is one request with what the service answered.
type recorded struct {
	ID, Category string
	Request      struct {
		Method, Path, Query string
		Headers             map[string]string
		Body                any
	}
	Expect struct {
		Status    int
		Snapshots []struct {
			Expected any
		}
	}
}

func recordings(t *testing.T, category string) (list []recorded) {
	t.Helper()
	var all []recorded
	if err := json.Unmarshal(conformance(t, "aws-recorded/dataplane-cases.json"), &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Category == category {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		t.Fatalf("no recordings of %s", category)
	}
	return list
}

// The recorded function answers with its request's body; the service's answer
// to that is ours.
func TestRecordedAnswers(t *testing.T) {
	for _, r := range recordings(t, "lambda-proxy-response-format") {
		t.Run(r.ID, func(t *testing.T) {
			answer := ""
			if m, ok := r.Request.Body.(map[string]any); ok {
				answer, _ = m["$text"].(string)
			}
			x := of(exchange.REST, "*/*")
			x.API.BinaryTypes = nil
			err := ParseProxyV1([]byte(answer), x)
			if r.Expect.Status == 502 {
				var malformed *Malformed
				if !errors.As(err, &malformed) {
					t.Errorf("%s gives %+v, %v, want it malformed", answer, responseOf(x), err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			expected := r.Expect.Snapshots[0].Expected.(map[string]any)
			got := responseOf(x)
			if got.Status != r.Expect.Status || got.Body != expected["content"] {
				t.Errorf("%s gives %+v, want %d and %q", answer, got, r.Expect.Status, expected["content"])
			}
			headers, _ := expected["headers"].(map[string]any)
			for name, want := range headers {
				if slices.Contains([]string{"Connection", "Content-Length", "Date", "Via"}, name) || strings.HasPrefix(strings.ToLower(name), "x-") {
					continue // of the front and of the respond phase
				}
				if v := strings.Join(got.Header.Values(nil, name), ", "); v != want || !slices.ContainsFunc(got.Header, func(f exchange.Field) bool { return f.Name == name }) {
					t.Errorf("%s is %q in %+v, want %q", name, v, got.Header, want)
				}
			}
		})
	}
}

// The recorded event is ours, but for what a content delivery network before
// the API added.
func TestRecordedEvent(t *testing.T) {
	for _, r := range recordings(t, "lambda-proxy-event") {
		if r.Expect.Status != 200 {
			continue // refused before there is an event
		}
		want := r.Expect.Snapshots[0].Expected.(map[string]any)["content"].(map[string]any)
		x := request(exchange.REST, r.Request.Body.(string))
		x.Principal, x.AuthContext, x.Log = "", nil, exchange.Record{}
		x.API.AccountID = "111111111111"
		x.Route.Resource = "/{pathVariable}"
		x.PathParams = []exchange.Field{{Name: "pathVariable", Value: "foobar"}}
		x.Stage = &exchange.Stage{Name: "test", InPath: true}
		x.Request.Path = strings.TrimPrefix(r.Request.Path, "/test")
		x.SetQuery(r.Request.Query)
		x.Request.Header = nil
		for name, value := range r.Request.Headers {
			x.Request.Header.Add(name, value)
		}
		got := decoded(t, must(t)(AppendProxyV1(nil, x))).(map[string]any)
		got["body"] = decoded(t, []byte(got["body"].(string)))
		compareRecorded(t, "", got, want)
	}
}

// compareRecorded compares values but for placeholders, which stand for any.
func compareRecorded(t *testing.T, path string, got, want any) {
	t.Helper()
	if s, ok := want.(string); ok && strings.HasPrefix(s, "<") {
		return
	}
	if g, ok := got.([]any); ok && len(g) == 1 {
		if w, ok := want.([]any); ok && len(w) == 1 {
			compareRecorded(t, path, g[0], w[0])
			return
		}
	}
	w, ok := want.(map[string]any)
	g, isMap := got.(map[string]any)
	if !ok || !isMap {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
		return
	}
	for key := range w {
		if strings.HasPrefix(key, "CloudFront-") || slices.Contains([]string{"Via", "X-Amz-Cf-Id", "Accept-Encoding"}, key) {
			continue
		}
		if _, ok := g[key]; !ok {
			t.Errorf("%s.%s is missing", path, key)
			continue
		}
		compareRecorded(t, path+"."+key, g[key], w[key])
	}
	for key := range g {
		if _, ok := w[key]; !ok {
			t.Errorf("%s.%s is not in the recording", path, key)
		}
	}
}

func TestFieldsThatNoEventHas(t *testing.T) {
	all := []string{"Connection", "Content-Length", "Expect", "TE", "Transfer-Encoding", "Trailer", "Upgrade", "Keep-Alive", "Proxy-Connection", "Host",
		"X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"}
	rest := []string{"Content-MD5", "Max-Forwards", "Proxy-Authenticate", "Server", "WWW-Authenticate"}
	for _, p := range []exchange.Protocol{exchange.REST, exchange.HTTP} {
		x := &exchange.Exchange{API: &exchange.API{Protocol: p}}
		want := []string{"X-Kept"}
		for _, name := range all {
			x.Request.Header.Add(strings.ToLower(name), "v")
		}
		for _, name := range rest {
			x.Request.Header.Add(name, "v")
			if p == exchange.HTTP {
				want = append(want, name)
			}
		}
		x.Request.Header.Add("X-Kept", "v")
		x.Request.Header.Add("Cookie", "a=1") // in "cookies" of format 2.0
		sort.Strings(want)
		for i, event := range [][]byte{must(t)(AppendProxyV1(nil, x)), must(t)(AppendProxyV2(nil, x))} {
			var got []string
			for name := range field(t, event, "headers").(map[string]any) {
				if !hostabi.EqualName(name, "Cookie") || i == 1 {
					got = append(got, name)
				}
			}
			sort.Strings(got)
			if !slices.EqualFunc(got, want, hostabi.EqualName) {
				t.Errorf("%v, format %d.0: headers are %q, want %q", p, i+1, got, want)
			}
		}
	}
}
