package hostabi

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// page is ABI.md.
func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// table returns the cells of the first table after a heading of ABI.md.
func table(t *testing.T, heading string) [][]string {
	t.Helper()
	_, rest, ok := strings.Cut(page(t), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("ABI.md has no heading %q", heading)
	}
	var rows [][]string
	for _, line := range strings.Split(rest, "\n") {
		if !strings.HasPrefix(line, "|") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " `")
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("no table after %q", heading)
	}
	return append(rows[:1], rows[2:]...)
}

func TestTheTableOfKindsInABIIsWhatAllowedSays(t *testing.T) {
	rows := table(t, "### Where each may be called")
	for k := range Kinds {
		if got := rows[0][k+1]; got != Kind(k).String() {
			t.Errorf("column %d is %q, want %q", k+1, got, Kind(k))
		}
	}
	rows = rows[1:]
	if len(rows) != len(Functions) {
		t.Fatalf("the table has %d functions, want %d", len(rows), len(Functions))
	}
	for i, f := range Functions {
		want := []string{f.Name}
		for k := range Kinds {
			request, response := Allowed(f.Name, Kind(k), false), Allowed(f.Name, Kind(k), true)
			cell := "EPHASE"
			switch {
			case !f.Message && request != response:
				t.Errorf("%s takes no message, and Allowed differs by it", f.Name)
			case !f.Message && request:
				cell = "yes"
			case f.Message && request && response:
				cell = "both"
			case request:
				cell = "request"
			case response:
				cell = "response"
			}
			want = append(want, cell)
		}
		if got := strings.Join(rows[i], " | "); got != strings.Join(want, " | ") {
			t.Errorf("row %d:\n got %s\nwant %s", i, got, strings.Join(want, " | "))
		}
	}
	if Allowed("no_such_function", Integrate, false) {
		t.Error("a function that is not there is allowed")
	}
}

func TestTheListOfFunctionsInABIIsCore(t *testing.T) {
	rows := table(t, "### Functions")[1:]
	if len(rows) != len(Core) {
		t.Fatalf("the list has %d functions, Core has %d", len(rows), len(Core))
	}
	for i, f := range Core {
		types, result := signatureOf(rows[i][1], rows[i][2])
		if rows[i][0] != f.Name || types != f.Params || result != f.Result {
			t.Errorf("row %d is %s(%s)%s, want %s(%s)%s", i, rows[i][0], types, result, f.Name, f.Params, f.Result)
		}
		first, _, _ := strings.Cut(rows[i][1], ",")
		if message := first == "message" || first == "handle"; message != f.Message {
			t.Errorf("%s: Message is %v, ABI.md says %v", f.Name, f.Message, message)
		}
	}
}

// signatureOf reads the types of a row: parameters are i32 unless marked.
func signatureOf(params, gives string) (types, result string) {
	for p := range strings.SplitSeq(params, ",") {
		switch p = strings.TrimSpace(p); {
		case p == "":
		case strings.HasSuffix(p, "(i64)"):
			types += "l"
		case strings.HasSuffix(p, "(f64)"):
			types += "d"
		default:
			types += "i"
		}
	}
	if strings.HasPrefix(gives, "→ i64") {
		return types, "l"
	}
	return types, "i"
}

func TestTheListOfCapabilitiesInABIIsState(t *testing.T) {
	rows := table(t, "## Capabilities")[1:]
	if len(rows) != len(State) {
		t.Fatalf("the list has %d functions, State has %d", len(rows), len(State))
	}
	for i, f := range State {
		types, result := signatureOf(rows[i][2], rows[i][3])
		module, name := f.Import()
		if module != "portico_"+rows[i][0]+"_v1" || name != rows[i][1] || types != f.Params || result != f.Result || f.Message {
			t.Errorf("row %d is %s.%s(%s)%s, want %s.%s(%s)%s", i, rows[i][0], rows[i][1], types, result, module, name, f.Params, f.Result)
		}
	}
}

func TestEveryCapabilityHasFunctionsAndAName(t *testing.T) {
	var none, all Capabilities
	all.Cache, all.Throttle, all.Secrets, all.Metrics, all.KV = struct{ Cache }{}, struct{ Throttle }{}, struct{ Secrets }{}, struct{ Metrics }{}, struct{ KV }{}
	all.HTTP, all.JWT = struct{ HTTP }{}, struct{ JWT }{}
	for c := range Capability(CapabilityCount) {
		if none.Has(c) || !all.Has(c) {
			t.Errorf("Has(%s) is wrong", c)
		}
		found := false
		for _, f := range State {
			module, _ := f.Import()
			found = found || module == c.Module()
		}
		if !found {
			t.Errorf("%s has no functions", c)
		}
	}
	if c := Capability(99); c.String() != "unknown" || all.Has(c) {
		t.Errorf("a capability that is not there has the name %q", c)
	}
}

