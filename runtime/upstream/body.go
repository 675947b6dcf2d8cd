package upstream

import (
	"errors"
	"io"
	"time"
)

// errRead reports a Read after Close.
var errRead = errors.New("read after close")

// noBody is the body of a response without content.
type noBody struct{}

func (noBody) Read([]byte) (int, error) { return 0, io.EOF }
func (noBody) Close() error             { return nil }

// Read implements io.Reader for the response's body.
func (k *call) Read(p []byte) (n int, err error) {
	if k.shut {
		return 0, &Error{k.addr, ErrClosed, errRead}
	}
	if k.err != nil || len(p) == 0 {
		return 0, k.err
	}
	switch k.frame {
	case framedLength:
		n, err = k.some(p[:min(int64(len(p)), k.left)], true)
		if k.left -= int64(n); k.left == 0 {
			err = io.EOF
		} else if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	case framedChunks:
		n, err = k.readChunks(p)
	case framedClose:
		n, err = k.some(p, true)
	}
	switch err {
	case nil:
	case io.EOF:
		k.end()
	default:
		k.err = k.fail(err)
	}
	return n, k.err
}

// Whole returns the rest of the body where all of it has come, until Close; ok is
// false where it has not. Nothing counts as read.
func (k *call) Whole() (rest []byte, ok bool) {
	if k.shut || k.err != nil || k.frame != framedLength || int64(len(k.in.unread())) != k.left {
		return nil, false
	}
	return k.in.unread(), true
}

// Close implements io.Closer for the response's body. The connection is kept
// only when the rest of the body is there already.
func (k *call) Close() error {
	if k.err == nil {
		if k.frame == framedLength && int64(len(k.in.unread())) == k.left {
			k.in.r = k.in.w
		} else {
			k.keep = false
		}
		k.end()
	}
	k.shut = true
	return nil
}

// end is the orderly end of the body.
func (k *call) end() {
	k.release(k.keep && k.in.empty())
	k.in.reset()
	k.err = io.EOF
}

// some reads what there is into p: what is buffered or, when wait is set, what
// the connection gives.
func (k *call) some(p []byte, wait bool) (int, error) {
	if !k.in.empty() {
		return k.in.take(p), nil
	}
	if !wait {
		return 0, nil
	}
	if len(p) >= readSize {
		return k.read(p, k.idleLimit())
	}
	if err := k.fill(k.idleLimit()); err != nil {
		return 0, err
	}
	return k.in.take(p), nil
}

func (k *call) idleLimit() time.Time { return time.Now().Add(k.l.opts.BodyIdleTimeout) }
