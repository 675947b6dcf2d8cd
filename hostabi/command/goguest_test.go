package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/command"
)

const token = `{"type":"TOKEN","authorizationToken":%q,"methodArn":"arn:aws:execute-api:eu-west-1:123456789012:a/s/GET/"}`

func TestAProgramInGo(t *testing.T) {
	log := &record{}
	p := load(t, newEngine(t), goGuest(t), command.Options{Name: "gopher", Config: []byte(`{"k":1}`), Log: log.logger()})
	tests := []struct {
		name, event string
		want        outcome
	}{
		{"an authorizer that allows", fmt.Sprintf(token, "letmein"), outcome{Answer: hostabi.AnswerResult,
			Result: `{"policyDocument":{"Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:eu-west-1:123456789012:a/s/GET/"}],"Version":"2012-10-17"},"principalId":"guest"}` + "\n"}},
		{"one that refuses", fmt.Sprintf(token, "guess"), outcome{Answer: hostabi.AnswerResult, Result: `{"errorMessage":"Unauthorized"}` + "\n"}},
		{"an integration with a body of a megabyte", `{"rawPath":"/","body":"` + strings.Repeat("x", 1<<20) + `"}`,
			outcome{Answer: hostabi.AnswerResult, Result: `{"body":"` + strings.Repeat("x", 1<<20) + `","statusCode":201}` + "\n"}},
		{"no files, one argument, its configuration", `{"rawPath":"/file"}`,
			outcome{Answer: hostabi.AnswerResult, Result: `{"body":"true 1{\"k\":1}","statusCode":200}` + "\n"}},
		{"a panic", `{"rawPath":"/panic"}`, outcome{Reason: hostabi.Exited, Cause: `plugin "gopher": integrate: exit: exit status 2`}},
		{"an exit", `no event`, outcome{Reason: hostabi.Exited, Cause: `plugin "gopher": integrate: exit: exit status 4`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := call(p, hostabi.Integrate, about(tt.event)); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %.300q, want %.300q", fmt.Sprint(got), fmt.Sprint(tt.want))
			}
		})
	}
	if got, want := strings.Join(log.lines(), "\n"), `msg="panic: went wrong" plugin=gopher stream=stderr`; !strings.Contains(got, want) {
		t.Errorf("the log lacks %s:\n%s", want, got)
	}
}

func TestAProgramInGoThatSleepsIsStopped(t *testing.T) {
	p := load(t, newEngine(t), goGuest(t), command.Options{Timeout: 200 * time.Millisecond})
	if got := call(p, hostabi.Integrate, about(`{"rawPath":"/sleep"}`)); got.Reason != hostabi.TimedOut {
		t.Errorf("got %+v, want a timeout", got)
	}
}

// The samples of AWS's events pass as they are, byte for byte.
func TestSamplesReachTheProgram(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "conformance", "lambda-events", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("NOT SHOWN: that AWS's samples reach a command as they are, for they are not here")
	}
	p := load(t, newEngine(t), moods(t), command.Options{})
	for _, f := range files {
		event, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := call(p, hostabi.Integrate, about("e"+string(event))); got.Result != "e"+string(event) {
			t.Errorf("%s came back as %.200q", filepath.Base(f), fmt.Sprint(got))
		}
	}
}

func BenchmarkCall(b *testing.B) {
	guests := map[string][]byte{"text": moods(b)}
	if !testing.Short() {
		guests["Go"] = goGuest(b)
	}
	events := map[string]string{"text": "a", "Go": fmt.Sprintf(token, "letmein")}
	e := newEngine(b)
	for name, wasm := range guests {
		p := load(b, e, wasm, command.Options{Name: name})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			h := about(events[name])
			for b.Loop() {
				if _, err := p.Call(b.Context(), hostabi.Authorize, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
