package accesslog

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func hide(text []byte) []byte {
	const secret = `s"3cret`
	if !bytes.Contains(text, []byte(secret)) {
		return text
	}
	return bytes.ReplaceAll(text, []byte(secret), []byte("[redacted]"))
}

func TestWhatPluginsChooseIsRedacted(t *testing.T) {
	const secret = `s"3cret`
	x := full()
	x.Request.Header[0].Value, x.Request.Path, x.Principal, x.AuthContext[0].Value = secret, "/"+secret, "u="+secret, secret+secret
	x.Log.IntegrationError, x.Log.AuthorizerError = errors.New("it said "+secret), secret
	tests := []struct{ name, template, want string }{
		{"an authorizer's", `{"id":"$context.requestId","p":"$context.authorizer.principalId","t":"$context.authorizer.tenant","e":"$context.authorizer.error"}`,
			`{"id":"0190a5f0-0000-4000-8000-000000000000","p":"u=[redacted]","t":"[redacted][redacted]","e":"[redacted]"}`},
		{"an integration's error", `{"id":"$context.requestId","a":"$context.integration.error","b":"$context.integrationErrorMessage"}`,
			`{"id":"0190a5f0-0000-4000-8000-000000000000","a":"it said [redacted]","b":"it said [redacted]"}`},
		{"a mapper's", `{"id":"$context.extendedRequestId","p":"$context.path","u":"$context.identity.userAgent","s":$context.status}`,
			`{"id":"K2RCxGG-oAMEjSQ=","p":"/base/prod/[redacted]","u":"[redacted]","s":502}`},
	}
	for _, tt := range tests {
		c, err := compile(tt.template)
		if err != nil {
			t.Fatal(err)
		}
		c.redact = hide
		if got := string(c.append(nil, x, new(line))); got != tt.want {
			t.Errorf("%s: line\n%s, want\n%s", tt.name, got, tt.want)
		}
	}
	x.Principal = strings.Repeat("x", maxValue-3) + secret
	c, err := compile("$context.extendedRequestId$context.authorizer.principalId")
	if err != nil {
		t.Fatal(err)
	}
	c.redact = hide
	if got := string(c.append(nil, x, new(line))); len(got) != 16+maxValue || !strings.HasSuffix(got, "x[re") && !strings.HasSuffix(got, "x[r") {
		t.Errorf("a value that is cut ends in %q", got[len(got)-10:])
	}
}

func TestALineWithNothingToRedactTakesNoAllocation(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	l, err := New(Options{Writer: io.Discard, Redact: hide})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	x := full()
	x.Log.IntegrationError = nil
	l.Record(x)
	if n := testing.AllocsPerRun(200, func() { l.Record(x) }); n > 0.5 {
		t.Errorf("%v allocations a line, want none", n)
	}
}
