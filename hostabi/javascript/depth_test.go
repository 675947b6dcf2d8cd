package javascript_test

import (
	"encoding/json"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

// A script may recurse nine hundred times, and can catch it when that is too often.
func TestRecursionEndsInAnException(t *testing.T) {
	const least = 900
	for name, body := range map[string]string{
		"a function": "const f = () => { d++; return f() + 1; };", "one with variables": "const f = (a, b) => { d++; let x = a, y = b; return f(x, y) + x; };",
		"a getter":   "const o = { get a() { d++; return this.a; } }; const f = () => o.a;",
		"a callback": "const f = () => { d += 2; return [1].map(f); };",
	} {
		t.Run(name, func(t *testing.T) {
			p := mustLoad(t, "let d = 0; "+body+" export function authorize() { d = 0; try { f(1, 2); } catch (e) { return { isAuthorized: true, context: { d, e: String(e) } }; } }", native.Options{})
			h := event("{}")
			if _, err := call(t, p, hostabi.Authorize, h); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Context struct {
					D int
					E string
				}
			}
			if err := json.Unmarshal(h.Result(), &got); err != nil || got.Context.D < least || got.Context.E != "InternalError: stack overflow" {
				t.Errorf("%s, %v", h.Result(), err)
			}
		})
	}
}
