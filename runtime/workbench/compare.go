package workbench

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/config"
)

// comparison collects what of an outcome is not as expected.
type comparison struct {
	problems []string
}

func (c *comparison) errorf(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// compare says what of o is not as want says.
func (o *Outcome) compare(want *config.Expect) []string {
	c := &comparison{problems: slices.Clone(o.Faults)}
	if o.compareFailure(c, want.Failure) {
		return c.problems // the rest follows from it
	}
	if want.Decision != "" && o.Decision != want.Decision {
		c.errorf("decision: got %s, want %s", o.decision(), want.Decision)
	}
	if p := want.Principal; p != nil && o.Principal != *p {
		c.errorf("principal: got %q, want %q", o.Principal, *p)
	}
	if want.Context != nil {
		c.json("context", content("", o.Context), *want.Context)
	}
	if want.Status != 0 && o.Status != want.Status {
		c.errorf("status: got %d, want %d", o.Status, want.Status)
	}
	c.message("", o.Header, o.Body, want.Headers, want.Body, want.JSON)
	if want.Backend != nil {
		c.backend("backend", o.Backend, want.Backend)
	}
	c.logs(o.Logs, want.Logs)
	if want.Calls != nil && !slices.EqualFunc(o.Calls, *want.Calls, func(got, want string) bool { return matches(want, got) }) {
		c.errorf("calls:\n%s", diff(strings.Join(*want.Calls, "\n"), strings.Join(o.Calls, "\n"), matches))
	}
	return c.problems
}

// decision is the decision, or why there is none.
func (o *Outcome) decision() string {
	switch {
	case o.Decision == "" && o.Failure != nil:
		return "none, for the plugin failed"
	case o.Decision == "":
		return "none: " + o.Refused
	case len(o.Runs) == 0:
		return o.Decision + " without a call of the plugin"
	}
	return o.Decision
}

// compareFailure reports whether the plugin failed in a way that nobody expects.
func (o *Outcome) compareFailure(c *comparison, want string) bool {
	got := ""
	if o.Failure != nil {
		got = o.Failure.Reason.String()
	}
	switch {
	case got == want:
	case got == "":
		c.errorf("failure: the plugin did not fail, want %s", want)
	case want == "":
		c.errorf("failure: the plugin failed: %s", cause(o.Failure))
	default:
		c.errorf("failure: got %s, want %s", cause(o.Failure), want)
	}
	return got != want && got != ""
}

// cause is the text of a failure without the plugin's name.
func cause(f *hostabi.Failure) string {
	text := f.Kind.String() + ": " + f.Reason.String()
	var e *engine.Error
	switch {
	case errors.As(f.Err, &e) && e.Cause != nil:
		text += ": " + e.Cause.Error() // the stack is shown apart
	case errors.As(f.Err, &e):
	case f.Err != nil:
		text += ": " + f.Err.Error()
	}
	return text
}

func (c *comparison) message(of string, h hostabi.Header, body []byte, headers []config.HeaderWant, text *string, value any) {
	for _, want := range headers {
		var got []string
		for _, f := range h {
			if hostabi.EqualName(f.Name, want.Name) {
				got = append(got, f.Value)
			}
		}
		switch {
		case want.Values == nil && got != nil:
			c.errorf("%sheader %s: got %s, want none", of, want.Name, list(got))
		case want.Values != nil && !slices.Equal(got, want.Values):
			c.errorf("%sheader %s: got %s, want %s", of, want.Name, list(got), list(want.Values))
		}
	}
	if text != nil && string(body) != *text {
		if strings.Contains(*text+string(body), "\n") {
			c.errorf("%sbody:\n%s", of, diff(*text, string(body), nil))
		} else {
			c.errorf("%sbody: got %s, want %q", of, show(body), *text)
		}
	}
	if value != nil {
		c.json(of+"body", body, value)
	}
}

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	switch len(values) {
	case 0:
		return "none"
	case 1:
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// json compares values of JSON: numbers by value, objects without an order.
func (c *comparison) json(what string, got []byte, want any) {
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		c.errorf("%s: got %s, which is no JSON: %v", what, show(got), err)
		return
	}
	if err := json.Unmarshal(content("", want), &w); err != nil {
		c.errorf("%s: %v", what, err)
		return
	}
	if reflect.DeepEqual(g, w) {
		return
	}
	lines := func(v any) string {
		text, _ := json.MarshalIndent(v, "", "  ") // it came from JSON
		return string(text)
	}
	c.errorf("%s:\n%s", what, diff(lines(w), lines(g), nil))
}

// backend compares what a server got; who names it.
func (c *comparison) backend(who string, got *BackendRequest, want *config.BackendWant) {
	switch {
	case want.None && got != nil:
		c.errorf("%s: got %s %s, want no request", who, got.Method, got.Path)
		return
	case want.None:
		return
	case got == nil:
		c.errorf("%s: got no request", who)
		return
	}
	if want.Method != "" && got.Method != want.Method {
		c.errorf("%s method: got %s, want %s", who, got.Method, want.Method)
	}
	if want.Path != "" && got.Path != want.Path {
		c.errorf("%s path: got %s, want %s", who, got.Path, want.Path)
	}
	c.message(who+" ", got.Header, got.Body, want.Headers, want.Body, want.JSON)
}

// logs wants each text in a line of its own, in order.
func (c *comparison) logs(got, want []string) {
	rest := got
	for _, w := range want {
		i := slices.IndexFunc(rest, func(line string) bool { return strings.Contains(line, w) })
		if i < 0 {
			c.errorf("logs: no line has %q in its place; the plugin logged %s", w, list(got))
			return
		}
		rest = rest[i+1:]
	}
}

// matches reports whether text is as pattern says, in which "*" stands for any
// text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if !ok || i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return ok && strings.HasSuffix(rest, last)
}
