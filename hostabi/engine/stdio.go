package engine

import "encoding/binary"

// Stdio is what a guest that is a program has: arguments, environment, and
// standard input and output that are pipes. Standard error stays with
// PoolOptions.Output.
type Stdio struct {
	// Args and Env are without NUL bytes; Args begins with the program's name.
	Args, Env []string

	// Stdin is what the guest has not read yet.
	Stdin []byte

	// Stdout is what the guest has written. One byte more than MaxStdout ends
	// the call with ErrOutput; the guest's memory bounds the piece that was one
	// too many.
	Stdout    []byte
	MaxStdout int
}

// SetStdio joins the guest to s until it is set anew; nil, as in a new
// instance, is an empty input, lines of output and nothing else.
func (i *Instance) SetStdio(s *Stdio) { i.stdio = s }

// write takes what the guest wrote to standard output.
func (s *Stdio) write(b []byte) {
	if len(b) > s.MaxStdout-len(s.Stdout) {
		panic(stopOutput)
	}
	s.Stdout = append(s.Stdout, b...)
}

// argsOf and envOf are the lists that args_get and environ_get give.
func argsOf(i *Instance) []string {
	if i.stdio == nil {
		return nil
	}
	return i.stdio.Args
}

func envOf(i *Instance) []string {
	if i.stdio == nil {
		return nil
	}
	return i.stdio.Env
}

// stringsGet writes a list of strings, each with a NUL, to one place and their
// addresses to another.
func stringsGet(list func(*Instance) []string) wasiFunc {
	return func(i *Instance, args []uint64) uint64 {
		addresses, at := uint32(args[0]), uint32(args[1])
		for _, s := range list(i) {
			b, ok := i.Bytes(at, uint32(len(s)+1))
			if !ok || !i.putU32(addresses, at) {
				return errnoFault
			}
			b[copy(b, s)] = 0
			addresses += 4
			at += uint32(len(b))
		}
		return errnoSuccess
	}
}

// stringSizesGet gives the number of strings and their length, NULs included.
func stringSizesGet(list func(*Instance) []string) wasiFunc {
	return func(i *Instance, args []uint64) uint64 {
		all := list(i)
		size := len(all)
		for _, s := range all {
			size += len(s)
		}
		if !i.putU32(uint32(args[0]), uint32(len(all))) || !i.putU32(uint32(args[1]), uint32(size)) {
			return errnoFault
		}
		return errnoSuccess
	}
}

// fdRead fills pairs of pointer and length with standard input; nothing read
// is its end. Where it fails, nothing was read.
func fdRead(i *Instance, args []uint64) uint64 {
	if uint32(args[0]) != fdStdin {
		return errnoBadf
	}
	n := uint32(args[2])
	if n > maxIovecs {
		return errnoInval
	}
	vecs, ok := i.Bytes(uint32(args[1]), n*8)
	if !ok {
		return errnoFault
	}
	var rest []byte
	if i.stdio != nil {
		rest = i.stdio.Stdin
	}
	var total uint32
	for ; len(vecs) > 0 && len(rest) > 0; vecs = vecs[8:] {
		b, ok := i.Bytes(binary.LittleEndian.Uint32(vecs), binary.LittleEndian.Uint32(vecs[4:]))
		if !ok {
			return errnoFault
		}
		got := copy(b, rest)
		rest = rest[got:]
		total += uint32(got)
		i.Check()
	}
	if !i.putU32(uint32(args[3]), total) {
		return errnoFault
	}
	if i.stdio != nil {
		i.stdio.Stdin = rest
	}
	return errnoSuccess
}

// filetype is that of the standard descriptors. A program that is joined to
// pipes must not take them for a terminal, and speak to it line by line.
func (i *Instance) filetype() byte {
	if i.stdio != nil {
		return filetypeUnknown
	}
	return filetypeCharacterDevice
}
