package accesslog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "rewrite the golden files")

// full is an answered request of which everything is known.
func full() *exchange.Exchange {
	x := &exchange.Exchange{
		ID: "0190a5f0-0000-4000-8000-000000000000", ExtendedID: "K2RCxGG-oAMEjSQ=", TraceID: "Root=1-5e1b4151-5ac6c58dc39a6c1e1e4e4d5b",
		Start:     time.Date(2026, 11, 22, 11, 31, 42, 5e6, time.UTC),
		Principal: "alice",
		API:       &exchange.API{ID: "orders", Protocol: exchange.REST, AccountID: "123456789012", Region: "eu-west-1"},
		Stage:     &exchange.Stage{Name: "prod", InPath: true, BasePath: "/base"},
		Route:     &exchange.Route{Key: "GET /orders/{id}", Method: "GET", Resource: "/orders/{id}", ResourceID: "abc123", Operation: "getOrder"},
		AuthContext: []exchange.AuthValue{
			{Key: "tenant", Value: "t-1", Kind: hostabi.ValueString}, {Key: "level", Value: "7", Kind: hostabi.ValueNumber},
		},
	}
	x.Request = exchange.Request{
		Method: "GET", RawPath: "/base/prod/orders/1", Path: "/orders/1", Host: "api.example:8080", Proto: "HTTP/1.1",
		Header: exchange.Header{{Name: "User-Agent", Value: `curl "8" \ ü`}}, Client: netip.MustParseAddr("2001:db8::7"),
	}
	x.Log = exchange.Record{
		Status: 502, ResponseLength: 1024, ResponseLatency: 15 * time.Millisecond,
		IntegrationStatus: 200, BackendStatus: 404, IntegrationLatency: 12 * time.Millisecond, IntegrationError: errors.New("reset, \"late\""),
		AuthorizerStatus: 200, AuthorizerLatency: 3 * time.Millisecond, AuthorizerError: "none",
		ErrorMessage: "Internal server error", ErrorResponseType: "INTEGRATION_FAILURE",
	}
	return x
}

// render is the line of x in a format.
func render(t testing.TB, format string, x *exchange.Exchange) string {
	t.Helper()
	c, err := compile(format)
	if err != nil {
		t.Fatal(err)
	}
	return string(c.append(nil, x, new(line)))
}

