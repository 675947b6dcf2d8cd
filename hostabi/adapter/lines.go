package adapter

// MaxLines and MaxLine bound what one call can add to the log: a guest that
// logs once per header of a request stays below, one that logs in a loop
// cannot fill a disk faster than the access log does.
const (
	MaxLines = 32
	MaxLine  = 4 << 10
)

// Lines counts what one call logs. The zero value is a call that has not
// logged yet.
type Lines struct {
	Logged, Dropped int
}

// Admit cuts a line to what may be logged of it. ok is false when the call has
// used its lines up.
func (l *Lines) Admit(line []byte) (text string, ok bool) {
	if l.Logged >= MaxLines {
		l.Dropped++
		return "", false
	}
	l.Logged++
	return string(line[:min(len(line), MaxLine)]), true
}
