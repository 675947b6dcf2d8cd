package tck

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// spendCases use up what one request has of each capability.
func spendCases(s Subject) (cs []testCase) {
	for _, name := range []string{hostabi.FuncCacheGet, hostabi.FuncThrottleTake, hostabi.FuncSecretsRead, hostabi.FuncMetricsSet, hostabi.FuncKVGet, hostabi.FuncHTTPStatus, hostabi.FuncJWTReason} {
		f := hostabi.Functions[index[name]]
		steps, calls := lead(s, f), 0
		for _, st := range steps {
			if strings.HasPrefix(st.Func, "http.") { // streams are the core's
				calls++
			}
		}
		c := good(s, f, request)
		for range hostabi.DefaultCapabilityCalls - calls {
			steps = append(steps, step{Command: c, atLeast: true})
		}
		steps = append(steps, step{Command: c, want: int64(hostabi.EAGAIN)})
		// What one capability has used up leaves the others alone.
		other := good(s, hostabi.Functions[index[hostabi.FuncCacheGet]], request)
		if name == hostabi.FuncCacheGet {
			other = good(s, hostabi.Functions[index[hostabi.FuncKVGet]], request)
		}
		cs = append(cs, testCase{name: name + " may be called 1000 times", kind: hostabi.Authorize, setup: example(),
			steps: append(steps, step{Command: other, atLeast: true})})
	}
	return cs
}
