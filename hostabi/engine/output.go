package engine

import (
	"bytes"
	"cmp"
)

// output cuts what a guest writes to standard output and error into lines.
type output struct {
	sink  func(i *Instance, stderr bool, line []byte)
	limit int // of a line, in bytes
	hold  func(part []byte) int
	lines [2][]byte // what was written of a line: output, error
}

func newOutput(o *PoolOptions) output {
	return output{sink: o.Output, limit: cmp.Or(o.LineBytes, lineText), hold: o.Hold}
}

// write takes all of b.
func (o *output) write(i *Instance, stderr bool, b []byte) {
	if o.sink == nil {
		return
	}
	line := &o.lines[0]
	if stderr {
		line = &o.lines[1]
	}
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		part := b
		if end >= 0 {
			part = b[:end]
		}
		part = part[:min(len(part), o.limit-len(*line))]
		*line = append(*line, part...)
		b = b[len(part):]
		switch {
		case len(b) > 0 && b[0] == '\n':
			b = b[1:]
			o.emit(i, stderr, line, 0)
		case len(*line) < o.limit:
			return // the rest of the line is yet to come
		case o.hold == nil:
			o.emit(i, stderr, line, 0)
		default:
			held := o.hold(*line)
			if held >= len(*line) {
				held = 0 // there is no room to wait for more
			}
			o.emit(i, stderr, line, held)
		}
	}
}

// flush emits lines without an end, so that they stay with the call that
// wrote them. The guest is gone by then, and wazero does not contain panics of
// the sink any more.
func (o *output) flush(i *Instance) {
	if len(o.lines[0]) == 0 && len(o.lines[1]) == 0 {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			i.engine.log.Error("sink for a guest's output panicked", "panic", r)
		}
	}()
	for n := range o.lines {
		if len(o.lines[n]) > 0 {
			o.emit(i, n == 1, &o.lines[n], 0)
		}
	}
}

// emit gives a line away but for its last bytes, which begin the next one.
func (o *output) emit(i *Instance, stderr bool, line *[]byte, held int) {
	given := len(*line) - held
	o.sink(i, stderr, (*line)[:given])
	if held == 0 && cap(*line) > keptLine {
		*line = nil // an idle instance keeps little
		return
	}
	*line = (*line)[:copy(*line, (*line)[given:])]
}
