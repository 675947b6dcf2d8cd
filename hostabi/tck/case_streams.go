package tck

import (
	"slices"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// streamCases are integrations that flush.
func streamCases(s Subject) []testCase {
	setup := example()
	setup.ResponseBody, setup.ResponseHeader, setup.Status = nil, nil, 0
	flush := step{Command: Command{Func: hostabi.FuncStreamFlush, Number: response}}
	start := []step{
		{Command: Command{Func: hostabi.FuncSetStatus, Number: 202}},
		{Command: Command{Func: hostabi.FuncSetHeader, Number: response, In: [2]string{"Content-Type", "text/event-stream"}}},
		{Command: Command{Func: hostabi.FuncStreamWrite, Number: response, In: [2]string{flushedBody}}, want: int64(len(flushedBody))},
		flush, flush,
	}
	after := opening(s)
	for _, f := range hostabi.Functions {
		for message := range uint32(2) {
			if message == response && !f.Message || f.Name == hostabi.FuncStreamClose && message == response ||
				f.Name == hostabi.FuncStreamWrite && message == response {
				continue
			}
			st := step{Command: good(s, f, message), want: int64(hostabi.EPHASE)}
			if stays(f.Name, message) {
				st.want, st.atLeast = 0, true
			}
			after = append(after, st)
		}
	}
	c := Command{Func: hostabi.FuncContextRead, Mask: 1<<hostabi.FieldStage | 1<<hostabi.FieldResponseHeaders | 1<<hostabi.FieldStatus}
	after = append(after, sized(c, "\x0d\x00\x04\x00\x00\x00prod")...)
	return []testCase{
		{name: "after a flush only the request is read and the body written", kind: hostabi.Integrate, setup: setup,
			steps: slices.Concat(start, after), check: func(t *testing.T, p Probe) {
				if !p.Flushed() {
					t.Error("the host saw no flush")
				}
			}},
		{name: "a result does not count after a flush", kind: hostabi.Integrate, setup: setup, answer: hostabi.AnswerResult,
			fails: hostabi.Malformed, steps: slices.Concat([]step{{Command: Command{Func: hostabi.FuncResultWrite, In: [2]string{"{}"}}}}, start)},
	}
}

// stays reports whether a function may be called after a flush; ABI.md lists
// those that may not.
func stays(f string, message uint32) bool {
	switch f {
	case hostabi.FuncGetStatus, hostabi.FuncSetStatus, hostabi.FuncEventRead, hostabi.FuncResultWrite,
		hostabi.FuncScratchRead, hostabi.FuncScratchWrite:
		return false
	case hostabi.FuncGetHeader, hostabi.FuncHeaderValues, hostabi.FuncHeaders,
		hostabi.FuncSetHeader, hostabi.FuncAddHeader, hostabi.FuncRemoveHeader:
		if message == response {
			return false
		}
	}
	return hostabi.Allowed(f, hostabi.Integrate, message == response)
}
