package hostabi

import (
	"slices"
	"strings"
)

// Func is one function of an import module: what a guest's import must look
// like to be linked.
type Func struct {
	// Name is unique: what a guest imports from ModuleCore, or a capability, a
	// dot and what a guest imports from its module. See Import.
	Name string
	// Params and Result are the types in order, one letter each: i for i32,
	// l for i64, d for f64.
	Params, Result string
	// Message says that one parameter names a message or a stream, so that
	// [Allowed] answers differently for request and response.
	Message bool
	// Since is the first version of Portico that has the function.
	Since string
}

// Import is the module and the name by which a guest imports the function.
func (f Func) Import() (module, name string) {
	capability, name, ok := strings.Cut(f.Name, ".")
	if !ok {
		return ModuleCore, f.Name
	}
	return "portico_" + capability + "_v1", name
}

// Core lists the functions of ModuleCore in the order of ABI.md. The list
// only grows and no entry changes: guests link by name and signature. A test
// holds it against a recorded one.
var Core = [...]Func{
	{Name: FuncLog, Params: "iii", Result: "i", Since: "0.1.0"},
	{Name: FuncConfigRead, Params: "ii", Result: "i", Since: "0.1.0"},
	{Name: FuncConfigError, Params: "ii", Result: "i", Since: "0.1.0"},
	{Name: FuncClockUnixNs, Params: "", Result: "l", Since: "0.1.0"},
	{Name: FuncClockMonoNs, Params: "", Result: "l", Since: "0.1.0"},
	{Name: FuncDeadlineMs, Params: "", Result: "l", Since: "0.1.0"},
	{Name: FuncRandom, Params: "ii", Result: "i", Since: "0.1.0"},

	{Name: FuncGetField, Params: "iii", Result: "i", Since: "0.1.0"},
	{Name: FuncSetField, Params: "iii", Result: "i", Since: "0.1.0"},
	{Name: FuncGetParam, Params: "iiiii", Result: "i", Since: "0.1.0"},
	{Name: FuncParamValues, Params: "iiiii", Result: "i", Since: "0.1.0"},
	{Name: FuncGetHeader, Params: "iiiii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncHeaderValues, Params: "iiiii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncHeaders, Params: "iii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncSetHeader, Params: "iiiii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncAddHeader, Params: "iiiii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncRemoveHeader, Params: "iii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncGetStatus, Params: "", Result: "i", Since: "0.1.0"},
	{Name: FuncSetStatus, Params: "i", Result: "i", Since: "0.1.0"},
	{Name: FuncSetPrincipal, Params: "ii", Result: "i", Since: "0.1.0"},
	{Name: FuncSetAuthContext, Params: "iiiii", Result: "i", Since: "0.1.0"},
	{Name: FuncContextRead, Params: "lii", Result: "i", Since: "0.1.0"},
	{Name: FuncEventRead, Params: "ii", Result: "i", Since: "0.1.0"},
	{Name: FuncResultWrite, Params: "ii", Result: "i", Since: "0.1.0"},
	{Name: FuncScratchRead, Params: "ii", Result: "i", Since: "0.1.0"},
	{Name: FuncScratchWrite, Params: "ii", Result: "i", Since: "0.1.0"},

	{Name: FuncStreamRead, Params: "iii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncStreamWrite, Params: "iii", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncStreamFlush, Params: "i", Result: "i", Message: true, Since: "0.1.0"},
	{Name: FuncStreamClose, Params: "i", Result: "i", Message: true, Since: "0.1.0"},
}

// State lists the functions of the capabilities in the order of ABI.md. The
// rule of Core holds.
var State = [...]Func{
	{Name: FuncCacheGet, Params: "iiii", Result: "i", Since: "0.2.0"},
	{Name: FuncCachePut, Params: "iiiil", Result: "i", Since: "0.2.0"},
	{Name: FuncCacheDelete, Params: "ii", Result: "i", Since: "0.2.0"},

	{Name: FuncThrottleTake, Params: "iiiii", Result: "l", Since: "0.2.0"},

	{Name: FuncSecretsRead, Params: "iiii", Result: "i", Since: "0.2.0"},
	{Name: FuncSecretsHMAC, Params: "iiiiiii", Result: "i", Since: "0.2.0"},

	{Name: FuncMetricsAdd, Params: "iiiid", Result: "i", Since: "0.2.0"},
	{Name: FuncMetricsSet, Params: "iiiid", Result: "i", Since: "0.2.0"},
	{Name: FuncMetricsObserve, Params: "iiiid", Result: "i", Since: "0.2.0"},

	{Name: FuncKVGet, Params: "iiii", Result: "i", Since: "0.2.0"},
	{Name: FuncKVPut, Params: "iiiil", Result: "i", Since: "0.2.0"},
	{Name: FuncKVDelete, Params: "ii", Result: "i", Since: "0.2.0"},
	{Name: FuncKVIncrement, Params: "iili", Result: "i", Since: "0.2.0"},
	{Name: FuncKVCompareAndSet, Params: "iiiiiili", Result: "i", Since: "0.2.0"},
	{Name: FuncKVList, Params: "iiiiiii", Result: "i", Since: "0.2.0"},

	{Name: FuncHTTPRequest, Params: "iiiili", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPStart, Params: "iiiili", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPWait, Params: "iil", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPStatus, Params: "i", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPHeaders, Params: "iii", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPGetHeader, Params: "iiiii", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPTrailers, Params: "iii", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPSetTrailer, Params: "iiiii", Result: "i", Since: "0.3.0"},
	{Name: FuncHTTPClose, Params: "i", Result: "i", Since: "0.3.0"},

	{Name: FuncJWTVerify, Params: "iiiiii", Result: "i", Since: "0.3.0"},
	{Name: FuncJWTReason, Params: "ii", Result: "i", Since: "0.3.0"},
}

// Functions lists all functions, those of Core first. It must not be changed.
var Functions = slices.Concat(Core[:], State[:])
