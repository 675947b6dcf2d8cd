package rewrite

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// at is an active segment.
func at(offset int32, data string) []byte {
	b := append(appendS32([]byte{0, opI32Const}, offset), opEnd)
	return appendName(b, data)
}

// dataModule has two pages of memory, an immutable global that is 64, and
// segments; counted adds the section that counts them.
func dataModule(counted bool, segments ...[]byte) []byte {
	sections := []section{
		{secMemory, []byte{1, 0, 2}},
		{secGlobal, appendS32([]byte{1, 0x7f, 0, opI32Const}, 64)},
		{secExport, append(appendName([]byte{1}, "memory"), 2, 0)},
	}
	sections[1].payload = append(sections[1].payload, opEnd)
	if counted {
		sections = append(sections, section{secDataCount, appendU32(nil, uint32(len(segments)))})
	}
	payload := append(appendU32(nil, uint32(len(segments))), slices.Concat(segments...)...)
	return mod(append(sections, section{secData, payload})...)
}

// segments counts those of a module.
func segments(t *testing.T, wasm []byte) uint32 {
	t.Helper()
	m, err := split(wasm)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := m.payload(secData)
	return d.u32()
}

// memoryOf instantiates a module and returns its memory, or nil for one that
// cannot be.
func memoryOf(t *testing.T, r wazero.Runtime, wasm []byte) []byte {
	t.Helper()
	m, err := r.InstantiateWithConfig(t.Context(), wasm, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil
	}
	defer m.Close(t.Context())
	b, _ := m.Memory().Read(0, m.Memory().Size())
	return bytes.Clone(b)
}

func TestDataIsJoined(t *testing.T) {
	r := newRuntime(t, config(), nil)
	place := append([]byte{0, opGlobalGet, 0, opEnd}, appendName(nil, "global")...)
	passive := append([]byte{1}, appendName(nil, "passive")...)
	var scattered [][]byte
	for i := range int32(2 * dataRuns) {
		scattered = append(scattered, at(1000*i, "ab"), at(1000*i+10, "cd"))
	}
	for _, tt := range []struct {
		name     string
		wasm     []byte
		segments uint32
	}{
		{"neighbours", dataModule(false, at(10, "ab"), at(12, "cd"), at(14, "ef")), 1},
		{"with zeros between them", dataModule(false, at(10, "ab"), at(20, "cd"), at(22+dataGap, "ef")), 1},
		{"with too many zeros", dataModule(false, at(10, "ab"), at(13+dataGap, "cd")), 2},
		{"in two orders", dataModule(false, at(1000, "ab"), at(1010, "cd"), at(10, "ef"), at(20, "gh")), 2},
		{"over another", dataModule(false, at(10, "abcdef"), at(12, "xy")), 2},
		{"around what an earlier one wrote", dataModule(false, at(14, "xy"), at(10, "ab"), at(18, "cd")), 3},
		{"up to what an earlier one wrote", dataModule(false, at(14, "xy"), at(10, "ab"), at(12, "cd")), 2},
		{"over what an earlier one wrote", dataModule(false, at(14, "xy"), at(10, "abcd"), at(14, "cd")), 2},
		{"of no length", dataModule(false, at(10, ""), at(20, ""), at(30, "ab")), 1},
		{"up to the end of memory", dataModule(false, at(0x1fff0, "ab"), at(0x1fffe, "cd")), 1},
		{"over the end of memory", dataModule(false, at(0x1fff0, "ab"), at(0x1ffff, "cd")), 1},
		{"of no length behind the end", dataModule(false, at(0x1fff0, "ab"), at(0x20001, "")), 1},
		{"at a negative place", dataModule(false, at(10, "ab"), at(-1, "cd"), at(14, "ef")), 3},
		{"at the place that a global says", dataModule(false, at(50, "ab"), at(54, "cd"), place, at(66, "xy"), at(70, "ef")), 4},
		{"that an instruction can name", dataModule(true, at(10, "ab"), at(12, "cd")), 2},
		{"passive ones", dataModule(true, at(10, "ab"), passive, at(12, "cd")), 3},
		{"passive ones that are not counted", dataModule(false, at(10, "ab"), passive, at(12, "cd"), at(14, "ef")), 4},
		{"in many places", dataModule(false, scattered...), dataRuns + 2*dataRuns},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := rewritten(t, tt.wasm, Limits{})
			if got := segments(t, res.Wasm); got != tt.segments {
				t.Errorf("%d segments became %d, want %d", segments(t, tt.wasm), got, tt.segments)
			}
			if !bytes.Equal(memoryOf(t, r, res.Wasm), memoryOf(t, r, tt.wasm)) {
				t.Error("memory differs, or one of the two cannot be instantiated")
			}
		})
	}
}

// TestAnyDataBehaves compares the memory for segments that lie anyhow.
func TestAnyDataBehaves(t *testing.T) {
	r := newRuntime(t, config(), nil)
	rnd := rand.New(rand.NewPCG(3, 4))
	joined := uint32(0)
	for n := range 500 {
		var all [][]byte
		place := rnd.Int32N(500)
		for range 1 + rnd.IntN(40) {
			data := fmt.Sprintf("%x", rnd.Uint64())[:rnd.IntN(12)]
			all = append(all, at(place, data))
			if place += int32(len(data)) + rnd.Int32N(20); rnd.IntN(5) == 0 {
				place = rnd.Int32N(500)
			}
		}
		wasm := dataModule(false, all...)
		res := rewritten(t, wasm, Limits{})
		joined += segments(t, wasm) - segments(t, res.Wasm)
		if !bytes.Equal(memoryOf(t, r, res.Wasm), memoryOf(t, r, wasm)) {
			t.Fatalf("module %d: memory differs: %q", n, all)
		}
	}
	if joined < 1000 {
		t.Errorf("%d segments were joined, want more", joined)
	}
}
