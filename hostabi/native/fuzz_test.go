package native_test

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// commands makes host calls out of arbitrary bytes.
func commands(b []byte) (cs []tck.Command) {
	for len(b) >= 16 && len(cs) < 50 {
		c := tck.Command{
			Func:   hostabi.Functions[int(b[0])%len(hostabi.Functions)].Name,
			Fault:  b[1] & 15,
			Number: uint32(b[2]),
			Mask:   binary.LittleEndian.Uint64(b[2:]),
			At:     binary.LittleEndian.Uint32(b[10:]),
			Cap:    uint32(binary.LittleEndian.Uint16(b[14:])) & 0x3ff,
		}
		if b[1]&16 != 0 {
			c.Number = binary.LittleEndian.Uint32(b[2:])
		}
		c.Keep = c.Cap
		if c.Fault&7 != 0 {
			c.Keep = 0 // the call may hit the program or the report itself
			c.At |= 1 << 31
		}
		b = b[16:]
		for i := range c.In {
			n := 0
			if len(b) > 0 {
				n, b = min(int(b[0]), len(b)-1), b[1:]
			}
			c.In[i], b = string(b[:n]), b[n:]
		}
		cs = append(cs, c)
	}
	return cs
}

// Whatever a guest calls with whatever arguments: the call ends with the
// answer that the guest chose, every result is a code or a length, and a buffer
// that the answer does not fit into is not touched.
func FuzzHostCalls(f *testing.F) {
	e, err := engine.New(engine.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	if err := native.Define(e); err != nil {
		f.Fatal(err)
	}
	p, err := native.New(context.Background(), e, tck.Guest, native.Options{Name: "conformance", Capabilities: tck.NewCapabilities(), Timeout: time.Minute})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(p.Close)
	for i := range hostabi.Functions {
		f.Add(byte(i%4), append([]byte{byte(i), 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 16, 0}, "\x06accept\x01v"...))
		f.Add(byte(i%4), append([]byte{byte(i), byte(1 + i%7), 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 32, 0}, "\x03a=b\x00"...))
	}
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		cs := commands(b)
		k := hostabi.Authorize + hostabi.Kind(kind)%4
		h := tck.NewHost(tck.Setup{
			Fields:         map[hostabi.FieldID]string{hostabi.FieldMethod: "GET", hostabi.FieldPath: "/a"},
			Params:         map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "a=b", Value: "c"}}},
			Header:         hostabi.Header{{Name: "Accept", Value: "a"}, {Name: "accept", Value: "b"}},
			ResponseHeader: hostabi.Header{{Name: "Accept", Value: "c"}},
			Body:           []byte("body"),
			ResponseBody:   []byte("response"),
			Event:          []byte("{}"),
			Scratch:        map[string][]byte{"conformance": tck.Encode(0, cs)},
		})
		answer, err := p.Call(context.Background(), k, h)
		if err != nil || answer != 0 {
			t.Fatalf("the call ended with %d, %v", answer, err)
		}
		report := h.Scratch("conformance")
		if h.Flushed() {
			return // the report stands among what the guest wrote
		}
		results, err := tck.Decode(report, len(cs))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			if r.Value < int64(hostabi.EEXIST) {
				t.Errorf("%+v gave %d", cs[i], r.Value)
			}
			if r.Value > int64(cs[i].Cap) && strings.ReplaceAll(r.Buffer, "\xa5", "") != "" {
				t.Errorf("%+v wrote a part: %q", cs[i], r.Buffer)
			}
		}
		for _, response := range []bool{false, true} {
			for _, field := range h.Header(response) {
				if !hostabi.ValidName(field.Name) || !hostabi.ValidValue(field.Value) {
					t.Errorf("the header list holds %q", field)
				}
			}
		}
	})
}
