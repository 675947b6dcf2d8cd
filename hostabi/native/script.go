package native

import (
	"context"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Script makes a plugin of a module that is an interpreter: what it is to run is
// read through an import module that is no part of the ABI, and kept from other
// modules.
type Script struct {
	// File is the name that errors give, such as "session.js".
	File string
	// Source is the script. It is kept and must not change.
	Source []byte
	// Probe has the script evaluated and not configured: it tells what the script
	// exports.
	Probe bool
}

// moduleScript is what an interpreter imports beside the ABI. Its functions:
//
//	read(ptr, cap)                the script
//	name(ptr, cap)                its file's name
//	granted() -> i32              bit 1<<capability for each that is granted
//	has(kinds) -> i32             what the script can be called for, bit 1<<kind
//	probe() -> i32                1: that is all that is wanted
//	fail(line, column, ptr, len)  why the call under way will fail; line and
//	                              column are 0 where they are not known
const moduleScript = "portico_script"

var scripts = []struct {
	name, params string
	do           function
}{
	{"read", "ii", scriptRead},
	{"name", "ii", scriptName},
	{"granted", "", scriptGranted},
	{"has", "i", scriptHas},
	{"probe", "", scriptProbe},
	{"fail", "iiii", scriptFail},
}

// DefineScript gives e the host module of interpreters, beside Define.
func DefineScript(e *engine.Engine) error {
	var fns []engine.HostFunc
	for _, f := range scripts {
		do := f.do
		fns = append(fns, engine.HostFunc{Name: f.name, Params: valueTypes(f.params), Results: valueTypes("i"),
			Fn: func(ctx context.Context, _ api.Module, s []uint64) {
				answer := ephase
				if c, _ := engine.InstanceOf(ctx).Value.(*call); c != nil && c.plugin.script != nil {
					answer = do(c, s)
				}
				s[0] = api.EncodeI32(answer)
			}})
	}
	return e.DefineHost(moduleScript, fns)
}

func scriptRead(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	return put(dst, view(c.plugin.script.Source))
}

func scriptName(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	return put(dst, c.plugin.script.File)
}

func scriptGranted(c *call, _ []uint64) (set int32) {
	for n := range hostabi.Capability(hostabi.CapabilityCount) {
		if c.plugin.capabilities.Has(n) {
			set |= 1 << n
		}
	}
	return set
}

func scriptHas(c *call, s []uint64) int32 {
	c.kinds = uint32(s[0])
	return 0
}

func scriptProbe(c *call, _ []uint64) int32 { return int32(truth(c.plugin.script.Probe)) }

func scriptFail(c *call, s []uint64) int32 {
	b, ok := c.memory(s[2], s[3])
	if !ok {
		return efault
	}
	text := c.redacted(b)
	c.scriptError = &adapter.SourceError{Line: int(uint32(s[0])), Column: int(uint32(s[1])), Text: string(text[:min(len(text), maxConfigError)])}
	return 0
}

// learn takes what the first instance's script exports as the kinds of the
// plugin, before anybody else knows it.
func (p *Plugin) learn(kinds uint32) {
	for k := hostabi.Authorize; int(k) < hostabi.Kinds; k++ {
		p.has[k] = p.has[k] && kinds&(1<<k) != 0
	}
	p.learned = true
}