func TestTheCodesInABIAreThoseOfThePackage(t *testing.T) {
	rows := table(t, "### Codes")[1:]
	if len(rows) != len(codeNames)-1 {
		t.Fatalf("ABI.md has %d codes, want %d", len(rows), len(codeNames)-1)
	}
	for i, row := range rows {
		c := Code(-(i + 1))
		if row[0] != c.Error() || row[1] != strconv.Itoa(int(c)) {
			t.Errorf("row %d is %s %s, want %s %d", i, row[0], row[1], c.Error(), c)
		}
	}
	if got := Code(-99).Error(); got != "code -99" {
		t.Errorf("Code(-99) prints %q", got)
	}
}

// fieldNames are the fields as ABI.md has them.
var fieldNames = map[FieldID]string{
	FieldMethod: "method", FieldPath: "path", FieldRawPath: "raw path",
	FieldQuery: "query", FieldScheme: "scheme", FieldHost: "host", FieldProtocol: "protocol",
	FieldSourceIP: "source IP", FieldUserAgent: "user agent", FieldRequestID: "request id",
	FieldTimeUnixMs: "time", FieldAPI: "API", FieldStage: "stage", FieldRoute: "route",
	FieldResource: "resource", FieldMethodARN: "method ARN", FieldPrincipal: "principal",
	FieldAccount: "account", FieldRegion: "region", FieldDomainName: "domain name",
	FieldToken: "token", FieldHeaders: "headers", FieldQueryParams: "query parameters",
	FieldPathParams: "path parameters", FieldStageVariables: "stage variables",
	FieldAuthContext: "authorizer context", FieldIdentity: "identity",
	FieldResponseHeaders: "response headers", FieldStatus: "status",
}

func TestTheFieldsInABIAreThoseOfThePackage(t *testing.T) {
	want := maps.Clone(fieldNames)
	rows := table(t, "## Fields")[1:]
	for _, row := range rows {
		id, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		if want[FieldID(id)] != row[1] {
			t.Errorf("field %d is %q in ABI.md, want %q", id, row[1], want[FieldID(id)])
		}
		delete(want, FieldID(id))
	}
	if len(want) > 0 {
		t.Errorf("ABI.md lacks fields %v", want)
	}
}

// Version 1 is frozen: guests link by name and signature, and have numbers
// compiled in. What is recorded stays as it is; -update records what is new.
func TestVersion1OnlyGrows(t *testing.T) {
	const golden = "testdata/version1.golden"
	recorded, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	now := version1()
	for _, line := range strings.Split(strings.TrimSuffix(string(recorded), "\n"), "\n") {
		if !slices.Contains(now, line) {
			t.Errorf("recorded and no longer so: %s", line)
		}
	}
	text := strings.Join(now, "\n") + "\n"
	switch {
	case t.Failed() || text == string(recorded):
	case *update:
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s lacks what is new; go test ./hostabi -update records it", golden)
	}
}

// version1 is what of the contract guests are compiled against.
func version1() (lines []string) {
	for k := range Kind(Kinds) {
		lines = append(lines, "export "+k.Export())
	}
	for _, f := range Functions {
		module, name := f.Import()
		lines = append(lines, fmt.Sprintf("%s.%s(%s)%s since %s", module, name, f.Params, f.Result, f.Since))
	}
	for c := range Code(len(codeNames)) {
		if c > 0 {
			lines = append(lines, fmt.Sprintf("code %v = %d", -c, -c))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(fieldNames)) {
		lines = append(lines, fmt.Sprintf("field %s = %d", fieldNames[id], id))
	}
	return append(lines, fmt.Sprintf("answers deny %d allow %d unauthorized %d result %d continue %d respond %d",
		AnswerDeny, AnswerAllow, AnswerUnauthorized, AnswerResult, AnswerContinue, AnswerRespond))
}

func TestKindsNameTheirExports(t *testing.T) {
	got := fmt.Sprint(Configure.Export(), Authorize.Export(), MapRequest.Export(), MapResponse.Export(), Integrate.Export(), Kind(99))
	want := fmt.Sprint(ExportConfigure, ExportAuthorize, ExportMapRequest, ExportMapResponse, ExportIntegrate, "unknown")
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAFailureSaysWhatFailed(t *testing.T) {
	tests := []struct {
		f    Failure
		want string
	}{
		{Failure{Plugin: "p", Kind: Authorize, Reason: TimedOut}, `plugin "p": authorize: timeout`},
		{Failure{Plugin: "p", Kind: Integrate, Reason: Answered, Err: EPHASE}, `plugin "p": integrate: bad answer: EPHASE`},
		{Failure{Plugin: "p", Kind: MapRequest, Reason: 99}, `plugin "p": map_request: unknown`},
	}
	for _, tt := range tests {
		if got := tt.f.Error(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
		if tt.f.Unwrap() != tt.f.Err {
			t.Error("Unwrap is not Err")
		}
	}
}
