package workbench

import "testing"

func TestMeasureSeesWhatAPluginDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	cases := load(t, "../../plugins/src/session/cases.toml")
	own, same := open(t, "../../plugins/session.wasm"), open(t, "../../plugins/session.wasm")
	costs, err := Measure(t.Context(), cases, &cases.Case[0], own, same)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range costs {
		// session reads the token, then sets principal and context.
		if c.HostCalls != 3 || c.Memory != 128<<10 {
			t.Errorf("host calls %v, memory %d; want 3, %d", c.HostCalls, c.Memory, 128<<10)
		}
		if c.Call <= 0 || c.Empty <= 0 || c.Request <= c.Call || c.Cold <= c.Call {
			t.Errorf("times %+v: a request takes longer than its call, and a call longer with a new instance", c)
		}
		if c.Allocs < c.EmptyAllocs {
			t.Errorf("allocs %v, with the empty guest %v", c.Allocs, c.EmptyAllocs)
		}
	}
}

func TestMeasureRefusesACaseThatDoesNotReachThePlugin(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	cases := load(t, "../../plugins/src/session/cases.toml")
	_, err := Measure(t.Context(), cases, &cases.Case[2], open(t, "../../plugins/session.wasm"))
	if want := `case "without a token there is nothing to judge": the plugin was not called`; err == nil || err.Error() != want {
		t.Errorf("Measure = %v, want %s", err, want)
	}
}
