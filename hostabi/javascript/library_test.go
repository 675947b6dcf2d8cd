package javascript_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// evaluate gives the value of an expression, or of a promise of it, as a string.
func evaluate(t *testing.T, o native.Options, expression string) string {
	t.Helper()
	p := mustLoad(t, `export async function handler(event) {
		try { return String(await eval("(async () => (" + event.run + "))()")); } catch (e) { return "throws " + e; }
	}`, o)
	h := tck.NewHost(tck.Setup{Event: []byte(`{"run":` + quoted(expression) + `}`)})
	if _, err := call(t, p, hostabi.Integrate, h); err != nil {
		t.Fatal(err)
	}
	return string(h.Result())
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

func TestLibrary(t *testing.T) {
	for _, tt := range []struct{ run, want string }{
		// What the engine is.
		{`portico.engine`, "QuickJS 2021-03-27"},
		{`[typeof BigInt, 2n ** 64n, [1, [2]].flat(), "aXa".replaceAll("a", "b"), null ?? 1]`, "function,18446744073709551616,1,2,bXb,1"},
		{`(() => { class A { #x = 1; static s = 2; get x() { return this.#x; } } let y; y ??= 3; return [new A().x, A.s, y]; })()`, "1,2,3"},
		{`[[1, 2, 3].at(-1), "abc".at(-1), Object.hasOwn({ a: 1 }, "a"), [1, 2, 3].findLast((x) => x < 3), [3, 1].toSorted(), [1, 2].with(0, 9)]`, "3,c,true,2,1,3,9,2"},
		{`JSON.stringify(Object.groupBy([1, 2, 3], (x) => x % 2 ? "odd" : "even"))`, `{"odd":[1,3],"even":[2]}`},
		{`Object.keys(globalThis)`, ""},
		{`[typeof BigFloat, typeof os, typeof std, typeof print, typeof scriptArgs]`, "undefined,undefined,undefined,undefined,undefined"},
		{`fetchJson()`, "throws ReferenceError: 'fetchJson' is not defined"},

		// Text.
		{`new TextEncoder().encode("aé€😀\ud800")`, "97,195,169,226,130,172,240,159,152,128,239,191,189"},
		{`new TextDecoder().decode(new Uint8Array([239, 187, 191, 195, 169, 240, 159, 152, 128]))`, "é😀"},
		{`new TextDecoder().decode(new Uint8Array([97, 255]))`, "a\ufffd"},
		{`new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xed, 0xa0, 0x80]))`, "throws TypeError: TextDecoder: the bytes are not UTF-8"},
		{`new TextDecoder("latin1")`, "throws RangeError: TextDecoder: latin1 is not there, utf-8 alone is"},
		{`[btoa("ab\xff"), atob(" YWL/ "), btoa(""), atob("YQ")]`, "YWL/,ab\xc3\xbf,,a"},
		{`atob("a")`, "throws RangeError: atob: the text is no base64"},
		{`Buffer.from("dXNlcjpwYXNz", "base64").toString()`, "user:pass"},
		{`[Buffer.from("é").toString("hex"), Buffer.from("w6k", "base64url").toString(), Buffer.concat([Buffer.from("a"), Buffer.from("b")]).toString("base64"), Buffer.byteLength("é"), Buffer.isBuffer(Buffer.alloc(1))]`, "c3a9,é,YWI=,2,true"},

		// URL.
		{`new URL("HTTPS://user:p%40ss@Example.COM:443/a/./b/../c d?q=1 2#f").href`, "https://user:p%40ss@example.com/a/c%20d?q=1%202#f"},
		{`new URL("../x?y#z", "http://h:8080/a/b/c")`, "http://h:8080/a/x?y#z"},
		{`["//o/p", "/p", "?q", "#f", "", "g"].map((r) => new URL(r, "http://h/a/b?c")).join(" ")`, "http://o/p http://h/p http://h/a/b?q http://h/a/b?c#f http://h/a/b?c http://h/a/g"},
		{`[new URL("http://0x7f.1/").hostname, new URL("http://[::ffff:1.2.3.4]/").host, new URL("http://a:80").host, new URL("http://é.x").host]`, "throws TypeError: Invalid URL: http://é.x"},
		{`[new URL("http://0x7f.1/").hostname, new URL("http://[1:0:0:0:0:0:0:2]:81/").host, new URL("mailto:a@b").pathname]`, "127.0.0.1,[1::2]:81,a@b"},
		{`["http://", "x", "http://a b/", "http://1.2.3.256/", "http://[::1", "http://h:99999/"].map((u) => URL.canParse(u))`, "false,false,false,false,false,false"},
		{`(() => { const u = new URL("http://h/?a=1&b=x%20y"); u.searchParams.append("c", "é&"); u.searchParams.delete("a"); return u; })()`, "http://h/?b=x+y&c=%C3%A9%26"},
		{`(() => { const p = new URLSearchParams("a=1&a=2&b=+%2B&c"); return [p.get("a"), p.getAll("a").length, p.get("b"), p.has("c"), p.get("d"), [...p].length, p.size]; })()`, "1,2, +,true,,4,4"},

		// Crypto: FIPS 180-4, RFC 4231 (test case 2), RFC 2202.
		{`Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"))).toString("hex")`, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{`Buffer.from(portico.digest("sha1", "abc")).toString("hex")`, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{`Buffer.from(portico.digest("SHA-512", "abc")).toString("hex").slice(0, 32)`, "ddaf35a193617abacc417349ae204131"},
		{`Buffer.from(portico.digest("SHA-384", "a".repeat(200))).toString("hex").slice(0, 32)`, "0691b6e978614b67d60557b2a2cddd53"},
		{`Buffer.from(portico.hmac("sha256", "Jefe", "what do ya want for nothing?")).toString("hex")`, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{`(async () => { const k = await crypto.subtle.importKey("raw", new TextEncoder().encode("Jefe"), { name: "HMAC", hash: "SHA-1" }, false, ["sign", "verify"]); const s = await crypto.subtle.sign("HMAC", k, new TextEncoder().encode("what do ya want for nothing?")); return Buffer.from(s).toString("hex") + (await crypto.subtle.verify("HMAC", k, s, new TextEncoder().encode("x"))); })()`, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79false"},
		{`crypto.subtle.encrypt()`, "throws TypeError: crypto.subtle.encrypt is not there: digest, importKey, sign and verify with HMAC are"},
		{`crypto.subtle.digest("MD5", new Uint8Array())`, "throws TypeError: digest MD5 is not there: SHA-1, SHA-256, SHA-384 and SHA-512 are"},
		{`/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())`, "true"},
		{`crypto.getRandomValues(new Uint8Array(32)).some((b) => b > 0)`, "true"},

		// Time and the rest.
		{`(async () => { const log = []; setTimeout(() => log.push("b"), 2); setTimeout((x) => log.push(x), 1, "a"); const i = setInterval(() => log.push("i"), 1); await new Promise((r) => setTimeout(r, 8)); clearInterval(i); return log.slice(0, 1) + log.includes("b"); })()`, "atrue"},
		{`(() => { const o = { d: new Date(0), m: new Map([[1, { a: 1 }]]), u: new Uint8Array([1, 2]) }; o.self = o; const c = structuredClone(o); return [c !== o, c.self === c, c.d.getTime(), c.m.get(1).a, c.m !== o.m, c.u[1]]; })()`, "true,true,0,1,true,2"},
		{`structuredClone(() => 1)`, "throws TypeError: structuredClone: a function cannot be cloned"},
		{`new Promise((r) => queueMicrotask(() => r("micro")))`, "micro"},
		{`import("x")`, `throws ReferenceError: cannot import "x": a plugin is one file and there are no modules to import; bundle what it needs into it (for example: esbuild --bundle --format=esm)`},

		// Fetch's classes.
		{`(async () => { const r = Response.json({ a: 1 }, { status: 201, headers: { "X-A": "b" } }); return [r.status, r.ok, r.headers.get("content-type"), r.headers.get("x-a"), (await r.json()).a, r.bodyUsed]; })()`, "201,true,application/json,b,1,true"},
		{`(async () => { const r = new Request("http://h/p#f", { method: "post", body: new URLSearchParams({ a: "1 2" }) }); return [r.method, r.url, r.headers.get("content-type"), await r.text()]; })()`, "POST,http://h/p,application/x-www-form-urlencoded;charset=UTF-8,a=1+2"},
		{`(() => { const h = new Headers([["B", "1"], ["a", "2"], ["b", "3"]]); return JSON.stringify([...h]) + h.has("A"); })()`, `[["a","2"],["b","1, 3"]]true`},
		{`new Response("x").body`, "throws TypeError: Response.body is not there; text(), json(), arrayBuffer() and bytes() are"},

		// What was not granted.
		{`portico.kv.get("a")`, `throws PorticoError: kv: EPERM: capability "kv" is not granted; to grant it, write into NAME.toml: capabilities = ["kv"]`},
		{`portico.secrets.read("a")`, `throws PorticoError: secrets: EPERM: capability "secrets" is not granted; to grant it, write into NAME.toml: capabilities = ["secrets"]`},
	} {
		t.Run(tt.run[:min(len(tt.run), 60)], func(t *testing.T) {
			if got := evaluate(t, native.Options{}, tt.run); got != quoted(tt.want) {
				t.Errorf("%s\ngot  %s\nwant %s", tt.run, got, quoted(tt.want))
			}
		})
	}
}

func TestCapabilities(t *testing.T) {
	for _, tt := range []struct{ run, want string }{
		{`[portico.kv.get("none"), portico.kv.put("a", "1", { ttlMs: 1000 }), portico.kv.get("a"), portico.kv.increment("a", 41), portico.kv.delete("a"), portico.kv.delete("a")]`, ",,1,42,true,false"},
		{`[portico.kv.compareAndSet("c", null, "1"), portico.kv.compareAndSet("c", null, "2"), portico.kv.compareAndSet("c", "1", "é"), portico.kv.get("c"), portico.kv.getBytes("c")]`, "true,false,true,é,195,169"},
		{`[portico.kv.put("l1", ""), portico.kv.put("l2", new Uint8Array(3)), portico.kv.list({ prefix: "l" }), portico.kv.list({ prefix: "l", after: "l1", limit: 1 })]`, ",,l1,l2,l2"},
		{`portico.kv.put("", "x")`, "throws PorticoError: kv.put: EINVAL: an argument is not one that it takes"},
		{`portico.kv.put("x", "x", { ttl: 1 })`, `throws TypeError: there is no option "ttl", only ttlMs`},
		{`[portico.cache.put("k", "v"), portico.cache.get("k"), portico.cache.delete("k"), portico.cache.get("k")]`, ",v,true,"},
		{`[portico.throttle.take("tck", "k", 3), portico.throttle.take("tck", "k") > 0]`, "0,true"},
		{`portico.throttle.take("none", "k")`, "throws PorticoError: throttle.take: ENOENT: there is none of that name"},
		{`[portico.secrets.read("readable"), portico.secrets.hmac("usable", "SHA-256", "what do ya want for nothing?").length]`, "the value of a secret,32"},
		{`portico.secrets.read("usable")`, "throws PorticoError: secrets.read: EPERM: the operator has not granted it, or it belongs to the host"},
		{`[portico.metrics.add("tck_total", 1, { case: "x" }), portico.metrics.set("tck_level", 2.5), portico.metrics.observe("tck_seconds", 0.1)]`, ",,"},
		{`portico.metrics.add("tck_total", 1, { other: "x" })`, "throws PorticoError: metrics.add: EINVAL: an argument is not one that it takes"},
	} {
		o := native.Options{Capabilities: tck.NewCapabilities()}
		if got := evaluate(t, o, tt.run); got != quoted(tt.want) {
			t.Errorf("%s\ngot  %s\nwant %s", tt.run, got, quoted(tt.want))
		}
	}
}

// A promise that fails and is not awaited fails nothing, and is not silent.
func TestARejectionThatNobodyAwaitsIsLogged(t *testing.T) {
	var l logged
	p := mustLoad(t, `export async function authorize() {
		Promise.reject(new Error("seen")).catch(() => {});
		try { await Promise.reject(new Error("seen, too")); } catch (e) {}
		(async () => { throw new Error("lost"); })();
		return true;
	}`, native.Options{Log: l.logger()})
	if answer, err := call(t, p, hostabi.Authorize, event("{}")); answer != hostabi.AnswerAllow || err != nil {
		t.Fatal(answer, err)
	}
	if got, want := l.String(), "level=WARN msg=\"a promise was rejected and nothing awaits it: Error: lost\" plugin=demo call=authorize\n"; got != want {
		t.Errorf("logged %s, want %s", got, want)
	}
}

func TestConsole(t *testing.T) {
	var l logged
	p := mustLoad(t, `export function authorize() {
		const o = { a: [1, "x"], m: new Map([["k", 1n]]) }; o.o = o;
		console.log("plain", 1, o, undefined, () => 1); console.debug("d"); console.warn(new TypeError("bad").message); console.error("e");
		return true;
	}`, native.Options{Log: l.logger()})
	if _, err := call(t, p, hostabi.Authorize, event("{}")); err != nil {
		t.Fatal(err)
	}
	want := []string{`level=INFO msg="plain 1 {\"a\":[1,\"x\"],\"m\":{\"k\":\"1n\"},\"o\":\"[circular]\"} undefined [function anonymous]" plugin=demo call=authorize`,
		"level=DEBUG msg=d plugin=demo call=authorize", "level=WARN msg=bad plugin=demo call=authorize", "level=ERROR msg=e plugin=demo call=authorize"}
	if got := strings.Split(strings.TrimSpace(l.String()), "\n"); !slices.Equal(got, want) {
		t.Errorf("logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
