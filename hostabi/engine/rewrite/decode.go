package rewrite

import "fmt"

// decoder reads a section or a function body. The first error sticks: after it
// every read gives zero and the position is at the end, so that loops over the
// input end by themselves. Counts are never larger than the bytes left.
type decoder struct {
	b   []byte
	off int
	err error

	labels  []uint32 // of the last br_table or try_table, reused
	vectors bool     // a v128 was among the types
}

func (d *decoder) more() bool { return d.off < len(d.b) }

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.off = len(d.b)
}

func (d *decoder) malformed(format string, args ...any) {
	d.fail(fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...))
}

func (d *decoder) u8() byte {
	if d.off >= len(d.b) {
		d.malformed("cut short")
		return 0
	}
	c := d.b[d.off]
	d.off++
	return c
}

// u32 reads an unsigned LEB128 of at most five bytes.
func (d *decoder) u32() uint32 {
	if d.off < len(d.b) && d.b[d.off] < 0x80 { // nearly all are one byte
		d.off++
		return uint32(d.b[d.off-1])
	}
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		c := d.u8()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if v > 1<<32-1 {
				d.malformed("integer too large")
				return 0
			}
			return uint32(v)
		}
	}
	d.malformed("integer too long")
	return 0
}

// signed reads a signed LEB128 of the given width: 32, 33 or 64 bits. The
// unused bits of the last byte are not checked; validation does that.
func (d *decoder) signed(bits int) int64 {
	var v int64
	for shift := 0; shift < bits; shift += 7 {
		c := d.u8()
		v |= int64(c&0x7f) << shift
		if c < 0x80 {
			if s := shift + 7; s < 64 {
				v = v << (64 - s) >> (64 - s)
			}
			return v
		}
	}
	d.malformed("integer too long")
	return 0
}

// count reads the length of a vector whose elements take at least size bytes.
func (d *decoder) count(size int) int {
	n := d.u32()
	if uint64(n)*uint64(size) > uint64(len(d.b)-d.off) {
		d.malformed("%d elements announced in %d bytes", n, len(d.b)-d.off)
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) []byte {
	if n > len(d.b)-d.off {
		d.malformed("cut short")
		return nil
	}
	d.off += n
	return d.b[d.off-n : d.off]
}

func (d *decoder) name() string { return string(d.bytes(d.count(1))) }

// heapType reads what follows 0x63 or 0x64, and ref.null.
func (d *decoder) heapType() { d.signed(33) }

func (d *decoder) valType() {
	switch c := d.u8(); c {
	case 0x7f, 0x7e, 0x7d, 0x7c, 0x70, 0x6f, 0x69:
	case 0x7b:
		d.vectors = true
	case 0x63, 0x64:
		d.heapType()
	default:
		d.malformed("unknown value type %#x", c)
	}
}

// blockType returns the index of a function type, or what is negative: a
// value type or none.
func (d *decoder) blockType() int64 {
	t := d.signed(33)
	if t == -29 || t == -28 { // (ref null …), (ref …)
		d.heapType()
	}
	return t
}

// finish reports the first error, or bytes left over.
func (d *decoder) finish() error {
	if d.err == nil && d.more() {
		d.malformed("%d bytes left over", len(d.b)-d.off)
	}
	return d.err
}

func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendS32(b []byte, v int32) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func appendName(b []byte, s string) []byte {
	return append(appendU32(b, uint32(len(s))), s...)
}
