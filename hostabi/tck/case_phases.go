package tck

import (
	"math"
	"slices"

	"github.com/portico-gateway/portico/hostabi"
)

// phaseCases call every function in every kind, for both messages.
//
// Before each goes a call with 64 bits set in its first argument: what is left
// of them where the next one's i32 lies must not be taken for a part of it.
func phaseCases(s Subject) (cs []testCase) {
	dirt := step{Command: Command{Func: hostabi.FuncContextRead, Mask: 1<<64 - 1}, atLeast: true}
	for k := range hostabi.Kind(hostabi.Kinds) {
		var inConfigure []step
		for _, st := range opening(s) {
			st.want, st.buffer = int64(hostabi.EPHASE), untouched(int(st.Keep))
			if st.Func == hostabi.FuncStreamRead {
				st.want = int64(hostabi.EBADF)
			}
			if k == hostabi.Configure {
				inConfigure = append(inConfigure, st)
			}
		}
		for _, f := range hostabi.Functions {
			for message := range uint32(2) {
				if message == response && !f.Message {
					continue
				}
				st := step{Command: good(s, f, message), want: int64(hostabi.EPHASE)}
				if hostabi.Allowed(f.Name, k, message == response) {
					st.want, st.atLeast = 0, true
				}
				if k == hostabi.Configure {
					inConfigure = append(inConfigure, st)
					continue
				}
				name := "allows " + f.Name
				if st.want < 0 {
					name = "refuses " + f.Name
				}
				if f.Message {
					name += []string{" of the request", " of the response"}[message]
				}
				cs = append(cs, testCase{name: name, kind: k, setup: flushable(f, example()), steps: slices.Concat(lead(s, f), []step{dirt, st})})
			}
		}
		if k == hostabi.Configure {
			cs = append(cs, testCase{name: "has functions that need no request", kind: k, steps: inConfigure})
		}
	}
	return cs
}

// good is a call of each function that its host takes.
func good(s Subject, f hostabi.Func, message uint32) Command {
	c := Command{Func: f.Name, Number: message}
	switch f.Name {
	case hostabi.FuncLog:
		c.Number, c.In[0] = uint32(hostabi.LevelDebug), "a line"
	case hostabi.FuncConfigError:
		c.In[0] = "a reason"
	case hostabi.FuncRandom, hostabi.FuncStreamRead:
		c.Cap = 8
	case hostabi.FuncGetField:
		c.Number = uint32(hostabi.FieldMethod)
	case hostabi.FuncSetField:
		c.Number, c.In[0] = uint32(hostabi.FieldMethod), "PUT"
	case hostabi.FuncGetParam, hostabi.FuncParamValues:
		c.Number, c.In[0] = uint32(hostabi.SourceQuery), "q"
	case hostabi.FuncGetHeader, hostabi.FuncHeaderValues:
		c.In[0] = "accept"
		if message == response {
			c.In[0] = "content-type"
		}
	case hostabi.FuncSetHeader, hostabi.FuncAddHeader:
		c.In = [2]string{"x-new", "v"}
	case hostabi.FuncRemoveHeader:
		c.In[0] = "accept"
	case hostabi.FuncSetStatus:
		c.Number = 204
	case hostabi.FuncSetPrincipal:
		c.In[0] = "bob"
	case hostabi.FuncSetAuthContext:
		c.Number, c.In = uint32(hostabi.ValueString), [2]string{"k", "v"}
	case hostabi.FuncContextRead:
		c.Mask = 1 << hostabi.FieldMethod
	case hostabi.FuncResultWrite:
		c.In[0] = "{}"
	case hostabi.FuncScratchWrite, hostabi.FuncStreamWrite:
		c.In[0] = "bytes"
	case hostabi.FuncCacheGet, hostabi.FuncKVGet:
		c.In[0] = keyPresent
	case hostabi.FuncCacheDelete, hostabi.FuncKVDelete:
		c.In[0] = "good-absent"
	case hostabi.FuncCachePut, hostabi.FuncKVPut:
		c.In = [2]string{"good", "v"}
	case hostabi.FuncThrottleTake:
		c.Number, c.In = 1, [2]string{Bucket, "good"}
	case hostabi.FuncSecretsRead:
		c.In[0] = SecretRead
	case hostabi.FuncSecretsHMAC:
		c.Number, c.In = uint32(hostabi.HashSHA256), [2]string{SecretUse, "data"}
	case hostabi.FuncMetricsAdd:
		c.Mask, c.In = math.Float64bits(1), [2]string{Counter, pairsOf([]hostabi.Field{{Name: Label, Value: "good"}})}
	case hostabi.FuncMetricsSet:
		c.Mask, c.In[0] = math.Float64bits(1), Gauge
	case hostabi.FuncMetricsObserve:
		c.Mask, c.In[0] = math.Float64bits(1), Histogram
	case hostabi.FuncKVIncrement:
		c.Mask, c.In[0], c.Cap = 1, keyNumber, 8
	case hostabi.FuncKVCompareAndSet:
		c.In[0] = keyEmpty // from an empty value to an empty one
	case hostabi.FuncKVList:
		c.Number = 10
	case hostabi.FuncHTTPRequest, hostabi.FuncHTTPStart:
		c.In[0] = requestOf("GET", s.Peer+"/plain")
	case hostabi.FuncHTTPWait:
		c.In[0] = handles(answered)
	case hostabi.FuncHTTPStatus, hostabi.FuncHTTPHeaders, hostabi.FuncHTTPTrailers:
		c.Number = answered
	case hostabi.FuncHTTPGetHeader:
		c.Number, c.In[0] = answered, "content-type"
	case hostabi.FuncHTTPSetTrailer:
		c.Number, c.In = streamed, [2]string{"x-sum", "5"}
	case hostabi.FuncHTTPClose:
		c.Number = streamed
	case hostabi.FuncJWTVerify:
		c.In = [2]string{Issuer, hs256(claimsOf(""))}
	}
	return c
}

// flushable gives a case that flushes the body that run expects before the
// report.
func flushable(f hostabi.Func, s Setup) Setup {
	if f.Name == hostabi.FuncStreamFlush {
		s.ResponseBody = []byte(flushedBody)
	}
	return s
}
