package javascript_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

// hostile does what the event says.
const hostile = `
const attacks = {
	loop() { for (;;); },
	asyncLoop() { return (async () => { for (;;) await null; })(); },
	generator() { function* g() { for (;;) yield 1; } for (const x of g()); },
	regexp() { return /^(a+)+$/.test("a".repeat(40) + "b"); },
	replace() { return "a".repeat(1e5).replace(/a*?b/g, ""); },
	sort() { return Array.from({ length: 1e3 }, (_, i) => -i).sort(() => { for (;;); }); },
	join() { const a = []; a.length = 4294967295; return a.join("x"); },
	bigint() { let x = 3n; for (;;) x = x * x; },
	recursion() { const f = () => f() + 1; return f(); },
	recursionInGetter() { const o = { get a() { return this.a; } }; return o.a; },
	recursionInJSON() { const o = { toJSON() { return { a: JSON.stringify(o) }; } }; return JSON.stringify(o); },
	recursionInToString() { const a = { toString() { return "" + a; } }; return "" + a; },
	recursionInProxy() { let p = []; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x; },
	deepJSON() { return JSON.parse("[".repeat(1e6)); },
	deepSource() { return eval("(".repeat(1e5)); },
	string() { return "x".repeat(2 ** 30 - 1).length; },
	doubling() { let s = "xy"; for (;;) s += s; },
	array() { const a = []; for (;;) a.push(new Array(1e4).fill(1)); },
	buffer() { const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)); },
	map() { const m = new Map(); for (let i = 0; ; i++) m.set("k" + i, {}); },
};
export function authorize(event) {
	if (event.attack) attacks[event.attack]();
	return true;
}`

func TestAHostileScriptCostsItsOwnRequestOnly(t *testing.T) {
	const (
		timeout = 250 * time.Millisecond
		// bound is the timeout, and what a busy machine adds.
		bound = 5 * time.Second
	)
	tests := []struct {
		attack string
		want   string // in the failure, one of several by |; a busy machine meets the deadline first
	}{
		{"loop", "timeout"}, {"asyncLoop", "timeout"}, {"generator", "timeout"},
		{"regexp", "timeout"}, {"replace", "timeout"}, {"sort", "timeout"},
		{"join", "out of memory|timeout|invalid string length"}, {"bigint", "timeout|out of memory|BigInt"},
		{"recursion", "stack overflow|timeout"}, {"recursionInGetter", "stack overflow|timeout"},
		{"recursionInJSON", "stack overflow|timeout"}, {"recursionInToString", "stack overflow|timeout"},
		{"recursionInProxy", "stack overflow|trap|timeout"},
		{"deepJSON", "stack overflow|timeout"}, {"deepSource", "stack overflow|timeout"},
		{"string", "out of memory|timeout"}, {"doubling", "out of memory|timeout"},
		{"array", "out of memory|timeout"}, {"buffer", "out of memory|timeout"}, {"map", "out of memory|timeout"},
	}
	p := mustLoad(t, hostile, native.Options{Timeout: timeout, SoftMemory: 256})
	for _, tt := range tests {
		t.Run(tt.attack, func(t *testing.T) {
			begin := time.Now()
			answer, err := call(t, p, hostabi.Authorize, event(`{"attack":"`+tt.attack+`"}`))
			took := time.Since(begin)
			var f *hostabi.Failure
			if !errors.As(err, &f) {
				t.Fatalf("it answered %d, %v", answer, err)
			}
			found := false
			for _, want := range strings.Split(tt.want, "|") {
				found = found || strings.Contains(err.Error(), want)
			}
			if !found {
				t.Errorf("it ended with %v, want %s", err, tt.want)
			}
			if took > bound {
				t.Errorf("it took %s, want at most %s", took, bound)
			}
			if m := p.Stats().Instances.MemoryBytes; m > 33<<20 {
				t.Errorf("its instances hold %d bytes", m)
			}
			t.Logf("%s: %.200s", took.Round(time.Millisecond), err)
			for range 2 {
				if answer, err := call(t, p, hostabi.Authorize, event(`{}`)); answer != hostabi.AnswerAllow || err != nil {
					t.Fatalf("the next request: %d, %v", answer, err)
				}
			}
		})
	}
}

// What a request can make a script do to the prototypes of all objects is gone,
// or refused, at the next one.
func TestPrototypesAreHardened(t *testing.T) {
	const source = `
	const set = (o, path, v) => { const last = path.pop(); for (const k of path) o = o[k]; o[last] = v; };
	Object.prototype.early = "by the script itself";
	class Own extends Error { constructor() { super("m"); this.name = "Own"; } toString() { return "own"; } }
	export function authorize(event) {
		if (event.path) set({}, event.path, "polluted");
		const o = {}; o.toString = () => "mine"; o.constructor = 1;
		const seen = [{}.polluted, [].polluted, (() => 1).polluted, ({}).toString(), String(o), o.constructor, new Own().name, new Own() + "", {}.early];
		return { isAuthorized: true, context: { seen: seen.map(String).join() } };
	}`
	p := mustLoad(t, source, native.Options{})
	clean := `{"isAuthorized":true,"context":{"seen":"undefined,undefined,undefined,[object Object],mine,1,Own,own,by the script itself"}}`
	for _, path := range []string{`["__proto__","polluted"]`, `["constructor","prototype","polluted"]`, `["__proto__","toString"]`,
		`["toString","__proto__","polluted"]`} {
		if answer, err := call(t, p, hostabi.Authorize, event(`{"path":`+path+`}`)); err == nil {
			t.Errorf("%s was set, the answer is %d", path, answer)
		}
		h := event(`{}`)
		if _, err := call(t, p, hostabi.Authorize, h); err != nil || string(h.Result()) != clean {
			t.Errorf("after %s: %s, %v, want %s", path, h.Result(), err, clean)
		}
	}
}
