// Package tck is the conformance suite of the native ABI. Every adapter and
// every host that serves native plugins, and the SDK of every language, passes
// it.
//
// # How it works
//
// A conformance guest is a plugin of all four kinds that does what a program
// tells it to: it makes host calls with given arguments and reports what each
// answered. [Run] hands programs to it, plays the gateway with a host in
// memory and compares. [Guest] is the guest written in WebAssembly text; an
// SDK brings one of its own, written over the SDK's bindings.
//
// # Protocol
//
// In every kind but configure the guest reads its program with scratch_read.
// In configure it looks at its configuration: if that begins with {"tck":" it
// is followed by the program in lower-case hexadecimal and "}; otherwise
// there is nothing to do and the answer is 0.
//
// A program is an i32, the answer to return, a u32, the number of commands,
// and the commands. Integers are little endian. A command is
//
//	u8  function, by its place in hostabi.Functions
//	u8  bits: 1 the first input, 2 the second input, 4 the buffer is at fault;
//	    8 the first input is the buffer, 16 the second is
//	u32 number: level, id, source, message, kind, status, handle, tokens, hash, flags or limit
//	u64 mask of context_read; time to live, increment, timeout, or bits of a metric's value
//	u32 fault: the pointer to pass instead of the good one where bits says so
//	u32 cap: size of the buffer to pass
//	u32 keep: how many bytes of the buffer to report, at most cap
//	u32 length and bytes of the first input
//	u32 length and bytes of the second input
//
// The inputs are passed as name and value, key and value, or the only input as
// the first. For random the buffer is what is filled, and set_auth_context
// gets number as kind. Functions of capabilities get bucket and key, key and
// value, name and labels, prefix and after, name and data as the inputs.
// kv.compare_and_set gets the old value as the second input and the buffer,
// with its 0xA5, as the new one; kv.increment writes its 8 bytes into the
// buffer. http.request and http.start get the pairs and the body as the inputs and
// number as flags, http.wait the list of handles as the first; the others of http
// get number as handle, http.get_header the name as the first input, and
// http.set_trailer name and value. jwt.verify gets the issuer and the token as the
// inputs. Before each command the guest fills the first cap bytes of its buffer
// with 0xA5; cap is at most 1052672, 1 MiB and 4 KiB.
//
// For each command the guest reports an i64, the result, with its sign, a
// u32, keep, and as many bytes of the buffer as they are after the call. It
// gives the report with scratch_write, and if that fails with stream_write to
// the response; in configure with config_error as "tck:" and hexadecimal. Then
// it returns the answer.
package tck
