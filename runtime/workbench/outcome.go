package workbench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Outcome is everything that came of one request.
type Outcome struct {
	// Decision is an authorizer's: "allow", "deny" or "unauthorized"; "" for
	// another kind, and where it failed.
	Decision  string
	Principal string
	Context   map[string]any

	Status int
	Header hostabi.Header // sorted by name
	Body   []byte

	// Backend is what the backend got, nil for nothing.
	Backend *BackendRequest
	Logs    []string
	Calls   []string // of capabilities
	Runs    []Run    // into the plugin
	// Failure is how the plugin failed, nil when it did not.
	Failure *hostabi.Failure
	// Refused is why the gateway refused the request, "" when it did not.
	Refused string
	// Faults are mistakes of the case itself.
	Faults []string
}

// observe puts together what came of a request.
func (s *scene) observe(x *exchange.Exchange, out *sink) *Outcome {
	o := &Outcome{Status: out.status, Header: out.header, Body: out.body, Backend: s.bench.backend.last()}
	o.Calls, o.Logs, o.Runs, o.Faults = s.record.take()
	sortHeader(o.Header)
	for _, r := range o.Runs {
		if r.Failure != nil {
			o.Failure = r.Failure
		}
	}
	if r := x.Refused; r != nil {
		o.Refused = string(r.Type)
		if r.Cause != nil {
			o.Refused += ": " + r.Cause.Error()
		}
	}
	if s.kind == config.CaseAuthorizer {
		o.decide(x)
	}
	return o
}

// decide reads the authorizer's decision from what became of the request.
func (o *Outcome) decide(x *exchange.Exchange) {
	o.Decision = "allow"
	if x.Refused != nil {
		switch x.Refused.Type {
		case exchange.AccessDenied:
			o.Decision = "deny"
		case exchange.Unauthorized:
			o.Decision = "unauthorized"
		case exchange.IntegrationFailure, exchange.IntegrationTimeout:
		default:
			o.Decision = ""
		}
	}
	o.Principal = x.Principal
	o.Context = map[string]any{}
	for _, v := range x.AuthContext {
		o.Context[v.Key] = authValue(v)
	}
}

func authValue(v exchange.AuthValue) any {
	if v.Kind != hostabi.ValueString {
		var parsed any
		d := json.NewDecoder(strings.NewReader(v.Value))
		d.UseNumber()
		if d.Decode(&parsed) == nil {
			return parsed
		}
	}
	return v.Value
}

// volatile are fields that differ from run to run.
var volatile = []string{"Host", "Date", "X-Amzn-Trace-Id", "X-Amzn-Requestid", "X-Amz-Apigw-Id", "Apigw-Requestid", "X-Request-Id"}

// String writes the outcome as golden files hold it: without what differs from
// run to run.
func (o *Outcome) String() string {
	var b strings.Builder
	section := func(title string) {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(title + "\n")
	}
	if o.Decision != "" {
		section("decision " + o.Decision)
		if o.Principal != "" {
			fmt.Fprintf(&b, "principal %q\n", o.Principal)
		}
		if len(o.Context) > 0 {
			text, _ := json.Marshal(o.Context) // it came from text
			fmt.Fprintf(&b, "context %s\n", text)
		}
	}
	if o.Failure != nil {
		section("failure " + o.Failure.Reason.String())
	}
	section(fmt.Sprintf("answer %d", o.Status))
	message(&b, o.Header, o.Body)
	if r := o.Backend; r != nil {
		section("backend " + r.Method + " " + r.Path)
		message(&b, r.Header, r.Body)
	}
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			section(title)
		}
		for _, l := range lines {
			b.WriteString("\t" + strings.ReplaceAll(l, "\n", "\n\t\t") + "\n")
		}
	}
	list("calls", o.Calls)
	list("logs", o.Logs)
	return b.String()
}

// message writes header and body, each line behind a tab.
func message(b *strings.Builder, h hostabi.Header, body []byte) {
	for _, f := range h {
		if !differs(f.Name) {
			fmt.Fprintf(b, "\t%s: %s\n", f.Name, f.Value)
		}
	}
	if len(body) == 0 {
		return
	}
	b.WriteString("\n\t" + strings.ReplaceAll(printable(body), "\n", "\n\t") + "\n")
}

func differs(name string) bool {
	for _, v := range volatile {
		if hostabi.EqualName(v, name) {
			return true
		}
	}
	return false
}

// printable shows a body: JSON in lines, other text as it is, the rest quoted.
func printable(body []byte) string {
	if b := bytes.TrimSpace(body); len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		var out bytes.Buffer
		if json.Indent(&out, b, "", "  ") == nil {
			return out.String()
		}
	}
	for _, c := range body {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return show(body)
		}
	}
	return string(body)
}
