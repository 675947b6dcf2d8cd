package store

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Both stores answer any steps alike, byte for byte.
func TestStoresAgree(t *testing.T) {
	embedded := &subject{store: openEmbedded(t, t.TempDir(), Options{})}
	shared := &subject{store: serve(t).open(Options{})}
	steps := 1500
	if evidence() {
		steps = 50_000
	}
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	key := func() string { return pick("a", "ab", "abc", "b", "b\x00", "\xff", "\xff\xff", "ä", "[a", "(a", "-") }
	value := func() string {
		return pick("''", "0", "1", "-1", "9223372036854775807", "x", "01", "1.0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	}
	const quota = 400
	a, b := embedded.store.Namespace("agree", quota), shared.store.Namespace("agree", quota)
	seen := map[string]int{}
	for i := range steps {
		var step string
		switch r.IntN(7) {
		case 0:
			step = "put " + key() + " " + value()
		case 1:
			step = "get " + key()
		case 2:
			step = "delete " + key()
		case 3:
			step = "increment " + key() + " " + pick("1", "-1", "0", "9223372036854775807", "-9223372036854775808")
		case 4:
			step = "create " + key() + " " + value()
		case 5:
			step = "swap " + key() + " " + value() + " " + value()
		case 6:
			step = fmt.Sprintf("list %s %s %d", pick("''", key()), pick("''", key()), 1+r.IntN(9))
		}
		got, want := embedded.do(a, step), shared.do(b, step)
		if got != want {
			t.Fatalf("step %d, %q: embedded %s, Redis %s", i, step, got, want)
		}
		seen[got]++
	}
	for _, result := range []string{"E2BIG", "EINVAL", "EEXIST", "ok", "none", "true", "false"} {
		if seen[result] == 0 {
			t.Errorf("no step came to %s", result)
		}
	}
}
