package portico_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/porticotest"
)

// during runs f in an authorizer about a request.
func during(r porticotest.Request, f func(r *authorizer.Request)) porticotest.Decision {
	authorizer.Handle(func(r *authorizer.Request) authorizer.Decision {
		f(r)
		return authorizer.Allow
	})
	return porticotest.Authorize(r)
}

func ExampleFields() {
	var wanted = portico.SetOf(portico.Method, portico.Path, portico.QueryParams)
	var fields portico.Fields // reused by every call
	authorizer.Handle(func(r *authorizer.Request) authorizer.Decision {
		fields.Read(wanted)
		method, _ := fields.Bytes(portico.Method)
		fmt.Printf("%s", method)
		for name, value := range fields.Pairs(portico.QueryParams) {
			fmt.Printf(" %s=%s", name, value)
		}
		return authorizer.Allow
	})
	porticotest.Authorize(porticotest.Request{Query: "a=1&b=%32"})
	// Output: GET a=1 b=2
}

func ExampleConfigure() {
	portico.Configure(func(config []byte) error {
		if string(config) == "{}" {
			return errors.New("set keys")
		}
		return nil
	})
	fmt.Println(porticotest.Configure(""))
	fmt.Println(porticotest.Configure(`{"keys":["k"]}`))
	// Output:
	// set keys
	// <nil>
}

