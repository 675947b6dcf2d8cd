package tck

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// faultCases are pointers outside of memory.
func faultCases(s Subject) []testCase {
	kindOf := func(f string) hostabi.Kind {
		for _, k := range []hostabi.Kind{hostabi.MapRequest, hostabi.Integrate, hostabi.Authorize} {
			if hostabi.Allowed(f, k, false) {
				return k
			}
		}
		return hostabi.Integrate
	}
	const size = 32
	pointers := []uint32{1<<32 - 16, 1<<32 - 32, 1<<31 - 1, 1 << 31} // the first wraps around
	if s.Memory > 0 {
		pointers = append(pointers, s.Memory-size+1, s.Memory-1, s.Memory)
	}
	byKind := map[hostabi.Kind][]step{}
	opened := map[hostabi.Kind]bool{}
	for _, f := range hostabi.Functions {
		if f.Name == hostabi.FuncConfigError {
			continue // see configureCases
		}
		c := good(s, f, request)
		var args []uint8 // bits of Fault
		switch f.Name {
		case hostabi.FuncConfigRead, hostabi.FuncRandom, hostabi.FuncGetField, hostabi.FuncHeaders,
			hostabi.FuncContextRead, hostabi.FuncEventRead, hostabi.FuncScratchRead, hostabi.FuncStreamRead:
			args = []uint8{4}
		case hostabi.FuncGetParam, hostabi.FuncParamValues, hostabi.FuncGetHeader, hostabi.FuncHeaderValues:
			args = []uint8{1, 4}
		case hostabi.FuncSetHeader, hostabi.FuncAddHeader, hostabi.FuncSetAuthContext:
			args = []uint8{1, 2}
		case hostabi.FuncLog, hostabi.FuncSetField, hostabi.FuncRemoveHeader, hostabi.FuncSetPrincipal,
			hostabi.FuncResultWrite, hostabi.FuncScratchWrite, hostabi.FuncStreamWrite,
			hostabi.FuncCacheDelete, hostabi.FuncKVDelete:
			args = []uint8{1}
		case hostabi.FuncCacheGet, hostabi.FuncSecretsRead, hostabi.FuncKVGet, hostabi.FuncKVIncrement:
			args = []uint8{1, 4}
		case hostabi.FuncCachePut, hostabi.FuncThrottleTake, hostabi.FuncKVPut,
			hostabi.FuncMetricsAdd, hostabi.FuncMetricsSet, hostabi.FuncMetricsObserve:
			args = []uint8{1, 2}
		case hostabi.FuncHTTPHeaders, hostabi.FuncHTTPTrailers:
			args = []uint8{4}
		case hostabi.FuncHTTPGetHeader:
			args = []uint8{1, 4}
		case hostabi.FuncHTTPRequest, hostabi.FuncHTTPStart, hostabi.FuncHTTPSetTrailer:
			args = []uint8{1, 2}
		case hostabi.FuncHTTPWait:
			args = []uint8{1}
		case hostabi.FuncJWTReason:
			args = []uint8{4}
		case hostabi.FuncSecretsHMAC, hostabi.FuncKVCompareAndSet, hostabi.FuncKVList, hostabi.FuncJWTVerify:
			args = []uint8{1, 2, 4}
		}
		k := kindOf(f.Name)
		if len(lead(s, f)) > 0 && !opened[k] {
			opened[k] = true
			byKind[k] = append(byKind[k], opening(s)...)
		}
		for _, bit := range args {
			for _, at := range pointers {
				if f.Name == hostabi.FuncKVIncrement && at == s.Memory-size+1 {
					at = s.Memory - 7 // it writes 8 bytes
				}
				bad := c
				bad.Fault, bad.At = bit, at
				if bit == 4 {
					bad.Cap = size
				} else {
					bad.In[bit-1] = strings.Repeat("x", size)
				}
				byKind[k] = append(byKind[k], step{Command: bad, want: int64(hostabi.EFAULT)})
			}
			if bit == 4 && f.Name != hostabi.FuncStreamRead && f.Name != hostabi.FuncKVIncrement { // nothing is written through any pointer
				empty := c
				empty.Fault, empty.At, empty.Cap = bit, 1<<32-1, 0
				byKind[k] = append(byKind[k], step{Command: empty, atLeast: true, among: []int64{0}})
			}
		}
	}
	var cs []testCase
	for k := hostabi.Authorize; int(k) < hostabi.Kinds; k++ {
		if steps := byKind[k]; steps != nil {
			cs = append(cs, testCase{name: "pointers outside of memory are refused", kind: k, setup: example(), steps: steps})
		}
	}
	if s.Memory > 0 {
		end := step{Command: good(s, hostabi.Core[index[hostabi.FuncGetHeader]], request), want: int64(len("text/html"))}
		end.Fault, end.At, end.Cap = 4, s.Memory-9, 9
		cs = append(cs, testCase{name: "the last bytes of memory are a buffer", kind: hostabi.Authorize, setup: example(), steps: []step{end}})
	}
	return cs
}
