package javascript_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/hostabi/native"
)

func TestWhatAPluginSaysOfItself(t *testing.T) {
	const source = "export function mapRequest() {}"
	p := mustLoad(t, source, native.Options{Name: "session"})
	sum := sha256.Sum256([]byte(source))
	if p.Name() != "session" || p.Digest() != "sha256:"+hex.EncodeToString(sum[:]) {
		t.Errorf("it is %s, %s", p.Name(), p.Digest())
	}
	for k, want := range map[hostabi.Kind]string{
		hostabi.Authorize:   "it does not export authorize or handler",
		hostabi.MapResponse: "it does not export mapResponse",
		hostabi.Integrate:   "it does not export handler",
		hostabi.Configure:   "it has no kind configure",
		99:                  "it has no kind unknown",
	} {
		if got := p.Lacks(k); got != want || p.Has(k) {
			t.Errorf("Lacks(%d) = %q, want %q; Has = %v", k, got, want, p.Has(k))
		}
	}
}

func TestAScriptIsBounded(t *testing.T) {
	_, err := load(t, strings.Repeat(" ", javascript.MaxSource+1), native.Options{})
	if want := `plugin "demo": a script has at most 4194304 bytes, this one has 4194305`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	mustLoad(t, "exports.handler = () => 1;"+strings.Repeat(" ", 1<<20), native.Options{})
}

func TestKindsOfAScriptThatDoesNotLoad(t *testing.T) {
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	if kinds, err := javascript.Kinds(t.Context(), e, "x", []byte("export {")); err == nil || kinds != nil {
		t.Errorf("Kinds = %v, %v", kinds, err)
	}
	// What a configuration is needed for is not run.
	kinds, err := javascript.Kinds(t.Context(), e, "x", []byte("export const mapRequest = () => {}; export function configure() { throw 1; }"))
	if err != nil || len(kinds) != 1 || kinds[0] != hostabi.MapRequest {
		t.Errorf("Kinds = %v, %v", kinds, err)
	}
}
