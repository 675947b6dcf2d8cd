// Package native runs plugins of the gateway's own ABI: it is the contract of
// package hostabi as a WebAssembly host module.
//
// [Define] gives an engine the host module, once; [New] checks a module
// without running it, compiles it and makes its first instances; the result is
// a [hostabi.Plugin].
//
// A call into a guest costs no allocation as long as neither the guest nor the
// host asks for something that does: host functions read their arguments from
// the engine's stack, look at the guest's memory in place, and find the state
// of the call in a value that belongs to the instance.
package native
