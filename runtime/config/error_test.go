package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestErrorPrintsWhatItKnows(t *testing.T) {
	cause := errors.New("must be positive, got -5")
	tests := []struct {
		err  Error
		want string
	}{
		{Error{"gateway.toml", 41, "apis.orders.stages.prod.throttle.rate", cause}, "gateway.toml:41: apis.orders.stages.prod.throttle.rate: must be positive, got -5"},
		{Error{"gateway.toml", 0, "server.listen", cause}, "gateway.toml: server.listen: must be positive, got -5"},
		{Error{"gateway.toml", 2, "", cause}, "gateway.toml:2: must be positive, got -5"},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("Error() = %s, want %s", got, test.want)
		}
		if !errors.Is(&test.err, cause) {
			t.Errorf("%v does not wrap its cause", &test.err)
		}
	}
}

func TestErrorsKeepFilesTogetherAndLinesInOrder(t *testing.T) {
	var errs Errors
	if errs.Err() != nil {
		t.Errorf("Err of an empty list = %v, want nil", errs.Err())
	}
	e := func(file string, line int, text string) *Error {
		return &Error{File: file, Line: line, Err: errors.New(text)}
	}
	errs.Add(e("b", 5, "1"), e("b", 2, "2"), e("a", 1, "3"))
	errs.Add(e("b", 2, "4"), e("b", 0, "5"))
	want := "b: 5\nb:2: 2\nb:2: 4\nb:5: 1\na:1: 3"
	if got := errs.Err().Error(); got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if n := len(errs.List()); n != 5 {
		t.Errorf("List has %d errors, want 5", n)
	}
}

func TestCallersTellErrorsApartWithoutTheirText(t *testing.T) {
	tests := []struct {
		src  string
		want error
	}{
		{"[server]\nlisen = 1\n", ErrUnknownKey},
		{"[apis.a]\nprotocol = \"rest\"\nopenapi = \"x\"\n", ErrUnsupported},
		{"[apis.a]\nprotocol = \"websocket\"\n", ErrUnsupported},
		{"x", ErrSyntax},
		{"x = " + strings.Repeat("[", 100), ErrTooLarge},
		{strings.Repeat("\n", MaxFile+1), ErrTooLarge},
	}
	all := []error{ErrUnknownKey, ErrUnsupported, ErrSyntax, ErrTooLarge}
	for _, test := range tests {
		_, err := Parse("gateway.toml", []byte(test.src))
		var one *Error
		if !errors.As(err, &one) || one.File != "gateway.toml" {
			t.Errorf("Parse(%.30q) = %v, want an *Error of the file", test.src, err)
		}
		for _, sentinel := range all {
			if got, want := errors.Is(err, sentinel), sentinel == test.want; got != want {
				t.Errorf("Parse(%.30q) = %v; Is(%v) = %v, want %v", test.src, err, sentinel, got, want)
			}
		}
	}
}

func TestMechanismsNameTheFieldAndGetTheLine(t *testing.T) {
	c := mustParse(t, `
[apis.orders]
protocol = "rest"
base_path = "/o"

[[apis.orders.routes]]
route = "GET /"
integration = { type = "mock", responses = [
  { status = 201 },
  { pattern = "x" } ] }

[apis.orders.stages."$default"]
variables = { "x" = "1" }
`)
	tests := []struct {
		path string
		want Position
	}{
		{"apis.orders", Position{2, 7}},
		{"apis.orders.base_path", Position{4, 1}},
		{"apis.orders.routes", Position{6, 15}},
		{"apis.orders.routes[0].route", Position{7, 1}},
		{"apis.orders.routes[0].integration.type", Position{8, 17}},
		{"apis.orders.routes[0].integration.responses[1].pattern", Position{10, 5}},
		{`apis.orders.stages."$default"`, Position{12, 21}},
		{`apis.orders.stages."$default".variables.x`, Position{13, 15}},
		{`apis.orders.stages."$default".hosts[3]`, Position{12, 21}},
		{"apis.orders.routes[0].integration.uri", Position{8, 1}},
		{"apis.orders.routes[7].route", Position{6, 15}},
		{`apis.orders."a.\"[b".c`, Position{2, 7}},
		{"server.listen", Position{}},
		{"", Position{}},
	}
	for _, test := range tests {
		if got := c.Pos(test.path); got != test.want {
			t.Errorf("Pos(%s) = %v, want %v", test.path, got, test.want)
		}
	}
	cause := errors.New("taken")
	if got := c.At("apis.orders.base_path", cause); *got != (Error{"gateway.toml", 4, "apis.orders.base_path", cause}) {
		t.Errorf("At = %+v", got)
	}
	got := c.Errorf("server.listen", "bind %q: %w", ":80", cause)
	if want := `gateway.toml: server.listen: bind ":80": taken`; got.Error() != want || !errors.Is(got, cause) {
		t.Errorf("Errorf = %v, want %s", got, want)
	}
	if c.File() != "gateway.toml" {
		t.Errorf("File = %q", c.File())
	}
	var none Config
	if none.Pos("a.b") != (Position{}) || none.Has("a") {
		t.Error("a configuration from no file knows places")
	}
}

