package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// request is an exchange as the authorize phase leaves it, of a POST of that
// body to /orders/7, with repeated and odd fields.
func request(p exchange.Protocol, body string) *exchange.Exchange {
	x := &exchange.Exchange{
		API:        &exchange.API{ID: "api1", Protocol: p, AccountID: "123456789012", Region: "eu-west-1", BinaryTypes: []string{"image/*"}},
		Stage:      &exchange.Stage{Name: "prod", InPath: true, Variables: []exchange.Field{{Name: "backend", Value: "10.0.0.7"}}},
		Route:      &exchange.Route{Key: "POST /orders/{id}", Method: "POST", ResourceID: "abc123"},
		PathParams: []exchange.Field{{Name: "id", Value: "7"}},
		Principal:  "ann",
		AuthContext: []exchange.AuthValue{
			{Key: "tenant", Value: "t1"},
			{Key: "level", Value: "3", Kind: hostabi.ValueNumber},
			{Key: "admin", Value: "true", Kind: hostabi.ValueBoolean},
		},
		ID: "3f0c2a34-4f0c-4e63-9c1e-9c1f8ad6f3a1", ExtendedID: "TWegAcC4EowCHnA=",
		TraceID: "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c",
		Start:   time.Date(2026, 3, 4, 20, 15, 17, 135e6, time.FixedZone("", 3600)),
	}
	if p == exchange.REST {
		x.Route.Resource = "/orders/{id}"
	} else {
		x.AuthContext = append(x.AuthContext, exchange.AuthValue{Key: "roles", Value: `["a","b"]`, Kind: hostabi.ValueJSON})
	}
	x.Request = exchange.Request{
		Method: "POST", RawPath: "/prod/orders/7", Path: "/orders/7", Query: "a=1&b=%C3%A9&a=2&c",
		Host: "api1.example.com:8080", Scheme: "https", Proto: "HTTP/1.1", Forwarded: "192.0.2.9", Port: "443",
		Client: netip.MustParseAddr("192.0.2.9"),
		Header: exchange.Header{
			{Name: "user-Agent", Value: "curl/8"}, {Name: "authorization", Value: "Bearer x"},
			{Name: "Accept", Value: "text/html"}, {Name: "x-Odd", Value: "one \"two\"\t"}, {Name: "accept", Value: "*/*"},
			{Name: "Content-Type", Value: "application/json; charset=utf-8"}, {Name: "Cookie", Value: "s=1; t=2;"},
			{Name: "X-Forwarded-For", Value: "6.6.6.6"}, {Name: "Max-Forwards", Value: "3"}, {Name: "TE", Value: "gzip"},
		},
	}
	x.Request.Body.SetBytes([]byte(body))
	x.Log.AuthorizerLatency = 12 * time.Millisecond
	return x
}

// built makes each event of an exchange by name.
var built = map[string]func(*testing.T) []byte{
	"proxy_rest": func(t *testing.T) []byte {
		return must(t)(AppendProxyV1(nil, request(exchange.REST, "{\"a\": \"\u00e9\\n\"}\r\n\x01")))
	},
	"proxy_rest_bare": func(t *testing.T) []byte { return must(t)(AppendProxyV1(nil, bare(exchange.REST))) },
	"proxy_http_v1": func(t *testing.T) []byte {
		return must(t)(AppendProxyV1(nil, request(exchange.HTTP, `{"a":1}`)))
	},
	"proxy_http_v1_bare": func(t *testing.T) []byte { return must(t)(AppendProxyV1(nil, bare(exchange.HTTP))) },
	"proxy_v2":           func(t *testing.T) []byte { return must(t)(AppendProxyV2(nil, request(exchange.HTTP, `{"a":1}`))) },
	"proxy_v2_bare":      func(t *testing.T) []byte { return must(t)(AppendProxyV2(nil, bare(exchange.HTTP))) },
	"token":              func(*testing.T) []byte { return AppendToken(nil, request(exchange.REST, ""), "Bearer \"x\"") },
	"request_rest": func(*testing.T) []byte {
		return AppendRequestV1(nil, request(exchange.REST, "not shown"), []string{"x"})
	},
	"request_rest_bare": func(*testing.T) []byte { return AppendRequestV1(nil, bare(exchange.REST), nil) },
	"request_http_v1": func(*testing.T) []byte {
		return AppendRequestV1(nil, request(exchange.HTTP, ""), []string{"user1", "123"})
	},
	"request_v2": func(*testing.T) []byte {
		return AppendRequestV2(nil, request(exchange.HTTP, ""), []string{"user1", "123"})
	},
}

