package hostabi

// Func is one function of an import module: what a guest's import must look
// like to be linked.
type Func struct {
	Name string
	// Params and Result are the types in order, one letter each: i for i32,
	// l for i64.
	Params, Result string
	// Message says that one parameter names a message or a stream, so that
	// [Allowed] answers differently for request and response.
	Message bool
	// Since is the first version of Portico that has the function.
	Since string
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
