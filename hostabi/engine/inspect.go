package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
)

// Info is what a module says about itself, read without compiling or running
// it. It is as trustworthy as the module: Inspect does not validate.
type Info struct {
	Size          int // of the binary, in bytes
	Imports       []Import
	Exports       []Export
	ExportedFuncs []FuncType // the exports that are functions, in their order
	Memory        *Memory    // nil without one
	Tables        []Table
	Start         bool // has a start section
	Funcs         int  // defined in the module
	CodeBytes     int
	DataBytes     int
	Custom        []Custom   // custom sections, in their order
	Producers     []Producer // of the producers section: languages and tools

	types []signature
	funcs []uint32 // type of each function, imported ones first
}

// Import is one import. Params and Results are set for functions.
type Import struct {
	Module, Name    string
	Type            api.ExternType
	Params, Results []api.ValueType

	shared bool
}

// Export is one export.
type Export struct {
	Name string
	Type api.ExternType

	index uint32
}

// FuncType is an exported function.
type FuncType struct {
	Name            string
	Params, Results []api.ValueType
}

// Memory is a linear memory, in pages of 64 KiB.
type Memory struct {
	Min, Max uint32
	HasMax   bool
	Shared   bool
}

// Table is a table, in elements.
type Table struct {
	Min, Max uint32
	HasMax   bool
}

// Custom is a custom section.
type Custom struct {
	Name string
	Size int // in bytes, without the name
}

// Producer is one entry of the producers section, such as
// {"language", "Rust", "2021"}.
type Producer struct {
	Field, Name, Version string
}

type signature struct{ params, results []api.ValueType }

// ExternTypeTag is an exception tag, which package api does not name.
const ExternTypeTag api.ExternType = 4

// Inspect reads what a module imports, exports and declares. It refuses what
// is no core module with a sentence that says what to do.
func Inspect(wasm []byte) (*Info, error) {
	if len(wasm) < 8 || !bytes.Equal(wasm[:4], []byte("\x00asm")) {
		return nil, fmt.Errorf("%w: it is not WebAssembly; give the binary form (.wasm), not text", ErrRefused)
	}
	switch version := binary.LittleEndian.Uint32(wasm[4:]); version {
	case 1:
	case 0x1_000d:
		return nil, fmt.Errorf("%w: it is a component; build a core module instead, "+
			"for example for the target wasm32-wasip1, or take the core module out of it", ErrRefused)
	default:
		return nil, fmt.Errorf("%w: binary version %#x; only version 1 is known", ErrRefused, version)
	}
	info := &Info{Size: len(wasm)}
	r := &reader{b: wasm[8:]}
	for len(r.b) > 0 {
		id := r.byte()
		s := &reader{b: r.bytes(r.u32())}
		if r.err != nil {
			break
		}
		info.section(id, s)
		if s.err != nil {
			return nil, fmt.Errorf("%w: section %d: %w", ErrRefused, id, s.err)
		}
	}
	if r.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, r.err)
	}
	if err := info.resolve(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return info, nil
}

// Sections of the binary format. See WebAssembly Core Specification 2.0,
// section 5.5.2.
const (
	sectionCustom = 0
	sectionType   = 1
	sectionImport = 2
	sectionFunc   = 3
	sectionTable  = 4
	sectionMemory = 5
	sectionExport = 7
	sectionStart  = 8
	sectionCode   = 10
	sectionData   = 11
)

func (in *Info) section(id byte, r *reader) {
	switch id {
	case sectionCustom:
		in.custom(r)
	case sectionType:
		for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
			in.types = append(in.types, r.signature())
		}
	case sectionImport:
		for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
			in.imported(r)
		}
	case sectionFunc:
		for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
			in.funcs = append(in.funcs, r.u32())
			in.Funcs++
		}
	case sectionTable:
		for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
			in.Tables = append(in.Tables, r.table())
			if len(r.b) == 0 {
				return // an initial expression ends the reading, see table
			}
		}
	case sectionMemory:
		for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
			m := r.memory()
			in.Memory = &m
		}
	case sectionExport:
		for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
			in.Exports = append(in.Exports, Export{Name: r.name(), Type: r.byte(), index: r.u32()})
		}
	case sectionStart:
		in.Start = true
	case sectionCode:
		in.CodeBytes = len(r.b)
	case sectionData:
		in.DataBytes = len(r.b)
	}
}

