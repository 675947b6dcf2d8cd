package policy

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

const called = "arn:aws:execute-api:us-east-1:123456789012:api1/prod/GET/orders/7"

// statements wraps the text of statements into a document.
func statements(text string) string { return `{"Version":"2012-10-17","Statement":[` + text + `]}` }

func mustIdentity(t testing.TB, text string) *Document {
	t.Helper()
	d, err := ParseIdentity([]byte(text))
	if err != nil {
		t.Fatalf("ParseIdentity(%s) = %v", text, err)
	}
	return d
}

func TestEvaluate(t *testing.T) {
	const (
		allowAll = `{"Effect":"Allow","Action":"*","Resource":"*"}`
		allow    = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":`
		deny     = `{"Effect":"Deny","Action":"execute-api:Invoke","Resource":`
	)
	tests := []struct {
		name string
		text string
		want Effect
	}{
		{"the exact method is allowed", allow + `"` + called + `"}`, Allow},
		{"a list of resources allows when one matches", allow + `["arn:aws:s3:::x","` + called + `"]}`, Allow},
		{"another path is not spoken of", allow + `"arn:aws:execute-api:us-east-1:123456789012:api1/prod/GET/orders"}`, Silent},
		{"an explicit deny after an allow wins", allowAll + "," + deny + `"*"}`, Deny},
		{"an explicit deny before an allow wins", deny + `"*"},` + allowAll, Deny},
		{"a deny of something else leaves the allow", allowAll + "," + deny + `"arn:aws:execute-api:*:*:api2/*"}`, Allow},
		{"a star crosses slashes", allow + `"arn:aws:execute-api:us-east-1:123456789012:api1/*"}`, Allow},
		{"a star in the middle crosses slashes", allow + `"arn:aws:execute-api:us-east-1:123456789012:api1/*/7"}`, Allow},
		{"a star in each part matches", allow + `"arn:aws:execute-api:*:*:*"}`, Allow},
		{"a star may end an ARN early", allow + `"arn:aws:execute-api:*"}`, Allow},
		{"a star that ends early keeps what stands before it", allow + `"arn:aws:execute-api:us-east-2*"}`, Silent},
		{"a star for the API is not one for the account", allow + `"arn:aws:execute-api:us-east-1:*:api2/*"}`, Silent},
		{"a question mark is one character", allow + `"arn:aws:execute-api:us-east-?:123456789012:api1/prod/GET/orders/?"}`, Allow},
		{"a question mark is not none", allow + `"arn:aws:execute-api:us-east-1:123456789012:api1/prod/GET/orders/7?"}`, Silent},
		{"resources keep their case", allow + `"arn:aws:execute-api:us-east-1:123456789012:api1/PROD/*"}`, Silent},
		{"actions do not", `{"Effect":"Allow","Action":"EXECUTE-API:invoke","Resource":"*"}`, Allow},
		{"an action may have wildcards", `{"Effect":"Allow","Action":"execute-api:Inv?k*","Resource":"*"}`, Allow},
		{"an action of another service matches nothing", `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, Silent},
		{"NotAction leaves out what it names", `{"Effect":"Allow","NotAction":"execute-api:*","Resource":"*"}`, Silent},
		{"NotAction takes all else", `{"Effect":"Allow","NotAction":["s3:*","execute-api:ManageConnections"],"Resource":"*"}`, Allow},
		{"NotResource leaves out what it names", `{"Effect":"Allow","Action":"*","NotResource":"arn:aws:execute-api:*:*:api1/*"}`, Silent},
		{"NotResource takes all else", `{"Effect":"Deny","Action":"*","NotResource":["arn:aws:execute-api:*:*:api2/*"]}`, Deny},
		{"NotResource of everything takes nothing", `{"Effect":"Deny","Action":"*","NotResource":"*"}`, Silent},
		{"no statements say nothing", ``, Silent},
		{"a variable is replaced", allow + `"arn:aws:execute-api:*:*:api1/prod/GET/${aws:username}/*"}`, Allow},
		{"a variable without a value matches nothing", allow + `"arn:aws:execute-api:*:*:api1/prod/GET/${aws:userid}/*"}`, Silent},
		{"a variable falls back to its default", allow + `"arn:aws:execute-api:*:*:api1/prod/GET/${aws:userid, 'orders'}/*"}`, Allow},
		{"a variable's value has no wildcards", allow + `"arn:aws:execute-api:*:*:api1/${aws:PrincipalTag/star}"}`, Silent},
		{"an escaped star is a star", allow + `"arn:aws:execute-api:*:*:api1/${*}"}`, Silent},
		{"NotResource with a variable without a value denies", `{"Effect":"Deny","Action":"*","NotResource":"arn:aws:execute-api:*:*:${aws:userid}"}`, Deny},
		{"NotResource with a variable without a value does not allow", `{"Effect":"Allow","Action":"*","NotResource":"arn:aws:execute-api:*:*:${aws:userid}"}`, Silent},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Resource: called, Keys: []Key{{"aws:username", "orders"}, {"aws:PrincipalTag/star", "*"}}}
			if got := mustIdentity(t, statements(tt.text)).Evaluate(&r); got != tt.want {
				t.Errorf("Evaluate = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestEvaluateOfOddRequests(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		request Request
		want    Effect
	}{
		{"a path with colons cannot pass for another API",
			`{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:*:*:api1/*"}`,
			Request{Resource: "arn:aws:execute-api:us-east-1:123456789012:api2/prod/GET/x:api1/y"}, Silent},
		{"a star for the rest takes colons", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:*:*:api2/*"}`,
			Request{Resource: "arn:aws:execute-api:us-east-1:123456789012:api2/prod/GET/x:api1/y"}, Allow},
		{"what is no ARN is denied by a deny of all", `{"Effect":"Deny","Action":"*","Resource":"*"}`, Request{Resource: "x"}, Deny},
		{"what is no ARN matches no pattern", `{"Effect":"Allow","Action":"*","Resource":"arn:*"}`, Request{Resource: "x"}, Silent},
		{"what is no ARN is denied by NotResource", `{"Effect":"Deny","Action":"*","NotResource":"arn:*"}`, Request{Resource: "x"}, Deny},
		{"what is no ARN is not allowed by NotResource", `{"Effect":"Allow","Action":"*","NotResource":"arn:*"}`, Request{Resource: "x"}, Silent},
		{"an action out of range matches nothing", `{"Effect":"Allow","Action":"*","Resource":"*"}`, Request{Action: 9, Resource: called}, Silent},
		{"another action is told apart", `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}`,
			Request{Action: ManageConnections, Resource: called}, Silent},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := mustIdentity(t, statements(tt.text)).Evaluate(&tt.request); got != tt.want {
				t.Errorf("Evaluate = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOldVersionHasNoVariables(t *testing.T) {
	for version, want := range map[string]Effect{`"Version":"2012-10-17",`: Silent, `"Version":"2008-10-17",`: Allow, ``: Allow} {
		d := mustIdentity(t, `{`+version+`"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:*:*:${aws:username}"}}`)
		r := Request{Resource: "arn:aws:execute-api:us-east-1:123456789012:${aws:username}"}
		if got := d.Evaluate(&r); got != want {
			t.Errorf("with %q: %v, want %v", version, got, want)
		}
	}
}

func TestEvaluateDoesNotAllocate(t *testing.T) {
	d := mustIdentity(t, statements(`
		{"Effect":"Deny","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:*:*:api1/*/DELETE/*"},
		{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["arn:aws:execute-api:us-east-1:123456789012:api1/prod/GET/*/7","arn:aws:execute-api:*"],
		 "Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]},"Bool":{"aws:SecureTransport":"true"},
		              "StringLike":{"aws:UserAgent":"curl/*"},"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"},
		              "StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`))
	r := Request{
		Resource: called, SourceIP: netip.MustParseAddr("192.0.2.9"), Secure: true, UserAgent: "curl/8",
		Time: time.Unix(1700000000, 0), Keys: []Key{{"aws:PrincipalOrgID", "o-1"}},
	}
	if got := d.Evaluate(&r); got != Allow {
		t.Fatalf("Evaluate = %v, want allow", got)
	}
	if n := testing.AllocsPerRun(100, func() { d.Evaluate(&r) }); n != 0 {
		t.Errorf("Evaluate allocates %v times, want 0", n)
	}
}