func TestRequestsAreRead(t *testing.T) {
	long := strings.Repeat("long ", 1000)
	request := porticotest.Request{
		Method: "POST", Path: "/a%20b", Query: "q=1&q=2&e&x=%zz",
		Header:         porticotest.Pairs{{"A", "1"}, {"a", "2"}, {"Cookie", "c=1; d=2"}, {"cookie", "c=3"}, {"Empty", ""}, {"Long", long}},
		PathParams:     porticotest.Pairs{{"id", "7"}},
		StageVariables: porticotest.Pairs{{"v", "8"}},
		AuthContext:    porticotest.Pairs{{"k", "9"}},
		Fields:         map[portico.Field]string{portico.SourceIP: "192.0.2.1"},
		TimeUnixMs:     1234,
		Scratch:        []byte("kept"),
		Config:         `{"a":1}`,
	}
	var got []any
	say := func(values ...any) { got = append(got, values...) }
	during(request, func(r *authorizer.Request) {
		say(r.Method(), r.Path(), r.SourceIP(), r.TimeUnixMs(), r.Get(portico.Route))
		say(r.Header("a"))
		say(r.Header("none"))
		say(r.Header("empty"))
		say(r.Header("cookie"))
		v, _ := r.Header("long")
		say(v == long, r.HeaderValues("a"), r.HeaderValues("none"))
		say(r.QueryParam("q"))
		say(r.QueryParams("q"), r.QueryParams("none"))
		say(r.QueryParam("x"))
		say(r.PathParam("id"))
		say(r.StageVariable("v"))
		say(r.AuthContext("k"))
		say(r.Cookie("c"))
		say(r.Cookie("none"))
		say(string(r.Scratch()), string(portico.Config()))
		say(string(r.Append([]byte("to "), portico.Path)))
		b, ok := r.AppendHeader([]byte("is "), "a")
		say(string(b), ok)
		_, ok = r.AppendHeader(nil, "none")
		say(ok)
		for name := range r.Headers() {
			say(name)
			break
		}
	})
	want := []any{"POST", "/a%20b", "192.0.2.1", int64(1234), "", "1, 2", true, "", false, "", true, "c=1; d=2; c=3", true,
		true, []string{"1", "2"}, []string(nil), "2", true, []string{"1", "2"}, []string(nil), "%zz", true,
		"7", true, "8", true, "9", true, "1", true, "", false, "kept", `{"a":1}`, "to /a%20b", "is 1, 2", true, false, "A"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestFieldsAreReadAtOnce(t *testing.T) {
	request := porticotest.Request{Path: "/p", Identity: []string{"t", "u"}, TimeUnixMs: 99, Header: porticotest.Pairs{{"A", "1"}},
		PathParams: porticotest.Pairs{{"id", "7"}}, StageVariables: porticotest.Pairs{{"v", "8"}}, AuthContext: porticotest.Pairs{{"k", "9"}}}
	all := portico.SetOf(portico.Path, portico.Time, portico.Stage, portico.Identity, portico.Headers, portico.PathParams,
		portico.StageVariables, portico.AuthContext, portico.ResponseHeaders)
	during(request, func(r *authorizer.Request) {
		var f portico.Fields
		f.Read(all)
		path, _ := f.Bytes(portico.Path)
		_, stage := f.Bytes(portico.Stage)
		_, response := f.Bytes(portico.ResponseHeaders)
		if string(path) != "/p" || stage || response || f.TimeUnixMs() != 99 || !reflect.DeepEqual(f.List(portico.Identity), []string{"t", "u"}) {
			t.Errorf("got %q, %v, %v, %d, %q", path, stage, response, f.TimeUnixMs(), f.List(portico.Identity))
		}
		for id, want := range map[portico.Field]string{portico.Headers: "A1", portico.PathParams: "id7", portico.StageVariables: "v8", portico.AuthContext: "k9"} {
			for name, value := range f.Pairs(id) {
				if name+value != want {
					t.Errorf("field %d has %q, want %q", id, name+value, want)
				}
			}
		}
		f.Read(0)
		if f.TimeUnixMs() != 0 {
			t.Error("what was not read is there")
		}
	})
}

// Short strings are cut from one page, long ones are by themselves: what is read
// later changes neither.
func TestTextsAreKept(t *testing.T) {
	var lengths []int
	for n := range 700 {
		lengths = append(lengths, n, n%20, n%130)
	}
	lengths = append(lengths, 5000, 3, 400)
	request := porticotest.Request{}
	for i, n := range lengths {
		request.Header = append(request.Header, [2]string{fmt.Sprint("x-", i), strings.Repeat(string(rune('a'+i%26)), n)})
	}
	during(request, func(r *authorizer.Request) {
		var kept []string
		for _, field := range request.Header {
			v, ok := r.Header(field[0])
			if !ok {
				t.Errorf("%s is not there", field[0])
			}
			kept = append(kept, v)
		}
		for i, field := range request.Header {
			if kept[i] != field[1] {
				t.Errorf("text %d of %d bytes: %q", i, len(field[1]), kept[i])
			}
		}
	})
}

// The path of a request allocates only what it returns.
func TestAppendingAllocatesNothing(t *testing.T) {
	request := porticotest.Request{Header: porticotest.Pairs{{"A", "1"}}}
	during(request, func(r *authorizer.Request) {
		buf := make([]byte, 0, 64)
		// The host of the tests allocates for itself: two for one value.
		base := testing.AllocsPerRun(100, func() { r.HeaderValues("none") })
		if got := testing.AllocsPerRun(100, func() { buf, _ = r.AppendHeader(buf[:0], "none") }); got > base {
			t.Errorf("%v allocations, want at most the host's %v", got, base)
		}
	})
}

func TestRandomFillsAnySize(t *testing.T) {
	during(porticotest.Request{}, func(*authorizer.Request) {
		p := make([]byte, 200<<10)
		portico.Random(p)
		if tail := p[len(p)-32:]; reflect.DeepEqual(tail, make([]byte, 32)) {
			t.Error("the end is not filled")
		}
		if portico.Now() <= 0 || portico.Remaining() <= 0 {
			t.Error("the clocks stand")
		}
	})
}

func TestLinesAreLogged(t *testing.T) {
	d := during(porticotest.Request{}, func(*authorizer.Request) {
		portico.Log(portico.Debug, "one")
		portico.Log(portico.Error, "two")
	})
	if want := []string{"one", "two"}; !reflect.DeepEqual(d.Log, want) {
		t.Errorf("logged %q, want %q", d.Log, want)
	}
}

func TestOutsideOfACallThereIsNoGateway(t *testing.T) {
	defer func() {
		if r := recover(); r == nil {
			t.Error("a call into no gateway passed")
		}
	}()
	portico.Config()
}
