package event

import "bytes"

// object walks through the members of an object that was scanned.
type object struct {
	s     scanner
	key   []byte // unquoted
	value []byte // as it stands in the text
	at    int    // offset of value in the text
}

// members returns the walk through raw, an object, which starts at offset at.
func members(raw []byte, at int) object {
	return object{s: scanner{data: raw, pos: 1}, at: at}
}

func (o *object) next() bool {
	if o.s.peek() == ',' {
		o.s.pos++
	}
	if o.s.peek() == '}' {
		return false
	}
	from := o.s.pos
	o.s.string()
	o.key = unquoted(o.s.data[from:o.s.pos])
	o.s.peek() // the colon
	o.s.pos++
	o.value = o.s.take()
	return true
}

// offset is the place of value in the whole text.
func (o *object) offset() int { return o.at + o.s.pos - len(o.value) }

// array walks through the items of an array that was scanned.
type array struct {
	s     scanner
	value []byte
}

func items(raw []byte) array { return array{s: scanner{data: raw, pos: 1}} }

func (a *array) next() bool {
	if a.s.peek() == ',' {
		a.s.pos++
	}
	if a.s.peek() == ']' {
		return false
	}
	a.value = a.s.take()
	return true
}

// take scans a value and returns it.
func (s *scanner) take() []byte {
	s.peek()
	from := s.pos
	s.value(0)
	return s.data[from:s.pos]
}

// unquoted returns the text of a JSON string, within raw where it has no
// escapes.
func unquoted(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	return appendUnquoted(make([]byte, 0, len(raw)), raw)
}

// trimmed is a text without the white space around its value.
func trimmed(data []byte) (value []byte, offset int) {
	rest := bytes.TrimLeft(data, " \t\r\n")
	return bytes.TrimRight(rest, " \t\r\n"), len(data) - len(rest)
}