func TestResolveStartsAtTheDirectoryOfTheFile(t *testing.T) {
	c, err := Parse("/etc/portico/gateway.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"": "", "plugins": "/etc/portico/plugins", "../x": "/etc/x", "/abs": "/abs"} {
		if got := c.Resolve(path); got != want {
			t.Errorf("Resolve(%q) = %q, want %q", path, got, want)
		}
	}
}

// parent must undo Join and Index, whatever the keys hold.
func TestJoinAndParentAreInverse(t *testing.T) {
	keys := []string{"a", "a-b_0", "$default", "a.b", `q"q`, `back\`, "x[1]", "", "é", "\x00"}
	for _, a := range keys {
		for _, b := range keys {
			one := Join("apis", a)
			two := Join(one, b)
			if parent(two) != one || parent(Index(two, 3)) != two || parent(one) != "apis" {
				t.Errorf("Join(%q, %q) = %s, parent %s; parent of its element %s", one, b, two, parent(two), parent(Index(two, 3)))
			}
		}
	}
	if got, want := Join("", "a", "b c"), `a."b c"`; got != want {
		t.Errorf("Join = %s, want %s", got, want)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"listen", "max_body", "header_timeout", "warn", "GET", "1.0", "authorizer"}
	tests := []struct{ word, want string }{
		{"lisen", "listen"}, {"lsiten", "listen"}, {"LISTEN", "listen"}, {"max-body", "max_body"},
		{"headertimeout", "header_timeout"}, {"warning", "warn"}, {"auth", "authorizer"}, {"GTE", "GET"},
		{"3.0", ""}, {"zzz", ""}, {"", ""}, {"x", ""}, {strings.Repeat("listen", 20), ""},
	}
	for _, test := range tests {
		if got := suggest(test.word, known); got != test.want {
			t.Errorf("suggest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}

// ExampleConfig shows how the owner of a mechanism reports its refusal.
func ExampleConfig() {
	c, err := Parse("gateway.toml", []byte("[server]\nlisten = \":8080\"\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var errs Errors
	errs.Add(c.Errorf(Index("server.listen", 0), "address already in use"))
	fmt.Println(errs.Err())
	// Output: gateway.toml:2: server.listen[0]: address already in use
}

func ExampleParse() {
	_, err := Parse("gateway.toml", []byte("[server]\nlisten = \"8080\"\nmax_body = 10\n"))
	fmt.Println(err)
	// Output:
	// gateway.toml:2: server.listen: "8080" has no port separator, try ":8080"
	// gateway.toml:3: server.max_body: must be a size in quotes, such as "1MiB", got the integer 10
}

func TestQuoteCutsLongValues(t *testing.T) {
	got := quote(strings.Repeat("é", 100))
	if !strings.HasSuffix(got, `…"`) || len(got) > 70 || slices.Contains([]byte(got), 0xff) {
		t.Errorf("quote = %s", got)
	}
}
