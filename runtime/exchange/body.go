package exchange

import (
	"errors"
	"io"
	"time"
)

// ErrTooLarge reports a body larger than the host may keep or accept.
var ErrTooLarge = errors.New("body larger than its limit")

// Body is the content of a message: bytes in memory, a stream that is read
// once, or the kept beginning of a stream and its rest. The zero value is an
// empty body. A Body is not safe for concurrent use.
type Body struct {
	kept []byte        // what is in memory, from the start
	rest io.ReadCloser // what follows kept; nil when nothing does
	size int64         // of the whole; -1 when not known
	pos  int           // of Read within kept
	// lent says that kept is somebody else's memory, not to be written to.
	lent bool
	// unkept says that Read has read from rest.
	unkept bool
	err    error     // of rest, sticky
	until  time.Time // when keeping more gives up; zero is never
}

// SetBytes makes p the body. The body keeps p until it is set again and never
// writes to its memory, so that requests may share one p.
func (b *Body) SetBytes(p []byte) {
	b.Close()
	*b = Body{kept: p, size: int64(len(p)), lent: p != nil}
}

// SetStream makes r the body; size is its length or -1. The body closes r.
func (b *Body) SetStream(r io.ReadCloser, size int64) {
	b.Close()
	kept := b.kept[:0]
	if b.lent {
		kept = nil
	}
	*b = Body{kept: kept, rest: r, size: size}
}

// Append adds p to a body that is in memory, up to limit bytes in all.
func (b *Body) Append(p []byte, limit int) error {
	if len(b.kept)+len(p) > limit {
		return ErrTooLarge
	}
	b.kept = append(b.own(), p...)
	b.size = int64(len(b.kept))
	return nil
}

// own is kept without room for more where its memory is somebody else's:
// appending to it then copies.
func (b *Body) own() []byte {
	if !b.lent {
		return b.kept
	}
	b.lent = false
	return b.kept[:len(b.kept):len(b.kept)]
}

// Continue makes r what follows the bytes in memory, of unknown length. The
// body closes r.
func (b *Body) Continue(r io.ReadCloser) {
	b.rest, b.size = r, -1
}

// Size is the length of the whole body in bytes, -1 when not known.
func (b *Body) Size() int64 { return b.size }

// Empty reports whether the body is known to hold nothing.
func (b *Body) Empty() bool { return b.size == 0 }

// InMemory returns the whole body when it is in memory.
func (b *Body) InMemory() ([]byte, bool) { return b.kept, b.rest == nil && b.err == nil }

// Keep reads the whole body into memory, where it stays to be read again, and
// returns it. It fails with ErrTooLarge when that takes more than limit bytes;
// what was read is kept then too, and the body can still be sent on whole.
func (b *Body) Keep(limit int) ([]byte, error) {
	if b.size > int64(limit) {
		return nil, ErrTooLarge
	}
	for b.rest != nil {
		if len(b.kept) > limit {
			return nil, ErrTooLarge
		}
		if err := b.fill(); err != nil {
			return nil, err
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	if len(b.kept) > limit {
		return nil, ErrTooLarge
	}
	return b.kept, nil
}

// fill reads more of rest into kept. At the end of rest it closes it.
func (b *Body) fill() error {
	if b.kept = b.own(); cap(b.kept) == len(b.kept) {
		grow := max(512, len(b.kept))
		if n := b.size - int64(len(b.kept)); n > 0 && n < 64<<10 {
			grow = int(n) + 1 // one more, to see the end without growing
		}
		kept := make([]byte, len(b.kept), len(b.kept)+grow)
		copy(kept, b.kept)
		b.kept = kept
	}
	n, err := b.readRest(b.kept[len(b.kept):cap(b.kept)])
	b.kept = b.kept[:len(b.kept)+n]
	if err == nil {
		return nil
	}
	b.closeRest()
	if err == io.EOF {
		b.size = int64(len(b.kept))
		return nil
	}
	b.err = err
	return err
}

// readRest reads from rest, not much longer than until where rest can be
// interrupted.
func (b *Body) readRest(p []byte) (int, error) {
	i, ok := b.rest.(interface{ Interrupt() })
	if b.until.IsZero() || !ok {
		return b.rest.Read(p)
	}
	interrupted := make(chan struct{})
	t := time.AfterFunc(time.Until(b.until), func() {
		i.Interrupt()
		close(interrupted)
	})
	n, err := b.rest.Read(p)
	if !t.Stop() {
		<-interrupted // or it would meet what comes after
	}
	return n, err
}

// readKept reads from offset off into p and keeps what it reads, at most
// limit bytes in all. It returns io.EOF at the end.
func (b *Body) readKept(p []byte, off, limit int) (int, error) {
	for off >= len(b.kept) {
		if b.err != nil {
			return 0, b.err
		}
		if b.rest == nil {
			return 0, io.EOF
		}
		if err := b.fill(); err != nil {
			return 0, err
		}
	}
	if off >= limit {
		return 0, ErrTooLarge
	}
	return copy(p, b.kept[off:min(limit, len(b.kept))]), nil
}

// Read reads the body to send it on: first what is kept, then the rest,
// which is not kept.
func (b *Body) Read(p []byte) (int, error) {
	if b.pos < len(b.kept) {
		n := copy(p, b.kept[b.pos:])
		b.pos += n
		return n, nil
	}
	if b.err != nil {
		return 0, b.err
	}
	if b.rest == nil {
		return 0, io.EOF
	}
	n, err := b.rest.Read(p)
	b.unkept = b.unkept || n > 0
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// Whole returns what is to be sent of a stream that has all of it in memory
// already, until Close. It spares a copy; ok is false where Read must be asked.
func (b *Body) Whole() (rest []byte, ok bool) {
	if len(b.kept) > 0 || b.err != nil {
		return nil, false
	}
	if w, is := b.rest.(interface{ Whole() ([]byte, bool) }); is {
		return w.Whole()
	}
	return nil, false
}

// Rewind makes Read start again, possible while nothing but kept bytes was
// read; it reports whether it was.
func (b *Body) Rewind() bool {
	if b.unkept {
		return false
	}
	b.pos = 0
	return true
}

// Streams reports whether something is still to be read from a stream.
func (b *Body) Streams() bool { return b.rest != nil }

// Interrupt makes a Read of the stream that blocks in another goroutine return
// soon, where the stream can; what is left of the body is lost then.
func (b *Body) Interrupt() {
	if i, ok := b.rest.(interface{ Interrupt() }); ok {
		i.Interrupt()
	}
}

// Stalled reports whether the sender of the stream stopped sending, so that a
// Read ran out of time.
func (b *Body) Stalled() bool {
	s, ok := b.rest.(interface{ Stalled() bool })
	return ok && s.Stalled()
}

// Close closes what is left of a stream. Kept bytes stay readable.
func (b *Body) Close() error { return b.closeRest() }

func (b *Body) closeRest() error {
	if b.rest == nil {
		return nil
	}
	err := b.rest.Close()
	b.rest = nil
	return err
}

// keptReuse is the largest buffer that a pooled exchange keeps, in bytes: one
// large body must not stay in memory for ever.
const keptReuse = 16 << 10

func (b *Body) reuse() Body {
	if b.lent || cap(b.kept) > keptReuse {
		return Body{}
	}
	return Body{kept: b.kept[:0]}
}
