package config

import (
	"net/netip"
	"os"
	"reflect"
	"testing"
	"time"
)

func TestAPluginWithoutAFileHasDefaults(t *testing.T) {
	p, err := ParsePlugin("a.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Source = Source{}
	want := Plugin{
		Cache: PluginCache{Size: 8 << 20}, KV: PluginKV{Quota: 64 << 20},
		HTTP:      PluginHTTP{Timeout: 5 * time.Second, MaxRequests: 16, MaxRequest: 10 << 20, MaxResponse: 10 << 20, Redirects: 3},
		Limits:    PluginLimits{HostCalls: 1_000_000, CapabilityCalls: 1000, LogLines: 32},
		Isolation: IsolationPooled, Memory: 33_554_432, QueueTimeout: time.Second, Failure: FailureClosed,
		Breaker: Breaker{Failures: 5, Window: 10 * time.Second, Open: 5 * time.Second},
	}
	if !reflect.DeepEqual(*p, want) {
		t.Errorf("ParsePlugin = %+v, want %+v", *p, want)
	}
	if got, err := p.ConfigJSON(); string(got) != "{}" || err != nil {
		t.Errorf("ConfigJSON = %s, %v, want {}", got, err)
	}
}

func TestTheTotalOfBodiesHoldsALargestOne(t *testing.T) {
	for text, want := range map[string]int64{
		"":                          64 << 20,
		"max_request = \"64MiB\"\n": 74 << 20,
		"max_response = \"1GiB\"\n": 1<<30 + 10<<20,
		"max_response = \"1GiB\"\nmax_total = \"1MiB\"\n": 1 << 20,
	} {
		p, err := ParsePlugin("a.toml", []byte("capabilities = [\"http\"]\n[http]\nhosts = [\"a.example\"]\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		if p.HTTP.MaxTotal != want {
			t.Errorf("%q: max_total is %d, want %d", text, p.HTTP.MaxTotal, want)
		}
	}
}

func TestEveryKeyOfThePluginFileArrives(t *testing.T) {
	p, err := LoadPlugin("testdata/full-plugin.toml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Pos(`config.rows[1]."quoted key"`), (Position{Line: 57, Column: 1}); got != want {
		t.Errorf("Pos = %v, want %v", got, want)
	}
	p.Source = Source{}
	want := Plugin{
		Capabilities: []string{CapabilityCore, "kv", "cache", "throttle", "secrets", "metrics", "http", "jwt"}, Namespace: "shared",
		Cache: PluginCache{Size: 1 << 20}, KV: PluginKV{Quota: 2 << 20},
		HTTP: PluginHTTP{Hosts: []HTTPHost{{"https", "api.example.com", false, "443"}, {"https", "example.org", true, "443"}, {"http", "10.0.0.7", false, "8080"}},
			Addresses: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
			Timeout:   time.Second, MaxRequests: 4, MaxTotal: 1 << 20, MaxRequest: 1 << 16, MaxResponse: 1 << 20},
		Secrets:  []Pair{{"session", SecretUse}, {"partner-2", SecretRead}},
		Throttle: []PluginBucket{{Key: "throttle.logins", Name: "logins", Rate: 0.5, Burst: 3}},
		Metrics: []PluginMetric{{Key: "metrics.hits_total", Name: "hits_total", Type: MetricCounter, Labels: []string{"tenant"}, MaxSeries: 7},
			{Key: "metrics.size_bytes", Name: "size_bytes", Type: MetricHistogram, Buckets: []float64{1, 2.5, 1e6}, MaxSeries: 1000}},
		JWT: []PluginIssuer{{Key: "jwt.login", Name: "login", JWKS: "https://issuer.example/.well-known/jwks.json", Issuer: "https://issuer.example/",
			Audience: []string{"orders", "carts"}, Algorithms: []string{"RS256", "ES256"}},
			{Key: "jwt.partner", Name: "partner", Secret: "partner-key", Leeway: 10 * time.Second}},
		Digest:    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		Isolation: IsolationFresh, Timeout: 20 * time.Millisecond, Memory: 64 << 20, Instances: 8,
		Limits:  PluginLimits{HostCalls: 500, CapabilityCalls: 7, LogLines: 100},
		Failure: FailureOpen, Breaker: Breaker{Window: time.Minute, Open: 30 * time.Second},
		Config: map[string]any{
			"text": "<a & b>", "whole": int64(9007199254740993), "real": 1.5, "yes": true,
			"at": "2026-11-22T10:20:30.5+01:00", "zulu": "2026-11-22T10:20:30Z", "local": "2026-11-22T10:20:30",
			"day": "2026-11-22", "hour": "10:20:30.25",
			"list": []any{int64(1), "two", []any{int64(3)}, map[string]any{"four": int64(4)}},
			"rows": []any{map[string]any{"id": int64(1)}, map[string]any{"id": int64(2), "quoted key": "x"}},
		},
	}
	if !reflect.DeepEqual(*p, want) {
		t.Errorf("LoadPlugin =\n%+v, want\n%+v", *p, want)
	}
	const wantJSON = `{"at":"2026-11-22T10:20:30.5+01:00","day":"2026-11-22","hour":"10:20:30.25",` +
		`"list":[1,"two",[3],{"four":4}],"local":"2026-11-22T10:20:30","real":1.5,` +
		`"rows":[{"id":1},{"id":2,"quoted key":"x"}],"text":"<a & b>","whole":9007199254740993,"yes":true,"zulu":"2026-11-22T10:20:30Z"}`
	if got, err := p.ConfigJSON(); string(got) != wantJSON || err != nil {
		t.Errorf("ConfigJSON = %s, %v, want %s", got, err, wantJSON)
	}
}

func TestConfigJSONRefusesWhatJSONDoesNotHave(t *testing.T) {
	p := Plugin{Config: map[string]any{"f": func() {}}}
	if got, err := p.ConfigJSON(); err == nil {
		t.Errorf("ConfigJSON = %s, want an error", got)
	}
}

func TestParsingAPluginFileTwiceGivesTheSame(t *testing.T) {
	src, err := os.ReadFile("testdata/full-plugin.toml")
	if err != nil {
		t.Fatal(err)
	}
	a, err := ParsePlugin("x", src)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParsePlugin("x", src)
	if err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("ParsePlugin twice = %+v and %+v, %v, want the same", a, b, err)
	}
}
