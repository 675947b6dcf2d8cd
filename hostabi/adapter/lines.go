package adapter

// MaxLine bounds a line of the log, in bytes.
const MaxLine = 4 << 10

// Lines counts what a plugin logs.
type Lines struct {
	Max             int // that one request may log
	Logged, Dropped int
}

// Admit cuts a line to what may be logged of it. ok is false when the lines
// are used up.
func (l *Lines) Admit(line []byte) (text string, ok bool) {
	if l.Logged >= l.Max {
		l.Dropped++
		return "", false
	}
	l.Logged++
	return string(line[:min(len(line), MaxLine)]), true
}
