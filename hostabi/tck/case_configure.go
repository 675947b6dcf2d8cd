package tck

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// configureCases run in portico_configure.
func configureCases() []testCase {
	config := `{"tck":"`
	return []testCase{
		{name: "reads the configuration whole or not at all", kind: hostabi.Configure, steps: []step{
			{Command: Command{Func: hostabi.FuncConfigRead, Cap: 4096, Keep: 8}, want: 8, atLeast: true, buffer: config},
			{Command: with(Command{Func: hostabi.FuncConfigRead}, 7), want: 8, atLeast: true, buffer: untouched(7)},
		}},
		{name: "is bounded", kind: hostabi.Configure, steps: []step{
			{Command: Command{Func: hostabi.FuncDeadlineMs}, want: 1, atLeast: true},
			{Command: bulk(hostabi.FuncConfigError, 0, 1<<17)},
			{Command: Command{Func: hostabi.FuncConfigError, In: [2]string{strings.Repeat("x", 32)}, Fault: 1, At: 1<<32 - 16}, want: int64(hostabi.EFAULT)},
		}},
		{name: "reads {} without a configuration", kind: hostabi.Authorize, steps: sized(Command{Func: hostabi.FuncConfigRead}, "{}")},
		{name: "clocks go", kind: hostabi.MapRequest, steps: []step{
			{Command: Command{Func: hostabi.FuncClockUnixNs}, want: 1.6e18, atLeast: true},
			{Command: Command{Func: hostabi.FuncClockMonoNs}, want: 0, atLeast: true},
			{Command: Command{Func: hostabi.FuncDeadlineMs}, want: 1, atLeast: true},
		}},
	}
}
