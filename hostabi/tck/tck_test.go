package tck

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

func TestReportsAreReadBack(t *testing.T) {
	report := "\xfb\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00" + "\x02\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00abc"
	got, err := Decode([]byte(report), 2)
	if want := []Result{{-5, ""}, {2, "abc"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for n := range len(report) {
		if _, err := Decode([]byte(report[:n]), 2); !errors.Is(err, errReport) {
			t.Errorf("the first %d bytes gave %v", n, err)
		}
	}
	if _, err := Decode([]byte(report), 1); !errors.Is(err, errReport) {
		t.Errorf("a longer report gave %v", err)
	}
}

func TestReportsAreFoundInErrors(t *testing.T) {
	got, err := DecodeError(errors.New("plugin: refused: tck:fbffffffffffffff00000000; and so on"), 1)
	if want := []Result{{-5, ""}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, bad := range []error{nil, errors.New("other"), errors.New("tck:f"), errors.New("tck:00")} {
		if _, err := DecodeError(bad, 1); !errors.Is(err, errReport) {
			t.Errorf("%v gave %v", bad, err)
		}
	}
}

// The suite's own host has to agree with itself: every case that expects
// EPHASE of a host after a flush is one that the host refuses.
func TestTheHostFreezesItsHeadAtAFlush(t *testing.T) {
	h := NewHost(example())
	if err := h.FlushBody(true); err != nil {
		t.Fatal(err)
	}
	_, event := h.Event()
	for name, err := range map[string]error{
		"SetHeader": h.SetHeader(true, "a", "b"), "AddHeader": h.AddHeader(true, "a", "b"),
		"RemoveHeader": h.RemoveHeader(true, "a"), "SetStatus": h.SetStatus(200),
		"SetField": h.SetField(hostabi.FieldPath, "/"), "WriteResult": h.WriteResult(nil),
		"SetScratch": h.SetScratch("p", nil), "Event": event, "FlushBody": h.FlushBody(false),
	} {
		if err != hostabi.EPHASE {
			t.Errorf("%s after a flush gave %v", name, err)
		}
	}
	if h.Header(true) != nil || h.Status() != 0 {
		t.Error("the head is read after a flush")
	}
}

func TestGuestIsBuiltFromItsSource(t *testing.T) {
	tool, err := exec.LookPath("wat2wasm")
	if err != nil {
		t.Skip("wat2wasm is not installed")
	}
	out := filepath.Join(t.TempDir(), "guest.wasm")
	if b, err := exec.Command(tool, "--debug-names", "guest.wat", "-o", out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	built, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(built, Guest) {
		t.Error("guest.wasm is not what guest.wat gives; run wat2wasm --debug-names guest.wat -o guest.wasm")
	}
}
