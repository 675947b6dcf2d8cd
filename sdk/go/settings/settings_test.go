package settings

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

type config struct {
	Text, Choice string
	Bool         bool
	Int, Size    int
	Duration     time.Duration
	Texts        []string
	Table        []Pair
}

func read(text string) (config, error) {
	s := Parse([]byte(text))
	c := config{
		Text:     s.Text("text", "t", 8),
		Choice:   s.Choice("choice", "a", "a", "b"),
		Bool:     s.Bool("bool", true),
		Int:      s.Int("int", 3, 1, 9),
		Size:     s.Size("size", 1<<20, 1<<10, 3<<20),
		Duration: s.Duration("duration", time.Minute, 0, time.Hour),
		Texts:    s.Texts("texts"),
		Table:    s.Table("table"),
	}
	return c, s.Err()
}

func TestWhatIsNotSaidStandsAsItsDefault(t *testing.T) {
	got, err := read(`{}`)
	if want := (config{"t", "a", true, 3, 1 << 20, time.Minute, nil, nil}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestWhatIsSaidIsRead(t *testing.T) {
	got, err := read(`{"text":"x","choice":"b","bool":false,"int":9,"size":"2MiB","duration":"1h","texts":["p","q"],"table":{"n":"v"}}`)
	if want := (config{"x", "b", false, 9, 2 << 20, time.Hour, []string{"p", "q"}, []Pair{{"n", "v"}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestMistakesNameTheirKey(t *testing.T) {
	const sizes = `config.size: must be a size such as "64KiB", 1KiB to 3MiB`
	tests := []struct{ text, want string }{
		{`[]`, "the configuration must be a table"},
		{`{`, "offset 1: want a name in double quotes"},
		{`{"txt":1}`, "config.txt: unknown key; the plugin has text, choice, bool, int, size, duration, texts, table"},
		{`{"text":1}`, "config.text: must be a text"},
		{`{"text":""}`, "config.text: must have 1 to 8 bytes"},
		{`{"text":"123456789"}`, "config.text: must have 1 to 8 bytes"},
		{`{"choice":"c"}`, "config.choice: must be one of a, b"},
		{`{"choice":1}`, "config.choice: must be one of a, b"},
		{`{"bool":"true"}`, "config.bool: must be true or false"},
		{`{"int":"1"}`, "config.int: must be a whole number"},
		{`{"int":1.5}`, "config.int: must be a whole number, 1 to 9"},
		{`{"int":0}`, "config.int: must be a whole number, 1 to 9"},
		{`{"int":10}`, "config.int: must be a whole number, 1 to 9"},
		{`{"size":"1023B"}`, sizes},
		{`{"size":"4MiB"}`, sizes},
		{`{"size":"4194304GiB"}`, sizes},
		{`{"size":"-1KiB"}`, sizes},
		{`{"size":"5"}`, sizes},
		{`{"size":5}`, `config.size: must be a size such as "64KiB"`},
		{`{"duration":"-1s"}`, `config.duration: must be a time such as "5m", 0s to 1h0m0s`},
		{`{"duration":"61m"}`, `config.duration: must be a time such as "5m", 0s to 1h0m0s`},
		{`{"duration":"x"}`, `config.duration: must be a time such as "5m", 0s to 1h0m0s`},
		{`{"duration":5}`, `config.duration: must be a time such as "5m"`},
		{`{"texts":"p"}`, "config.texts: must be a list of texts"},
		{`{"texts":["p",1]}`, "config.texts[1]: must be a text"},
		{`{"table":[]}`, "config.table: must be a table of texts"},
		{`{"table":{"n":1}}`, "config.table.n: must be a text"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if _, err := read(tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func ExampleSettings() {
	s := Parse([]byte(`{"realm":"orders"}`))
	realm := s.Text("realm", "restricted", 64)
	ttl := s.Duration("ttl", time.Minute, 0, time.Hour)
	fmt.Println(realm, ttl, s.Err())
	// Output: orders 1m0s <nil>
}
