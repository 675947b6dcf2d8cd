package javascript_test

import (
	"testing"

	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestFetch(t *testing.T) {
	for _, tt := range []struct{ run, want string }{
		{`(async () => { const r = await fetch("http://peer.example/plain"); return [r.status, r.ok, r.headers.get("content-type"), r.headers.get("x-many"), await r.text(), r.bodyUsed]; })()`,
			"200,true,text/plain,1, 2,hello,true"},
		{`(async () => { const r = await fetch("http://peer.example/echo?q=1", { method: "PUT", headers: { "X-In": "a" }, body: JSON.stringify({ a: "é" }) }); return [r.headers.get("x-asked"), r.headers.get("x-in"), (await r.json()).a]; })()`,
			"PUT /echo?q=1,a,é"},
		{`(await Promise.all(["a", "b", "c"].map(async (b) => (await fetch("http://peer.example/echo", { method: "POST", body: b })).text()))).join("")`, "abc"},
		{`(await fetch("http://peer.example/status/404")).ok`, "false"},
		{`(await fetch("http://peer.example/bytes/70000")).arrayBuffer().then((b) => b.byteLength)`, "70000"},
		{`fetch("http://other.example/")`, "throws TypeError: fetch GET http://other.example/: EPERM: the operator has not granted it, or it belongs to the host"},
		{`fetch("ftp://peer.example/")`, "throws TypeError: fetch GET ftp://peer.example/: EINVAL: an argument is not one that it takes"},
		{`fetch("nothing")`, "throws TypeError: Invalid URL: nothing"},
		{`Promise.race([fetch("http://peer.example/plain").then((r) => r.status), new Promise((r) => setTimeout(r, 5000, "late"))])`, "200"},
		{`fetch("http://peer.example/plain", { signal: {} })`, "throws TypeError: fetch: signal is not there; timeoutMs is"},
	} {
		if got := evaluate(t, native.Options{Capabilities: tck.NewCapabilities()}, tt.run); got != quoted(tt.want) {
			t.Errorf("%s\ngot  %s\nwant %s", tt.run, got, quoted(tt.want))
		}
	}
	if got, want := evaluate(t, native.Options{}, `fetch("http://peer.example/")`), `throws PorticoError: http: EPERM: capability "http" is not granted; to grant it, write into NAME.toml: capabilities = ["http"]`; got != quoted(want) {
		t.Errorf("without a grant: %s", got)
	}
}

func TestTokens(t *testing.T) {
	o := native.Options{Capabilities: tck.NewCapabilities()}
	for _, tt := range []struct{ run, want string }{
		{`(() => { try { portico.jwt.verify("` + tck.Issuer + `", "a"); } catch (e) { return [e.code, e.reason, e.message]; } })()`, "EINVAL,malformed,jwt.verify: EINVAL: malformed"},
		{`portico.jwt.verify("none", "a")`, "throws PorticoError: jwt.verify: ENOENT: there is none of that name"},
	} {
		if got := evaluate(t, o, tt.run); got != quoted(tt.want) {
			t.Errorf("%s\ngot  %s\nwant %s", tt.run, got, quoted(tt.want))
		}
	}
}
