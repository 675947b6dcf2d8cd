package native

import "encoding/binary"

// list writes length-prefixed strings into a guest's buffer. Its size is
// counted first, since a value is written whole or not at all.
type list struct {
	dst  []byte
	size int
}

func (l *list) fits() bool { return l.size <= len(l.dst) }

// add writes the next string; there is room for it.
func (l *list) add(v string) {
	binary.LittleEndian.PutUint32(l.dst, uint32(len(v)))
	n := copy(l.dst[4:], v)
	l.dst = l.dst[4+n:]
}
