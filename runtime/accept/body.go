package accept

import "github.com/portico-gateway/portico/runtime/exchange"

// limited is a body of unknown length that must not go beyond a limit.
type limited struct {
	body exchange.Body
	left int64 // -1 once the limit is crossed
}

// limitBody puts a limit on b.
func limitBody(b *exchange.Body, limit int64) {
	l := &limited{body: *b, left: limit}
	*b = exchange.Body{} // or SetStream would close what is limited
	b.SetStream(l, -1)
}

// Read asks for one byte more than is allowed, to tell a body that ends at
// the limit from one that goes on.
func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, exchange.ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.body.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, exchange.ErrTooLarge
	}
	return n, err
}

func (l *limited) Close() error { return l.body.Close() }

func (l *limited) Interrupt() { l.body.Interrupt() }

func (l *limited) Stalled() bool { return l.body.Stalled() }