func TestPresets(t *testing.T) {
	var got strings.Builder
	for _, format := range []string{"", "json", "clf", "csv", "xml"} {
		got.WriteString(format + "\n" + render(t, format, full()) + "\n" + render(t, format, &exchange.Exchange{}) + "\n\n")
	}
	const golden = "testdata/presets.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestTemplates(t *testing.T) {
	tests := []struct{ name, template, want string }{
		{"text around variables", "id=$context.requestId.", "id=0190a5f0-0000-4000-8000-000000000000."},
		{"a variable ends where its name ends", "$context.extendedRequestId-$context.status/$context.stage", "K2RCxGG-oAMEjSQ=-502/prod"},
		{"a dollar alone is a dollar", "$ $$ $5 $context.extendedRequestId$", "$ $$ $5 K2RCxGG-oAMEjSQ=$"},
		{"keys of an authorizer", "$context.extendedRequestId $context.authorizer.tenant $context.authorizer.level $context.authorizer.no-such", "K2RCxGG-oAMEjSQ= t-1 7 -"},
		{"text escapes quotes and what is not ASCII", `$context.extendedRequestId "$context.identity.userAgent"`,
			`K2RCxGG-oAMEjSQ= "curl \"8\" \\ \xc3\xbc"`},
		{"text outside of quotes has no spaces", `$context.extendedRequestId $context.routeKey [$context.routeKey] $context.requestTime`,
			`K2RCxGG-oAMEjSQ= GET\x20/orders/{id} [GET /orders/{id}] 22/Nov/2026:11:31:42 +0000`},
		{"JSON keeps numbers and quotes the rest",
			`{"id":"$context.extendedRequestId","n":$context.status,"l":[$context.authorizer.level,$context.stage],"u":$context.identity.caller,"m":$context.error.messageString,"ua":"$context.identity.userAgent"}`,
			`{"id":"K2RCxGG-oAMEjSQ=","n":502,"l":[7,"prod"],"u":"-","m":"Internal server error","ua":"curl \"8\" \\ ü"}`},
		{"JSON strings know an escaped quote", `{"a\"b":"$context.extendedRequestId \"$context.stage\""}`,
			`{"a\"b":"K2RCxGG-oAMEjSQ= \"prod\""}`},
		{"XML", `<r id='$context.extendedRequestId'>$context.identity.userAgent $context.integration.error</r>`,
			`<r id='K2RCxGG-oAMEjSQ='>curl &#34;8&#34; \ ü reset, &#34;late&#34;</r>`},
		{"one line break at the end is none", "$context.extendedRequestId\n", "K2RCxGG-oAMEjSQ="},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := render(t, tt.template, full()); got != tt.want {
				t.Errorf("line\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

func TestNumbersInJSONAreThoseThatReadersHold(t *testing.T) {
	for value, want := range map[string]string{
		"-1.5e3": "-1.5e3", "1e308": "1e308", "1e309": `"1e309"`, "-8E558": `"-8E558"`, "1e-400": "1e-400",
		strings.Repeat("9", 300): strings.Repeat("9", 300), strings.Repeat("9", 309): `"` + strings.Repeat("9", 309) + `"`,
		"01": `"01"`, "1.": `"1."`, "NaN": `"NaN"`,
	} {
		x := full()
		x.Request.Header[0].Value = value
		if got := render(t, `{"id":"$context.requestId","v":$context.identity.userAgent}`, x); !strings.HasSuffix(got, `"v":`+want+"}") {
			t.Errorf("%s gives %s", value, got)
		}
	}
}

func TestBadTemplates(t *testing.T) {
	tests := []struct{ name, template, want string }{
		{"no id", "$context.status", "must name $context.requestId or $context.extendedRequestId"},
		{"an unknown name with a near one", "$context.requestId $context.statuss", "$context.statuss is not known, did you mean $context.status?"},
		{"a name without its group", "$context.requestId $context.sourceIp", "$context.sourceIp is not known, did you mean $context.identity.sourceIp?"},
		{"an unknown name like no other", "$context.requestId $context.zzzzzzzzzzzzzzzzz", "$context.zzzzzzzzzzzzzzzzz is not known"},
		{"a variable of templates", "$context.requestId $stageVariables.x", "$stageVariables.x is not a variable of access logs, which have $context.NAME alone"},
		{"no name", "$context.requestId $context.", "$context is not a variable of access logs, which have $context.NAME alone"},
		{"two lines", "$context.requestId\n$context.stage", "must be one line"},
		{"no JSON", `{"a":$context.requestId`, `begins with { but does not make JSON: {"a":"-"`},
		{"every mistake at once", "$context.stat $foo\n!",
			"must be one line\n$context.stat is not known, did you mean $context.stage?\n$foo is not a variable of access logs, which have $context.NAME alone\n" +
				"must name $context.requestId or $context.extendedRequestId"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(Options{Format: tt.template})
			if err == nil || err.Error() != tt.want {
				t.Errorf("error\n%v, want\n%s", err, tt.want)
			}
		})
	}
}

func valueOf(v variable, x *exchange.Exchange) (value string, set bool) {
	switch {
	case v.text != nil:
		value = v.text(x)
		return value, value != ""
	case v.number != nil:
		n, set := v.number(x)
		return strconv.FormatInt(n, 10), set
	}
	b := v.append(nil, x)
	return string(b), len(b) > 0
}

// What is written without allocating is what exchange.ContextValue says.
func TestValuesAgree(t *testing.T) {
	bare := full()
	bare.Stage = nil
	for name, x := range map[string]*exchange.Exchange{"full": full(), "without stage": bare, "empty": {}} {
		for variable, v := range variables {
			got, gotOK := valueOf(v, x)
			want, wantOK := x.ContextValue(variable)
			if gotOK != wantOK || gotOK && got != want {
				t.Errorf("%s: %s is %q, %v, want %q, %v", name, variable, got, gotOK, want, wantOK)
			}
		}
	}
}

// What is written as literal text is not set, in whatever state of a request.
func TestUnset(t *testing.T) {
	for _, name := range unset {
		if v, ok := full().ContextValue(name); ok || !known(name) {
			t.Errorf("%s is known: %v, and set to %q", name, known(name), v)
		}
	}
}

// Every name that the exchange knows can be logged. The list of names that are
// set says what "-" stands for a feature that does not exist yet.
func TestNames(t *testing.T) {
	x := full()
	var set []string
	for _, name := range names {
		if _, ok := x.ContextValue(name); ok {
			set = append(set, name)
		}
	}
	slices.Sort(set)
	want := strings.Fields(`accountId apiId authorizer.error authorizer.integrationLatency authorizer.integrationStatus
		authorizer.latency authorizer.principalId authorizer.status dataProcessed domainName domainPrefix
		error.message error.messageString error.responseType extendedRequestId httpMethod identity.sourceIp
		identity.userAgent integration.error integration.integrationStatus integration.latency integration.status
		integrationErrorMessage integrationLatency integrationStatus operationName path protocol requestId
		requestTime requestTimeEpoch resourceId resourcePath responseLatency responseLength routeKey stage status
		xrayTraceId`)
	if !slices.Equal(set, want) {
		t.Errorf("set are\n%v, want\n%v", set, want)
	}
	if dup := slices.Compact(slices.Sorted(slices.Values(names))); len(dup) != len(names) {
		t.Error("a name is listed twice")
	}
	for name := range variables {
		if !known(name) {
			t.Errorf("%s has a variable and is not known", name)
		}
	}
}

// FuzzLine: whatever a client sends, a line is one line, is what its format
// says, and gives the value back where the format can hold it.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"curl/8", "a\r\nb", `"q" \ , <&>'`, "\x00\x1b[2J\x7f", "\u0085\u2028\u2029", "\xff\xfe", "ü€𝄞", "5", "1E700", "true", "-"} {
		f.Add(s)
	}
	compiled := map[string]*template{}
	for _, format := range []string{"json", "clf", "csv", "xml", `{"id":"$context.requestId","v":$context.identity.userAgent}`,
		`<r id="$context.requestId" v="$context.identity.userAgent"/>`, `$context.requestId "$context.identity.userAgent" $context.identity.userAgent`} {
		c, err := compile(format)
		if err != nil {
			f.Fatal(err)
		}
		compiled[format] = c
	}
	f.Fuzz(func(t *testing.T, value string) {
		x := full()
		x.Request.Header[0].Value = value
		x.Request.Method, x.Route.Resource, x.Principal = value, value, value
		for format, c := range compiled {
			got := c.append(nil, x, new(line))
			if i := bytes.IndexFunc(got, func(r rune) bool {
				return r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029
			}); i >= 0 && format != "csv" {
				t.Fatalf("%s: control byte at %d of %q", format, i, got)
			}
			switch format[0] {
			case '{', 'j':
				var m map[string]any
				d := json.NewDecoder(bytes.NewReader(got))
				d.UseNumber() // 1E700 is JSON and no float64
				if err := d.Decode(&m); err != nil {
					t.Fatalf("%s: %v of %q", format, err, got)
				}
				if v, ok := m["httpMethod"]; ok && len(value) < maxValue && value != "" && v != strings.ToValidUTF8(value, "\ufffd") && !strings.ContainsRune(value, '\ufffd') {
					if len(strings.ToValidUTF8(value, "")) == len(value) {
						t.Fatalf("%s: %q came back as %q", format, value, v)
					}
				}
			case 'x', '<':
				d := xml.NewDecoder(bytes.NewReader(got))
				for {
					if _, err := d.Token(); err == io.EOF {
						break
					} else if err != nil {
						t.Fatalf("%s: %v of %q", format, err, got)
					}
				}
			case 'c':
				if bytes.ContainsAny(got, "\r\n") {
					t.Fatalf("%s: %q has two lines", format, got)
				}
				if format == "csv" {
					records, err := csv.NewReader(bytes.NewReader(got)).ReadAll()
					if err != nil || len(records) != 1 || len(records[0]) != 11 {
						t.Fatalf("%s: %v, %v of %q", format, records, err, got)
					}
				}
			case '$': // unescaped quotes are the template's two
				if n := bytes.Count(bytes.ReplaceAll(bytes.ReplaceAll(got, []byte(`\\`), nil), []byte(`\"`), nil), []byte(`"`)); n != 2 {
					t.Fatalf("%s: %d quotes in %q", format, n, got)
				}
				if n := bytes.Count(got[bytes.LastIndexByte(got, '"'):], []byte(" ")); n > 1 {
					t.Fatalf("%s: %d columns too many in %q", format, n-1, got)
				}
			}
		}
	})
}

func TestLongValuesAreCut(t *testing.T) {
	x := full()
	x.Request.Header[0].Value = strings.Repeat("a", 3*maxValue)
	if got := render(t, "$context.extendedRequestId$context.identity.userAgent", x); len(got) != 16+maxValue {
		t.Errorf("line of %d bytes, want %d", len(got), 16+maxValue)
	}
	x.Request.RawPath, x.Request.Path = "", "/"+x.Request.Header[0].Value
	if got := render(t, "$context.extendedRequestId$context.path", x); len(got) != 16+maxValue {
		t.Errorf("line of %d bytes, want %d", len(got), 16+maxValue)
	}
}

// A line of a preset, or with values outside of JSON's strings, is made and kept
// without an allocation.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	x := full()
	x.Request.Header[0].Value = "needs \"escaping\" and is longer than 32 bytes"
	x.Log.IntegrationError = nil
	for _, format := range []string{"json", "clf", "csv", "xml", `{"id":"$context.requestId","v":$context.identity.userAgent,"m":$context.error.messageString}`} {
		l, err := New(Options{Writer: io.Discard, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for _, x := range []*exchange.Exchange{x, usual()} {
			l.Record(x)
			if n := testing.AllocsPerRun(200, func() { l.Record(x) }); n > 0.5 { // a pool may be emptied in between
				t.Errorf("%s: %v allocations a line, want none", format, n)
			}
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const format = "$context.requestId"
	l, err := New(Options{File: path, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	l.Record(&exchange.Exchange{ID: "1"})
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Record(&exchange.Exchange{ID: "2"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l.Record(&exchange.Exchange{ID: "3"})
	first, _ := os.ReadFile(path + ".1")
	second, _ := os.ReadFile(path)
	if string(first) != "old\n1\n" || string(second) != "2\n" {
		t.Errorf("files %q and %q, want %q and %q", first, second, "old\n1\n", "2\n")
	}
	if l.Dropped() != 1 {
		t.Errorf("dropped %d, want the line after Close", l.Dropped())
	}
	if err := l.Reopen(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Reopen after Close = %v, want %v", err, os.ErrClosed)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second Close = %v", err)
	}
}

func TestFileThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	if _, err := New(Options{File: dir}); !errors.Is(err, ErrOpen) {
		t.Errorf("New = %v, want %v", err, ErrOpen)
	}
	path := filepath.Join(dir, "sub", "access.log")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := New(Options{File: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Dir(path), filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); !errors.Is(err, ErrOpen) {
		t.Errorf("Reopen = %v, want %v", err, ErrOpen)
	}
	l.Record(full())
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "moved", "access.log")); len(b) == 0 {
		t.Error("the old file was not used on")
	}
}

func TestOffAndNil(t *testing.T) {
	off, err := New(Options{File: FileOff})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Log{off, nil} {
		l.Record(full())
		if err := errors.Join(l.Reopen(), l.Close()); err != nil || l.Dropped() != 0 {
			t.Errorf("error %v, dropped %d, want none", err, l.Dropped())
		}
	}
}

func TestStandardStreams(t *testing.T) {
	for _, file := range []string{FileStdout, FileStderr} {
		l, err := New(Options{File: file})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(l.Reopen(), l.Close()); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stdout.WriteString(""); err != nil {
		t.Error("standard output was closed")
	}
}

// usual is what most requests are: answered, without errors, all of it ASCII.
func usual() *exchange.Exchange {
	x := full()
	x.Request.Peer, x.Request.PeerText = netip.MustParseAddrPort("192.0.2.77:40000"), "192.0.2.77"
	x.Request.Client = x.Request.Peer.Addr()
	x.Request.Header = exchange.Header{
		{Name: "Accept", Value: "*/*"}, {Name: "Accept-Encoding", Value: "gzip, deflate"},
		{Name: "User-Agent", Value: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
	}
	x.AuthContext = nil
	x.Log = exchange.Record{
		Status: 200, ResponseLength: 1024, ResponseLatency: 15 * time.Millisecond,
		IntegrationStatus: 200, BackendStatus: 200, IntegrationLatency: 12 * time.Millisecond,
	}
	return x
}

func BenchmarkRecord(b *testing.B) {
	for _, bb := range []struct {
		name string
		x    *exchange.Exchange
	}{{"full", full()}, {"usual", usual()}} {
		b.Run(bb.name, func(b *testing.B) {
			l, err := New(Options{Writer: io.Discard})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			b.ReportAllocs()
			for b.Loop() {
				l.Record(bb.x)
			}
		})
	}
}
