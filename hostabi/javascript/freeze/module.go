package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sections of a module; see the core specification, "Modules".
const (
	sectionMemory    = 5
	sectionGlobal    = 6
	sectionExport    = 7
	sectionData      = 11
	sectionDataCount = 12
)

const page = 64 << 10

var errMalformed = errors.New("malformed module")

// rewrite returns the module with memory as its data, and without the functions
// that must not run again.
func rewrite(wasm, memory []byte) ([]byte, error) {
	stack, err := stackPointer(wasm)
	if err != nil {
		return nil, err
	}
	clear(memory[:stack]) // what calls left there
	segments := segments(memory)
	out := bytes.NewBuffer(bytes.Clone(wasm[:8]))
	err = sections(wasm, func(id byte, body []byte) error {
		switch id {
		case sectionMemory:
			body = append([]byte{1, 0}, leb(uint64(len(memory)/page))...)
		case sectionExport:
			if body, err = exports(body); err != nil {
				return err
			}
		case sectionDataCount:
			body = leb(uint64(len(segments)))
		case sectionData:
			body = dataSection(segments)
		}
		out.WriteByte(id)
		out.Write(leb(uint64(len(body))))
		out.Write(body)
		return nil
	})
	return out.Bytes(), err
}

// sections calls do with each section of a module.
func sections(wasm []byte, do func(id byte, body []byte) error) error {
	for b := wasm[8:]; len(b) > 0; {
		size, n := binary.Uvarint(b[1:])
		if n <= 0 || size > uint64(len(b)-1-n) {
			return errMalformed
		}
		begin := 1 + n
		if err := do(b[0], b[begin:begin+int(size)]); err != nil {
			return err
		}
		b = b[begin+int(size):]
	}
	return nil
}

// stackPointer is where the first global, the linker's stack pointer, begins:
// the stack lies below, and the data above.
func stackPointer(wasm []byte) (at int, err error) {
	const i32Const = 0x41
	err = sections(wasm, func(id byte, body []byte) error {
		if id != sectionGlobal || len(body) < 4 || body[1] != 0x7f || body[2] != 1 || body[3] != i32Const {
			return nil
		}
		for i, shift := 4, 0; i < len(body); i, shift = i+1, shift+7 {
			at |= int(body[i]&0x7f) << shift
			if body[i] < 0x80 {
				break
			}
		}
		return nil
	})
	if err == nil && (at <= 0 || at%page != 0) {
		err = fmt.Errorf("the stack begins at %d", at)
	}
	return at, err
}

// exports leaves out what runs when the engine is built alone.
func exports(body []byte) ([]byte, error) {
	count, n := binary.Uvarint(body)
	if n <= 0 {
		return nil, errMalformed
	}
	kept, left := uint64(0), []byte{}
	for b := body[n:]; len(b) > 0; {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n-2) {
			return nil, errMalformed
		}
		end := n + int(size)
		_, index := binary.Uvarint(b[end+1:])
		if name := string(b[n:end]); name != exportInitialize && name != exportFreeze {
			left = append(left, b[:end+1+index]...)
			kept++
		}
		b = b[end+1+index:]
	}
	if kept+2 != count {
		return nil, fmt.Errorf("%d of %d exports are left", kept, count)
	}
	return append(leb(kept), left...), nil
}

// segment is a piece of memory that is not zero.
type segment struct {
	at   int
	data []byte
}

// gap is how many zeros in a row end a segment: a segment costs about as much.
const gap = 64

func segments(memory []byte) (all []segment) {
	for at := 0; at < len(memory); {
		if memory[at] == 0 {
			at++
			continue
		}
		end, zeros := at, 0
		for i := at; i < len(memory) && zeros < gap; i++ {
			if memory[i] == 0 {
				zeros++
				continue
			}
			end, zeros = i+1, 0
		}
		all = append(all, segment{at, memory[at:end]})
		at = end
	}
	return all
}

func dataSection(segments []segment) []byte {
	const i32Const, end = 0x41, 0x0b
	body := leb(uint64(len(segments)))
	for _, s := range segments {
		body = append(body, 0, i32Const)
		body = append(append(body, sleb(int64(s.at))...), end)
		body = append(append(body, leb(uint64(len(s.data)))...), s.data...)
	}
	return body
}

func leb(v uint64) []byte { return binary.AppendUvarint(nil, v) }

// sleb is the signed encoding, which has a sign bit to spare.
func sleb(v int64) (b []byte) {
	for v >= 0x40 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}
