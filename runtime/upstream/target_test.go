package upstream

import (
	"errors"
	"net"
	"net/url"
	"path"
	"strings"
	"testing"
)

// from looks names up in pairs "name", "value".
func from(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// TestExpand lists what values become; p is the value of every parameter, s
// that of every stage variable.
func TestExpand(t *testing.T) {
	tests := []struct {
		name, uri, p, s string
		want            string // "addr host uri"
		err             error
	}{
		{"a URI without placeholders", "http://a.example:81/b/c?d=e", "", "", "a.example:81 a.example:81 /b/c?d=e", nil},
		{"a URI without a path", "https://a.example", "", "", "a.example:443 a.example /", nil},
		{"a URI with a query only", "http://a?b=c", "", "", "a:80 a /?b=c", nil},
		{"an IPv6 address", "http://[::1]:81/", "", "", "[::1]:81 [::1]:81 /", nil},
		{"an IPv6 address without a port", "http://[::1]/", "", "", "[::1]:80 [::1] /", nil},
		{"a parameter", "http://a/b/{id}/c", "7", "", "a:80 a /b/7/c", nil},
		{"two parameters in one segment", "http://a/{id}.{id}", "x", "", "a:80 a /x.x", nil},
		{"what is encoded stays", "http://a/{id}", "a%20b%2fc", "", "a:80 a /a%20b%2fc", nil},
		{"what is not encoded is", "http://a/{id}", "a b\"<>^`|{}\xc3\xbc", "", "a:80 a /a%20b%22%3C%3E%5E%60%7C%7B%7D%C3%BC", nil},
		{"a percent sign that begins no escape is one", "http://a/{id}", "100%", "", "a:80 a /100%25", nil},
		{"half an escape cannot join what follows", "http://a/{id}2e/x", "%", "", "a:80 a /%252e/x", nil},
		{"a query cannot be injected", "http://a/{id}", "b?c=d", "", "a:80 a /b%3Fc=d", nil},
		{"a fragment cannot be injected", "http://a/{proxy}", "b#c", "", "a:80 a /b%23c", nil},
		{"a slash in a plain parameter is data", "http://a/x/{id}", "b/c", "", "a:80 a /x/b%2Fc", nil},
		{"slashes in a greedy parameter separate", "http://a/x/{proxy}", "b/c", "", "a:80 a /x/b/c", nil},
		{"a greedy parameter of another name", "http://a/x/{rest}", "b/c", "", "a:80 a /x/b/c", nil},
		{"a greedy parameter with its sign", "http://a/x/{other+}", "b/c", "", "a:80 a /x/b/c", nil},
		{"an at sign is data", "http://a/{proxy}", "@b:c", "", "a:80 a /@b:c", nil},
		{"a backslash is data", "http://a/x/{proxy}", `b\c`, "", "a:80 a /x/b%5Cc", nil},
		{"empty segments inside stay", "http://a/x/{proxy}", "b//c", "", "a:80 a /x/b//c", nil},
		{"three dots are a name", "http://a/{proxy}", "...", "", "a:80 a /...", nil},
		{"dots beside a name are a name", "http://a/{proxy}", "..a/b..", "", "a:80 a /..a/b..", nil},
		{"a dot segment in the query is data", "http://a/?b={id}", "../c", "", "a:80 a /?b=../c", nil},
		{"a parameter in the query stays one value", "http://a/?b={id}&c", "d&e=f+g;h#i j", "", "a:80 a /?b=d%26e%3Df%2Bg%3Bh%23i%20j&c", nil},
		{"a stage variable in the query may hold several", "http://a/?${stageVariables.q}", "", "d&e=f#g", "a:80 a /?d&e=f%23g", nil},
		{"a stage variable in the path may hold several segments", "http://a/${stageVariables.b}/x", "", "v1/orders", "a:80 a /v1/orders/x", nil},
		{"a missing variable is empty", "http://a/b/${stageVariables.none}/c", "", "", "a:80 a /b//c", nil},
		{"an empty first segment does not double the slash", "http://a/${stageVariables.none}/c", "", "", "a:80 a /c", nil},
		{"empty segments do not double the slash", "http://a/{id}/{id}//c", "", "", "a:80 a /c", nil},

		{"a host", "http://${stageVariables.h}/x", "", "b.example:81", "b.example:81 b.example:81 /x", nil},
		{"a host without a port", "https://${stageVariables.h}/x", "", "b.example", "b.example:443 b.example /x", nil},
		{"an IPv6 host", "http://${stageVariables.h}/x", "", "[::1]:81", "[::1]:81 [::1]:81 /x", nil},
		{"a part of a host", "http://${stageVariables.h}.example:81/x", "", "b.c", "b.c.example:81 b.c.example:81 /x", nil},
		{"a port", "http://a:${stageVariables.h}/x", "", "81", "a:81 a:81 /x", nil},

		{"dot segments", "http://a/x/{proxy}", "../y", "", "", ErrEscape},
		{"dot segments in the middle", "http://a/x/{proxy}", "b/../../y", "", "", ErrEscape},
		{"dot segments at the end", "http://a/x/{proxy}", "b/..", "", "", ErrEscape},
		{"a single dot", "http://a/x/{proxy}", "./b", "", "", ErrEscape},
		{"encoded dots", "http://a/x/{proxy}", "%2e%2E/y", "", "", ErrEscape},
		{"half encoded dots", "http://a/x/{proxy}", ".%2e/y", "", "", ErrEscape},
		{"encoded slashes around dots", "http://a/x/{id}", "..%2Fy", "", "", ErrEscape},
		{"slashes to be encoded around dots", "http://a/x/{id}", "../y", "", "", ErrEscape},
		{"backslashes around dots", "http://a/x/{proxy}", `..\y`, "", "", ErrEscape},
		{"encoded backslashes around dots", "http://a/x/{proxy}", "b%5c..%5cy", "", "", ErrEscape},
		{"dots with a parameter of the segment", "http://a/x/{proxy}", "..;a=b/y", "", "", ErrEscape},
		{"dots with an encoded parameter", "http://a/x/{proxy}", "..%3ba/y", "", "", ErrEscape},
		{"dots before NUL", "http://a/x/{proxy}", "..%00a/y", "", "", ErrEscape},
		{"dots of two values", "http://a/x/{id}{id}/y", ".", "", "", ErrEscape},
		{"dots of value and template", "http://a/x/{id}./y", ".", "", "", ErrEscape},
		{"dots in a stage variable", "http://a/x/${stageVariables.b}/y", "", "..", "", ErrEscape},
		{"a second slash at the start", "http://a/{proxy}", "/b.example/c", "", "", ErrEscape},
		{"a backslash at the start", "http://a/{proxy}", `\b.example/c`, "", "", ErrEscape},
		{"an encoded slash at the start", "http://a/{proxy}", "%2fb.example", "", "", ErrEscape},
		{"a slash after an empty value", "http://a/{none}{proxy}", "/b.example", "", "", ErrEscape},
		{"CR LF", "http://a/{proxy}", "b\r\nX: c", "", "", ErrInvalid},
		{"NUL", "http://a/{proxy}", "b\x00", "", "", ErrInvalid},
		{"LF in a query", "http://a/?b={id}", "b\n", "", "", ErrInvalid},

		{"no host", "http://${stageVariables.h}/x", "", "", "", ErrHost},
		{"a host with a path", "http://${stageVariables.h}/x", "", "b/c", "", ErrHost},
		{"a host with a query", "http://${stageVariables.h}/x", "", "b?c", "", ErrHost},
		{"a host with a fragment", "http://${stageVariables.h}/x", "", "b#c", "", ErrHost},
		{"a host with a user", "http://${stageVariables.h}/x", "", "b@c", "", ErrHost},
		{"a host with a backslash", "http://${stageVariables.h}/x", "", `b\c`, "", ErrHost},
		{"a host with CR LF", "http://${stageVariables.h}/x", "", "b\r\n", "", ErrHost},
		{"a host with an escape", "http://${stageVariables.h}/x", "", "b%2fc", "", ErrHost},
		{"a port that is none", "http://${stageVariables.h}/x", "", "b:http", "", ErrHost},
		{"port 0", "http://${stageVariables.h}/x", "", "b:0", "", ErrHost},
		{"a port beyond 16 bits", "http://${stageVariables.h}/x", "", "b:65536", "", ErrHost},
		{"an empty port", "http://${stageVariables.h}/x", "", "b:", "", ErrHost},
		{"two ports", "http://${stageVariables.h}/x", "", "b:1:2", "", ErrHost},
		{"a bare IPv6 address", "http://${stageVariables.h}/x", "", "::1", "", ErrHost},
		{"an IPv6 address with a zone", "http://${stageVariables.h}/x", "", "[fe80::1%25eth0]", "", ErrHost},
		{"half an IPv6 address", "http://${stageVariables.h}/x", "", "[::1", "", ErrHost},
		{"a port injected into a part", "http://${stageVariables.h}.example/x", "", "b:81", "", ErrHost},
		{"a user injected into a part", "http://a.${stageVariables.h}/x", "", "b@c", "", ErrHost},
		{"an empty label", "http://${stageVariables.h}.example/x", "", "", "", ErrHost},
		{"an empty label inside", "http://a.${stageVariables.h}.example/x", "", "", "", ErrHost},
		{"a host that is too long", "http://${stageVariables.h}/x", "", strings.Repeat("a", 254), "", ErrHost},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tm, err := ParseTemplate(tt.uri, "rest")
			if err != nil {
				t.Fatal(err)
			}
			params := from("id", tt.p, "proxy", tt.p, "rest", tt.p, "other", tt.p)
			addr, host, uri, err := tm.Expand(nil, params, from("h", tt.s, "b", tt.s, "q", tt.s))
			got := strings.TrimSpace(addr + " " + host + " " + uri)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Expand = %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestParseTemplate(t *testing.T) {
	for uri, want := range map[string]string{
		"ftp://a/":                      "must begin with http:// or https://",
		"//a/":                          "must begin with http:// or https://",
		"${stageVariables.u}/x":         "must begin with http:// or https://",
		"http:///x":                     `"" is no plain host[:port]`,
		"http://a@b/":                   `"a@b" is no plain host[:port]`,
		"http://a:x/":                   `"a:x" is no plain host[:port]`,
		"http://a..b/":                  `"a..b" is no plain host[:port]`,
		"http://[a]/":                   `"[a]" is no plain host[:port]`,
		"http://{host}/":                "{host}: a path parameter cannot choose the host",
		"http://a/b c":                  "' ' cannot stand in a URI",
		"http://a/b#c":                  "'#' cannot stand in a URI",
		"http://a\\b/":                  `'\\' cannot stand in a URI`,
		"http://a/\xfc":                 "'ü' cannot stand in a URI",
		"http://a//b":                   "the path begins with two slashes",
		"http://a/../b":                 "the path has dot segments",
		"http://a/%2E%2e/{b}":           "the path has dot segments",
		"http://a/%zz":                  `"/%zz" has a percent sign that begins no escape`,
		"http://a/{b}?c=%":              `"?c=%" has a percent sign that begins no escape`,
		"http://a/{b":                   "{ and } do not pair",
		"http://a/b}":                   "{ and } do not pair",
		"http://a/{b{c}}":               "{ and } do not pair",
		"http://a/?{":                   "{ and } do not pair",
		"http://{a":                     "{ and } do not pair",
		"http://a/{}":                   "{}: not the name of anything",
		"http://a/{+}":                  "{+}: not the name of anything",
		"http://a/{b/c}":                "{b/c}: not the name of anything",
		"http://a/${stageVariables.}":   "{stageVariables.}: not the name of anything",
		"http://a/${b}":                 "${b}: only ${stageVariables.NAME} can stand here",
		"http://${stageVariables.h}/%2": `"/%2" has a percent sign that begins no escape`,
	} {
		if _, err := ParseTemplate(uri); err == nil || err.Error() != want {
			t.Errorf("ParseTemplate(%q): %v, want %s", uri, err, want)
		}
	}
}

func TestTemplateTarget(t *testing.T) {
	fixed, err := ParseTemplate("https://a.example/{id}")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := fixed.Target(); got != (Target{"https", "a.example:443", "a.example"}) || !ok || fixed.Scheme() != "https" {
		t.Errorf("Target = %v, %v", got, ok)
	}
	free, err := ParseTemplate("http://${stageVariables.h}/{id}")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := free.Target(); ok {
		t.Errorf("Target = %v, %v", got, ok)
	}
	_, _, uri, err := fixed.Expand(nil, nil, nil)
	if uri != "/" || err != nil {
		t.Errorf("Expand without values = %q, %v", uri, err)
	}
}

// TestExpandAllocs holds that the result is all that Expand allocates.
func TestExpandAllocs(t *testing.T) {
	tm, err := ParseTemplate("http://a.example/orders/{id}?v=${stageVariables.v}")
	if err != nil {
		t.Fatal(err)
	}
	params, stage := from("id", "7"), from("v", "1")
	dst := make([]byte, 0, 256)
	var uri string // outlives the call, as a request's does
	if n := testing.AllocsPerRun(100, func() { _, _, uri, _ = tm.Expand(dst, params, stage) }); n != 1 || uri == "" {
		t.Errorf("%v allocations, want 1", n)
	}
}

// FuzzExpand: whatever the values, host and address are the configured ones,
// the URI can be sent, and a server that decodes once, then resolves dot
// segments and folds slashes, still looks below the base path.
func FuzzExpand(f *testing.F) {
	for _, v := range []string{"a", "../b", "%2e%2e/b", "..%2fb", "//b", "/b", "@c", "b?c#d", `..\b`, "..;x", "%", "%25", "%2e", ".", "\xff", "a\r\nb"} {
		f.Add(v, v, v)
		f.Add(v, "", "")
		f.Add("", v, "")
	}
	templates := []string{
		"http://h.example:81/base/{id}/{proxy}/${stageVariables.v}?q={id}&${stageVariables.v}",
		"http://h.example:81/base/{id}{proxy}",
		"http://h.example:81/base/x{id}.{proxy}/y",
		"http://h.example:81/{id}/{proxy}",
		"http://h.example:81/${stageVariables.v}{proxy}",
	}
	var parsed []*Template
	for _, s := range templates {
		tm, err := ParseTemplate(s)
		if err != nil {
			f.Fatal(err)
		}
		parsed = append(parsed, tm)
	}
	part, err := ParseTemplate("http://${stageVariables.v}.example:81/x")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, proxy, v string) {
		params, stage := from("id", id, "proxy", proxy), from("v", v)
		for i, tm := range parsed {
			addr, host, uri, err := tm.Expand(nil, params, stage)
			if err != nil {
				continue
			}
			if addr != "h.example:81" || host != "h.example:81" {
				t.Fatalf("%s: host %q, address %q", templates[i], host, addr)
			}
			if !validURI(uri) {
				t.Fatalf("%s: %q cannot be sent", templates[i], uri)
			}
			u, err := url.Parse("http://h.example:81" + uri)
			if err != nil {
				t.Fatalf("%s: %q: %v", templates[i], uri, err)
			}
			if u.Host != "h.example:81" || u.User != nil || u.Fragment != "" {
				t.Fatalf("%s: %q is at %q", templates[i], uri, u.Host)
			}
			if ref, err := url.Parse(uri); err != nil || ref.Host != "" {
				t.Fatalf("%s: %q read as a reference leads to %q, %v", templates[i], uri, ref.Host, err)
			}
			clean := path.Clean(strings.ReplaceAll(u.Path, `\`, "/"))
			if strings.Contains(templates[i], "/base/") && clean != "/base" && !strings.HasPrefix(clean, "/base/") {
				t.Fatalf("%s: %q leads to %q", templates[i], uri, clean)
			}
		}
		if addr, host, _, err := part.Expand(nil, nil, stage); err == nil {
			if !strings.HasSuffix(host, ".example:81") || strings.ContainsAny(host, "/?#@\\ \r\n") || addr != host {
				t.Fatalf("host %q, address %q", host, addr)
			}
			if _, port, err := net.SplitHostPort(addr); err != nil || port != "81" {
				t.Fatalf("address %q: %v", addr, err)
			}
		}
	})
}
