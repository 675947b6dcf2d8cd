package engine

import "encoding/binary"

// Descriptors that are open.
const (
	fdStdin  = 0
	fdStdout = 1
	fdStderr = 2
)

func isStd(fd uint64) bool { return uint32(fd) <= fdStderr }

// stdOnly succeeds for the standard descriptors, which nothing can change or
// close.
func stdOnly(_ *Instance, args []uint64) uint64 {
	if isStd(args[0]) {
		return errnoSuccess
	}
	return errnoBadf
}

func noSeek(_ *Instance, args []uint64) uint64 {
	if isStd(args[0]) {
		return errnoSpipe
	}
	return errnoBadf
}

// Rights and file types of WASI, as far as the standard descriptors have them.
const (
	filetypeUnknown         = 0
	filetypeCharacterDevice = 2

	rightFdRead        = 1 << 1
	rightFdWrite       = 1 << 6
	rightPollReadwrite = 1 << 27
)

// fdstatGet fills a fdstat: u8 file type, u16 flags at 2, u64 rights at 8,
// u64 inheriting rights at 16.
func fdstatGet(i *Instance, args []uint64) uint64 {
	if !isStd(args[0]) {
		return errnoBadf
	}
	b, ok := i.Bytes(uint32(args[1]), 24)
	if !ok {
		return errnoFault
	}
	clear(b)
	b[0] = i.filetype()
	rights := uint64(rightFdWrite | rightPollReadwrite)
	if uint32(args[0]) == fdStdin {
		rights = rightFdRead | rightPollReadwrite
	}
	binary.LittleEndian.PutUint64(b[8:], rights)
	return errnoSuccess
}

// filestatGet fills a filestat: 64 bytes, the file type at 16.
func filestatGet(i *Instance, args []uint64) uint64 {
	if !isStd(args[0]) {
		return errnoBadf
	}
	b, ok := i.Bytes(uint32(args[1]), 64)
	if !ok {
		return errnoFault
	}
	clear(b)
	b[16] = i.filetype()
	return errnoSuccess
}

// maxIovecs bounds what one fd_read or fd_write looks at, as IOV_MAX does elsewhere.
const maxIovecs = 1024

// fdWrite takes pairs of pointer and length.
func fdWrite(i *Instance, args []uint64) uint64 {
	fd := uint32(args[0])
	if fd != fdStdout && fd != fdStderr {
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
	var total uint32
	for ; len(vecs) > 0; vecs = vecs[8:] {
		b, ok := i.Bytes(binary.LittleEndian.Uint32(vecs), binary.LittleEndian.Uint32(vecs[4:]))
		if !ok {
			return errnoFault
		}
		total += uint32(len(b))
		if fd == fdStdout && i.stdio != nil {
			i.stdio.write(b)
		} else {
			i.output.write(i, fd == fdStderr, b)
		}
		i.Check()
	}
	if !i.putU32(uint32(args[3]), total) {
		return errnoFault
	}
	return errnoSuccess
}
