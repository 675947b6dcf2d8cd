package upstream

import "sync"

const (
	// readSize holds the head and body of a small answer. Larger bodies are
	// read into the caller's memory; larger heads grow a buffer of their own.
	readSize = 4 << 10
	// headSize holds a request's head and, often, its body.
	headSize = 4 << 10
	// sendSize is a piece of a request's body, or one chunk.
	sendSize = 16 << 10
)

// Pools hold pointers to arrays: a slice would be allocated anew at each Put.
var (
	readPool = sync.Pool{New: func() any { return new([readSize]byte) }}
	headPool = sync.Pool{New: func() any { return new([headSize]byte) }}
	sendPool = sync.Pool{New: func() any { return new([sendSize]byte) }}
)

// buffer holds what was read and not yet used. The zero value is empty.
type buffer struct {
	mem  *[readSize]byte // from readPool, nil when not held
	b    []byte          // of mem, or larger
	r, w int
}

func (u *buffer) unread() []byte { return u.b[u.r:u.w] }
func (u *buffer) empty() bool    { return u.r == u.w }

// room returns where to read to: at least one byte. Offsets into unread stay
// good, as it may move but not reorder. It grows only when all is unread.
func (u *buffer) room() []byte {
	if u.b == nil {
		u.mem = readPool.Get().(*[readSize]byte)
		u.b = u.mem[:]
	}
	if u.r == u.w {
		u.r, u.w = 0, 0
	}
	if u.w < len(u.b) {
		return u.b[u.w:]
	}
	if u.r > 0 {
		u.w = copy(u.b, u.unread())
		u.r = 0
		return u.b[u.w:]
	}
	b := make([]byte, 2*len(u.b))
	copy(b, u.b)
	u.release()
	u.b = b
	return u.b[u.w:]
}

// take copies unread bytes to p.
func (u *buffer) take(p []byte) int {
	n := copy(p, u.unread())
	u.r += n
	return n
}

// release gives the memory back; what is unread is lost.
func (u *buffer) release() {
	if u.mem != nil {
		readPool.Put(u.mem)
		u.mem = nil
	}
	u.b = nil
}

func (u *buffer) reset() {
	u.release()
	u.r, u.w = 0, 0
}
