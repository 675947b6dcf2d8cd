package tck

import (
	"fmt"
	"slices"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// answerCases are what the guest returns and gives.
func answerCases() (cs []testCase) {
	ex := example()
	result := step{Command: Command{Func: hostabi.FuncResultWrite, In: [2]string{`{"a":1}`}}}
	good := map[hostabi.Kind][]int32{
		hostabi.Authorize:   {hostabi.AnswerDeny, hostabi.AnswerAllow, hostabi.AnswerUnauthorized, hostabi.AnswerResult},
		hostabi.MapRequest:  {hostabi.AnswerContinue, hostabi.AnswerRespond},
		hostabi.MapResponse: {hostabi.AnswerContinue},
		hostabi.Integrate:   {hostabi.AnswerContinue, hostabi.AnswerResult},
	}
	for k := hostabi.Authorize; int(k) < hostabi.Kinds; k++ {
		for _, answer := range []int32{-1 << 31, -256, -255, -14, -5, -1, 0, 1, 2, 3, 4, 8, 255, 256, 257, 1<<31 - 1} {
			c := testCase{kind: k, setup: ex, answer: answer, name: fmt.Sprintf("answers %d", answer)}
			if !slices.Contains(good[k], answer) {
				c.fails, c.name = hostabi.Answered, c.name+" and fails"
			} else if answer == hostabi.AnswerResult {
				c.steps = []step{result}
				c.check = func(t *testing.T, p Probe) {
					if got := string(p.Result()); got != `{"a":1}` {
						t.Errorf("the result is %q", got)
					}
				}
				cs = append(cs, testCase{kind: k, setup: ex, answer: answer, fails: hostabi.Malformed, name: "answers 3 without a result and fails"})
			}
			cs = append(cs, c)
		}
	}
	return append(cs,
		testCase{name: "a second result replaces the first", kind: hostabi.Integrate, setup: ex, answer: hostabi.AnswerResult,
			steps: []step{result, {Command: Command{Func: hostabi.FuncResultWrite, In: [2]string{"[]"}}}},
			check: func(t *testing.T, p Probe) {
				if got := string(p.Result()); got != "[]" {
					t.Errorf("the result is %q", got)
				}
			}},
		testCase{name: "a decision has a principal and a context", kind: hostabi.Authorize, setup: ex, answer: hostabi.AnswerAllow,
			steps: decision(), check: func(t *testing.T, p Probe) {
				principal, context := p.Decision()
				want := []Value{{"s", "again", hostabi.ValueString}, {"n", "1.5", hostabi.ValueNumber}, {"b", "true", hostabi.ValueBoolean}}
				if principal != "bob" || !slices.Equal(context, want) {
					t.Errorf("the decision is %q, %v, want bob, %v", principal, context, want)
				}
			}},
		testCase{name: "a mapper answers with a response of its own", kind: hostabi.MapRequest, answer: hostabi.AnswerRespond,
			steps: []step{
				{Command: Command{Func: hostabi.FuncSetStatus, Number: 418}},
				{Command: Command{Func: hostabi.FuncSetHeader, Number: response, In: [2]string{"X-Short", "stout"}}},
				{Command: Command{Func: hostabi.FuncStreamWrite, Number: response, In: [2]string{"teapot"}}, want: 6},
			}, check: func(t *testing.T, p Probe) {
				body, _, _ := p.Body(true)
				if got := p.Header(true); p.Status() != 418 || string(body) != "teapot" || !slices.Equal(got, hostabi.Header{{Name: "X-Short", Value: "stout"}}) {
					t.Errorf("the response is %d %v %q", p.Status(), got, body)
				}
			}},
	)
}

func decision() []step {
	set := func(key, v string, kind hostabi.ValueKind) step {
		return step{Command: Command{Func: hostabi.FuncSetAuthContext, Number: uint32(kind), In: [2]string{key, v}}}
	}
	return []step{
		{Command: Command{Func: hostabi.FuncSetPrincipal, In: [2]string{"bob"}}},
		set("s", "once", hostabi.ValueString), set("n", "1.5", hostabi.ValueNumber),
		set("b", "true", hostabi.ValueBoolean), set("s", "again", hostabi.ValueString),
	}
}