// bare is a GET with nothing that can be missing.
func bare(p exchange.Protocol) *exchange.Exchange {
	x := request(p, "")
	x.API = &exchange.API{Protocol: p}
	x.Stage = &exchange.Stage{Name: "$default", Default: true}
	x.Route = &exchange.Route{Key: "$default"}
	x.PathParams, x.AuthContext, x.Principal, x.ExtendedID, x.TraceID = nil, nil, "", "", ""
	x.Request = exchange.Request{Method: "GET", RawPath: "/", Path: "/", Host: "[::1]", Proto: "HTTP/1.1"}
	x.Log = exchange.Record{}
	return x
}

func must(t *testing.T) func([]byte, error) []byte {
	return func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func TestEventsAreTheGoldenOnes(t *testing.T) {
	for name, build := range built {
		t.Run(name, func(t *testing.T) {
			event := build(t)
			var got bytes.Buffer
			if err := json.Indent(&got, event, "", "  "); err != nil {
				t.Fatalf("%v in %s", err, event)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s:\n%s\nwant\n%s", name, got.Bytes(), want)
			}
		})
	}
}

// field finds a value in an event by its keys, with dots between.
func field(t *testing.T, event []byte, keys string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(event, &v); err != nil {
		t.Fatalf("%v in %s", err, event)
	}
	for _, key := range strings.Split(keys, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func TestPathsWithStageAndBasePath(t *testing.T) {
	def := exchange.Stage{Name: "$default", Default: true}
	tests := []struct {
		name                     string
		p                        exchange.Protocol
		stage                    exchange.Stage
		path, contextPath, path2 string
	}{
		{"REST below its stage", exchange.REST, exchange.Stage{Name: "dev", InPath: true}, "/orders/7", "/dev/orders/7", "/dev/orders/7"},
		{"REST at the root", exchange.REST, exchange.Stage{Name: "dev"}, "/orders/7", "/orders/7", "/dev/orders/7"},
		{"REST on a base path", exchange.REST, exchange.Stage{Name: "dev", BasePath: "/v1"}, "/v1/orders/7", "/v1/orders/7", "/dev/orders/7"},
		{"HTTP below its stage", exchange.HTTP, exchange.Stage{Name: "dev", InPath: true}, "/dev/orders/7", "/dev/orders/7", "/dev/orders/7"},
		{"HTTP in $default", exchange.HTTP, def, "/orders/7", "/orders/7", "/orders/7"},
		{"HTTP on a base path", exchange.HTTP, exchange.Stage{Name: "$default", Default: true, BasePath: "/v1"}, "/v1/orders/7", "/v1/orders/7", "/orders/7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := request(tt.p, "")
			x.Stage = &tt.stage
			v1, v2 := must(t)(AppendProxyV1(nil, x)), must(t)(AppendProxyV2(nil, x))
			got := [4]any{field(t, v1, "path"), field(t, v1, "requestContext.path"), field(t, v2, "rawPath"), field(t, v2, "requestContext.http.path")}
			if want := [4]any{tt.path, tt.contextPath, tt.path2, tt.path2}; got != want {
				t.Errorf("paths are %q, want %q", got, want)
			}
		})
	}
}

func TestBodyIsTextOrBase64(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		p                       exchange.Protocol
		want                    [2]any
	}{
		{"text", "text/plain", "hé", exchange.REST, [2]any{"hé", false}},
		{"what is not UTF-8", "text/plain", "\xff", exchange.REST, [2]any{"/w==", true}},
		{"a binary type", "image/PNG", "png", exchange.REST, [2]any{"cG5n", true}},
		{"a binary type with a parameter", "image/png; q=1", "png", exchange.REST, [2]any{"cG5n", true}},
		{"a type that only begins alike", "imagex/png", "png", exchange.REST, [2]any{"png", false}},
		{"a form in a REST API", "application/x-www-form-urlencoded", "a=1", exchange.REST, [2]any{"a=1", false}},
		{"a form in an HTTP API", "application/x-www-form-urlencoded", "a=1", exchange.HTTP, [2]any{"YT0x", true}},
		{"no type in a REST API", "", "a", exchange.REST, [2]any{"a", false}},
		{"no type in an HTTP API", "", "a", exchange.HTTP, [2]any{"YQ==", true}},
		{"text in an HTTP API", "TEXT/csv", "a", exchange.HTTP, [2]any{"a", false}},
		{"JSON in an HTTP API", "application/json;charset=utf-8", "1", exchange.HTTP, [2]any{"1", false}},
		{"XML in an HTTP API", "application/xml", "1", exchange.HTTP, [2]any{"1", false}},
		{"JavaScript in an HTTP API", "application/javascript", "1", exchange.HTTP, [2]any{"1", false}},
		{"text that is not UTF-8 in an HTTP API", "text/plain", "\xc3", exchange.HTTP, [2]any{"ww==", true}},
		{"nothing", "image/png", "", exchange.REST, [2]any{nil, false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := request(tt.p, tt.body)
			x.Request.Header = exchange.Header{{Name: "content-type", Value: tt.contentType}}
			e := must(t)(AppendProxyV1(nil, x))
			if got := [2]any{field(t, e, "body"), field(t, e, "isBase64Encoded")}; got != tt.want {
				t.Errorf("body is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestEveryTypeIsBinaryToStars(t *testing.T) {
	x := request(exchange.REST, "a")
	x.API.BinaryTypes = []string{"*/*"}
	x.Request.Header = nil
	if got := field(t, must(t)(AppendProxyV1(nil, x)), "body"); got != "YQ==" {
		t.Errorf("body is %v, want it encoded", got)
	}
}

func TestEventTooLarge(t *testing.T) {
	tests := []struct {
		name string
		set  func(*exchange.Body)
		want error
	}{
		{"a body over the limit", func(b *exchange.Body) { b.SetBytes(make([]byte, MaxEvent+1)) }, ErrTooLarge},
		{"a stream over the limit", func(b *exchange.Body) { b.SetStream(io.NopCloser(bytes.NewReader(make([]byte, MaxEvent+1))), -1) }, ErrTooLarge},
		{"a body that grows by its escapes", func(b *exchange.Body) { b.SetBytes(make([]byte, MaxEvent/2)) }, ErrTooLarge},
		{"a body that leaves no room for the rest", func(b *exchange.Body) { b.SetBytes(bytes.Repeat([]byte("a"), MaxEvent)) }, ErrTooLarge},
		{"a body that fits", func(b *exchange.Body) { b.SetBytes(bytes.Repeat([]byte("a"), MaxEvent-4096)) }, nil},
		{"a stream that breaks", func(b *exchange.Body) { b.SetStream(io.NopCloser(broken{}), 10) }, io.ErrClosedPipe},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, add := range []func([]byte, *exchange.Exchange) ([]byte, error){AppendProxyV1, AppendProxyV2} {
				x := request(exchange.HTTP, "")
				tt.set(&x.Request.Body)
				got, err := add([]byte("before"), x)
				if !errors.Is(err, tt.want) {
					t.Fatalf("error is %v, want %v", err, tt.want)
				}
				if tt.want != nil && string(got) != "before" {
					t.Errorf("dst has %d bytes, want what it had", len(got))
				}
				if tt.want == ErrTooLarge && !errors.Is(err, exchange.ErrTooLarge) {
					t.Errorf("%v is no exchange.ErrTooLarge", err)
				}
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestManyNamesAreGroupedAsFewAre(t *testing.T) {
	x := request(exchange.REST, "")
	var query strings.Builder
	for i := range 3000 {
		query.WriteString("k" + string(rune('a'+i%26)) + string(rune('a'+i/26%40)) + "=" + string(rune('0'+i%10)) + "&")
	}
	x.SetQuery(query.String())
	for i := range 100 {
		name := "h" + string(rune('a'+i%50))
		if i >= 50 {
			name = strings.ToUpper(name)
		}
		x.Request.Header.Add(name, "v")
	}
	var got, want struct {
		H map[string][]string `json:"multiValueHeaders"`
		Q map[string][]string `json:"multiValueQueryStringParameters"`
	}
	if err := json.Unmarshal(must(t)(AppendProxyV1(nil, x)), &got); err != nil {
		t.Fatal(err)
	}
	want.Q = map[string][]string{}
	for _, f := range x.QueryParams() {
		want.Q[f.Name] = append(want.Q[f.Name], f.Value)
	}
	if len(got.Q) != len(want.Q) || len(want.Q) <= manyNames {
		t.Fatalf("%d names, want %d", len(got.Q), len(want.Q))
	}
	for name, values := range want.Q {
		if strings.Join(got.Q[name], ",") != strings.Join(values, ",") {
			t.Errorf("%s is %q, want %q", name, got.Q[name], values)
		}
	}
	if v := got.H["ha"]; len(v) != 2 {
		t.Errorf("ha is %q, want the values of HA too", v)
	}
}

func TestContextOfAnAuthorizerKeepsTheGatewaysNames(t *testing.T) {
	x := request(exchange.REST, "")
	x.AuthContext = []exchange.AuthValue{{Key: "principalId", Value: "eve"}, {Key: "integrationLatency", Value: "0"}, {Key: "k", Value: "1", Kind: hostabi.ValueNumber}}
	event := must(t)(AppendProxyV1(nil, x))
	if want := `"authorizer":{"principalId":"ann","integrationLatency":12,"k":"1"}`; !strings.Contains(string(event), want) {
		t.Errorf("no %s in %s", want, event)
	}
}

func TestAuthorizerWithoutContextIsAnEmptyObject(t *testing.T) {
	for decided, log := range map[string]exchange.Record{
		"by the plugin": {AuthorizerStatus: 200}, "before": {AuthorizerCached: true}, "by another's call": {AuthorizerShared: true},
	} {
		x := bare(exchange.HTTP)
		x.Log = log
		event := must(t)(AppendProxyV2(nil, x))
		if want := `"authorizer":{"lambda":{}}`; !strings.Contains(string(event), want) {
			t.Errorf("decided %s: no %s in %s", decided, want, event)
		}
	}
}

// Events share pooled memory; made at once by many they do not mix.
func TestEvents_hammer(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			x := request(exchange.REST, "")
			x.SetQuery(strings.Repeat("a="+strconv.Itoa(i)+"&", 1+40*(i%2)))
			x.Request.Header.Add("N", strconv.Itoa(i))
			want, err := AppendProxyV1(nil, x)
			if err != nil {
				t.Error(err)
			}
			for range 50 {
				if got, err := AppendProxyV1(nil, x); err != nil || !bytes.Equal(got, want) {
					t.Errorf("event is %s, %v, want %s", got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestEventOfAnEmptyExchange(t *testing.T) {
	x := &exchange.Exchange{}
	for _, event := range [][]byte{must(t)(AppendProxyV1(nil, x)), must(t)(AppendProxyV2(nil, x)), AppendRequestV1(nil, x, nil), AppendRequestV2(nil, x, nil), AppendToken(nil, x, "")} {
		if !json.Valid(event) {
			t.Errorf("not JSON: %s", event)
		}
	}
}

// The budget of an event into a buffer that is large enough: the Date and the
// address are written in place, so only the method ARN of an authorizer's
// event is made.
func TestEventsAllocateLittle(t *testing.T) {
	if underRace {
		t.Skip("pools drop memory under the race detector")
	}
	x := request(exchange.HTTP, `{"a":1}`)
	x.QueryParams()
	dst := make([]byte, 0, 32<<10)
	tests := []struct {
		name string
		max  float64
		run  func()
	}{
		{"proxy 1.0", 0, func() { _, _ = AppendProxyV1(dst, x) }},
		{"proxy 2.0", 0, func() { _, _ = AppendProxyV2(dst, x) }},
		{"token", 1, func() { AppendToken(dst, x, "t") }},
		{"request 1.0", 1, func() { AppendRequestV1(dst, x, nil) }},
		{"request 2.0", 1, func() { AppendRequestV2(dst, x, nil) }},
	}
	for _, tt := range tests {
		if n := testing.AllocsPerRun(200, tt.run); n > tt.max {
			t.Errorf("%s allocates %v times, want at most %v", tt.name, n, tt.max)
		}
	}
}

func BenchmarkAppendProxyV1(b *testing.B) {
	x := request(exchange.REST, `{"a":1}`)
	dst := make([]byte, 0, 32<<10)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = AppendProxyV1(dst, x)
	}
}
