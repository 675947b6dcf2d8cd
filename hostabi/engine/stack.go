package engine

import (
	"reflect"

	"github.com/tetratelabs/wazero/api"
)

// handlerStacks is how much memory the exception handlers of a call may hold
// in times of its largest stack: each keeps a copy of the stack.
const handlerStacks = 16

// stackOf returns the stack of a function's calls and the handlers of
// exceptions that are active in it; their lengths are read while a call is
// under way.
//
// wazero keeps the stack of a guest in a slice of the value behind
// api.Function, grows it without asking anybody, and has no setting for its
// maximum. Reading the length of an unexported slice is all that reflection
// is needed for; it costs 2 ns. Should a later wazero name the fields
// otherwise, its own ceiling is what remains, and the test of stack bombs
// fails.
func stackOf(fn api.Function) (stack, handlers reflect.Value) {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return
	}
	return sliceField(v.Elem(), "stack"), sliceField(v.Elem(), "tryHandlers")
}

func sliceField(v reflect.Value, name string) reflect.Value {
	f := v.FieldByName(name)
	if !f.IsValid() || f.Kind() != reflect.Slice {
		return reflect.ValueOf([]byte(nil))
	}
	return f
}

// StackBytes is the size of the stack of the call that is under way, or of the
// last one.
func (i *Instance) StackBytes() int {
	if i.running == nil || !i.running.stack.IsValid() {
		return 0
	}
	return i.running.stack.Len()
}

// stackExhausted reports whether the call that is under way has reached the
// limits of its stack.
func (i *Instance) stackExhausted() bool {
	stack, limit := i.StackBytes(), i.compiled.limits.StackBytes
	return stack > limit || stack > 0 && i.running.handlers.Len()*stack > handlerStacks*limit
}