func (r *reader) signature() (s signature) {
	if r.byte() != 0x60 {
		r.fail()
		return s
	}
	s.params = r.bytes(r.u32())
	s.results = r.bytes(r.u32())
	return signature{bytes.Clone(s.params), bytes.Clone(s.results)}
}

func (r *reader) limits() (lo, hi uint64, hasMax bool, flags byte) {
	flags = r.byte()
	lo = r.u64()
	if hasMax = flags&1 != 0; hasMax {
		hi = r.u64()
	}
	return lo, hi, hasMax, flags
}

func (r *reader) memory() Memory {
	lo, hi, hasMax, flags := r.limits()
	return Memory{Min: clamp(lo), Max: clamp(hi), HasMax: hasMax, Shared: flags&2 != 0}
}

// table reads one table. One with an initial expression is not told where it
// ends without reading instructions; it is rare, and the last that is listed.
func (r *reader) table() Table {
	expr := r.byte() == 0x40
	if expr {
		r.byte()
		r.byte()
	}
	lo, hi, hasMax, _ := r.limits()
	if expr {
		r.b = nil
	}
	return Table{Min: clamp(lo), Max: clamp(hi), HasMax: hasMax}
}

func clamp(v uint64) uint32 { return uint32(min(v, 1<<32-1)) }

func (in *Info) imported(r *reader) {
	i := Import{Module: r.name(), Name: r.name(), Type: r.byte()}
	switch i.Type {
	case api.ExternTypeFunc:
		t := r.u32()
		if int64(t) >= int64(len(in.types)) {
			r.fail()
			return
		}
		i.Params, i.Results = in.types[t].params, in.types[t].results
		in.funcs = append(in.funcs, t)
	case api.ExternTypeTable:
		r.table()
	case api.ExternTypeMemory:
		i.shared = r.memory().Shared
	case api.ExternTypeGlobal:
		r.byte()
		r.byte()
	case ExternTypeTag:
		r.byte()
		r.u32()
	default:
		r.fail()
		return
	}
	in.Imports = append(in.Imports, i)
}

func (in *Info) custom(r *reader) {
	name := r.name()
	in.Custom = append(in.Custom, Custom{name, len(r.b)})
	if name != "producers" {
		return
	}
	// A producers section that cannot be read is of no importance: the rest of
	// the module decides.
	p := &reader{b: r.b}
	for i, n := uint32(0), p.u32(); p.more(i, n); i++ {
		field := p.name()
		for j, m := uint32(0), p.u32(); p.more(j, m); j++ {
			in.Producers = append(in.Producers, Producer{field, p.name(), p.name()})
		}
	}
	if p.err != nil {
		in.Producers = nil
	}
}

// resolve gives exported functions their types.
func (in *Info) resolve() error {
	for _, e := range in.Exports {
		if e.Type != api.ExternTypeFunc {
			continue
		}
		if int64(e.index) >= int64(len(in.funcs)) {
			return fmt.Errorf("%w: export %q names no function", errMalformed, e.Name)
		}
		t := in.funcs[e.index]
		if int64(t) >= int64(len(in.types)) {
			return errors.Join(errMalformed, fmt.Errorf("export %q has no type", e.Name))
		}
		in.ExportedFuncs = append(in.ExportedFuncs, FuncType{e.Name, in.types[t].params, in.types[t].results})
	}
	return nil
}

// Func finds an exported function.
func (in *Info) Func(name string) (FuncType, bool) {
	for _, f := range in.ExportedFuncs {
		if f.Name == name {
			return f, true
		}
	}
	return FuncType{}, false
}

// Kinds lists the kinds of call for which a native guest has an export,
// Configure among them. It is empty for what is no native guest.
func (in *Info) Kinds() (kinds []hostabi.Kind) {
	if _, ok := in.Func(hostabi.ExportMarker); !ok {
		return nil
	}
	for k := range hostabi.Kind(hostabi.Kinds) {
		if _, ok := in.Func(k.Export()); ok {
			kinds = append(kinds, k)
		}
	}
	return kinds
}