// A pattern that makes a backtracking matcher exponential costs this one no
// more than a few passes.
func TestGlobTakesNoExponentialTime(t *testing.T) {
	hostile := "arn:aws:execute-api:*:*:" + strings.Repeat("*a", 200) + "*b"
	d := mustIdentity(t, statements(`{"Effect":"Allow","Action":"*","Resource":"`+hostile+`"}`))
	r := Request{Resource: "arn:aws:execute-api:us-east-1:123456789012:" + strings.Repeat("a", 1500)}
	start := time.Now()
	for range 100 {
		if got := d.Evaluate(&r); got != Silent {
			t.Fatalf("Evaluate = %v, want silent", got)
		}
	}
	if took := time.Since(start); took > 5*time.Second { // 2^200 steps take longer
		t.Errorf("100 evaluations took %v", took)
	}
}

func TestEffectHasANameForEachValue(t *testing.T) {
	got := []string{Silent.String(), Allow.String(), Deny.String(), Effect(9).String()}
	want := []string{"silent", "allow", "deny", "unknown"}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("names are %v, want %v", got, want)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	d := mustIdentity(b, statements(`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:123456789012:api1/prod/*"}`))
	r := Request{Resource: called}
	b.ReportAllocs()
	for b.Loop() {
		d.Evaluate(&r)
	}
}
