package tck

import "github.com/portico-gateway/portico/hostabi"

// maxCalls is how often one call may call each capability.
const maxCalls = 1000

// spendCases use up what one call has of each capability.
func spendCases() (cs []testCase) {
	for _, name := range []string{hostabi.FuncCacheGet, hostabi.FuncThrottleTake, hostabi.FuncSecretsRead, hostabi.FuncMetricsSet, hostabi.FuncKVGet} {
		c := good(hostabi.Functions[index[name]], request)
		steps := make([]step, maxCalls+1)
		for i := range steps {
			steps[i] = step{Command: c, atLeast: true}
		}
		steps[maxCalls] = step{Command: c, want: int64(hostabi.EAGAIN)}
		// What one capability has used up leaves the others alone.
		other := good(hostabi.Functions[index[hostabi.FuncCacheGet]], request)
		if name == hostabi.FuncCacheGet {
			other = good(hostabi.Functions[index[hostabi.FuncKVGet]], request)
		}
		cs = append(cs, testCase{name: name + " may be called 1000 times", kind: hostabi.Authorize, setup: example(),
			steps: append(steps, step{Command: other, atLeast: true})})
	}
	return cs
}
