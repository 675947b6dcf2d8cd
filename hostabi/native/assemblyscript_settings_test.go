package native_test

import (
	"context"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestTheAssemblyScriptSDKNamesTheFirstMistakeOfAConfiguration(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"what is absent has a value that stands for it", `{}`, "nobody|7|9|"},
		{"what is there counts", `{"name":"é","size":10,"room":"64KiB","list":["a","b"],"rules":[{"set":"x","when":{"path":"/p"}},{"set":"y"}]}`, "é|10|65536|a+b|x/p|y"},
		{"a list of one needs no brackets", `{"list":"a"}`, "nobody|7|9|a"},
		{"a key of a table in a list is missing", `{"rules":[{"set":"x"},{}]}`, "rules[1].set is missing"},
		{"a key is misspelled", `{"nmae":"x"}`, "nmae is unknown; known are name, size, room, list, rules"},
		{"the first of two counts", `{"name":1,"size":"2"}`, "name must be a string"},
		{"a number is too large", `{"size":11}`, "size must be a whole number from 1 to 10"},
		{"a number is not whole", `{"size":1.5}`, "size must be a whole number from 1 to 10"},
		{"a string is no number", `{"size":"1"}`, "size must be a whole number from 1 to 10"},
		{"a size has a unit", `{"room":"64"}`, `room must be a size such as "64KiB", from 2B to 2097152B`},
		{"a size is a string", `{"room":64}`, `room must be a size such as "64KiB", from 2B to 2097152B`},
		{"a size is too large", `{"room":"3MiB"}`, `room must be a size such as "64KiB", from 2B to 2097152B`},
		{"a size is too small", `{"room":"1B"}`, `room must be a size such as "64KiB", from 2B to 2097152B`},
		{"a size has more digits than a number", `{"room":"99999999999999999999B"}`, `room must be a size such as "64KiB", from 2B to 2097152B`},
		{"the bound itself is a size", `{"room":"2MiB"}`, "nobody|7|2097152|"},
		{"a list holds something else", `{"list":["a",1]}`, "list must be a string or a list of strings"},
		{"a table is no list", `{"list":{}}`, "list must be a string or a list of strings"},
		{"tables are in a list", `{"rules":{"set":"x"}}`, "rules must be a list of tables"},
		{"a list of tables holds something else", `{"rules":[1]}`, "rules must be a list of tables"},
		{"a table is something else", `{"rules":[{"set":"x","when":1}]}`, "rules[0].when must be a table"},
		{"a key below a table is wrong", `{"rules":[{"set":"x","when":{"path":1}}]}`, "rules[0].when.path must be a string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := loadAS(t, "test", native.Options{Config: []byte(tt.config), Capabilities: tck.NewCapabilities(), Timeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "op", Value: "settings"}}}})
			if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
				t.Fatal(got, err)
			}
			if body, _, _ := h.Body(true); string(body) != tt.want {
				t.Errorf("got %q, want %q", body, tt.want)
			}
		})
	}
}
