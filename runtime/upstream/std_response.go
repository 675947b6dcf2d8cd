package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// answered fills resp from the transport's response.
func (k *stdCall) answered(h *http.Response, resp *Response) error {
	k.h, k.body = h, h.Body
	if h.StatusCode < 100 || len(h.Status) > 3 && !hostabi.ValidValue(h.Status[3:]) {
		return malformed{errStatusLine}
	}
	if err := k.fields(h, &resp.Header); err != nil {
		return err
	}
	resp.Status, resp.Proto, resp.Size = h.StatusCode, h.Proto, h.ContentLength
	if len(h.Status) > 4 && h.ProtoMajor < 2 {
		resp.Reason = h.Status[4:]
	}
	if h.StatusCode == http.StatusSwitchingProtocols {
		return k.switched(h, resp)
	}
	if !k.timer.Stop() {
		return ErrTimeout
	}
	resp.Body = k
	if h.StatusCode == http.StatusNotModified {
		resp.Size = -1 // the transport says 0 whatever was announced
		if n, ok := parseLength(h.Header.Get("Content-Length")); ok {
			resp.Size = n
		}
	}
	if len(h.TransferEncoding) > 0 || h.Trailer != nil || h.ProtoMajor == 2 {
		resp.Trailer = k.trailer
	}
	return nil
}

// fields appends the response's fields that go on: over HTTP/1 as they came.
func (k *stdCall) fields(h *http.Response, dst *hostabi.Header) error {
	if k.conn == nil {
		if err := appendHTTP(dst, h.Header, h.StatusCode, k.s.opts.ResponseHeaderFields); err != nil {
			return malformed{err}
		}
		return nil
	}
	m := k.conn.state(k.m)
	*dst = append(*dst, m.header...)
	return nil
}

func (k *stdCall) trailer() hostabi.Header { return k.trail }

// switched hands the connection over after 101.
func (k *stdCall) switched(h *http.Response, resp *Response) error {
	rw, ok := h.Body.(io.ReadWriteCloser)
	switch {
	case k.r.Upgrade == "":
		return malformed{errUnasked}
	case !ok || !hostabi.EqualName(h.Header.Get("Upgrade"), k.r.Upgrade):
		return malformed{errOtherSwitch}
	case k.send != nil && !k.send.sent.Load():
		return malformed{errBodyPending}
	}
	if !k.timer.Stop() {
		return ErrTimeout
	}
	resp.Size = -1
	resp.Conn = &stdUpgraded{rw, k.cancel}
	return nil
}

var _ exchange.Conn = (*stdUpgraded)(nil)

// stdUpgraded is a connection after 101.
type stdUpgraded struct {
	io.ReadWriteCloser
	cancel context.CancelCauseFunc
}

func (u *stdUpgraded) Close() error {
	defer u.cancel(nil)
	return u.ReadWriteCloser.Close()
}

func (u *stdUpgraded) CloseWrite() error {
	if c, ok := u.ReadWriteCloser.(interface{ CloseWrite() error }); ok {
		if err := c.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return nil
}

// Read implements io.Reader for the response's body.
func (k *stdCall) Read(p []byte) (int, error) {
	if k.err != nil {
		return 0, k.err
	}
	k.timer.Reset(k.s.opts.BodyIdleTimeout)
	n, err := k.body.Read(p)
	k.timer.Stop()
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF:
		k.err = k.fail(err)
		return n, k.err
	}
	for name := range k.h.Trailer {
		if !trailerField(name) {
			delete(k.h.Trailer, name)
		}
	}
	if err := appendHTTP(&k.trail, k.h.Trailer, 0, k.s.opts.ResponseHeaderFields); err != nil {
		k.trail = nil
		k.err = k.fail(malformed{err})
		return n, k.err
	}
	k.finish()
	k.err = io.EOF
	return n, io.EOF
}

// Close implements io.Closer for the response's body.
func (k *stdCall) Close() error {
	if k.err == nil {
		k.finish()
	}
	if k.err == nil || k.err == io.EOF {
		k.err = &Error{k.addr, ErrClosed, errRead}
	}
	return nil
}

// finish ends the exchange and waits until the request's body is let go.
func (k *stdCall) finish() {
	k.timer.Stop()
	if k.body != nil {
		k.body.Close()
	}
	if k.send != nil && !k.send.settle() {
		k.cancel(nil)
		k.send.end()
	}
	k.cancel(nil)
}

// fail ends the exchange and returns err as an [*Error].
func (k *stdCall) fail(err error) error {
	cause := context.Cause(k.ctx)
	if k.conn != nil {
		if m := k.conn.state(k.m); m.err != nil {
			err = m.err // rather than what the transport makes of it
		}
	}
	k.cancel(nil)
	k.finish()
	e := &Error{Addr: k.addr, Err: err}
	var m malformed
	switch {
	case errors.As(err, &m):
		e.Kind, e.Err = ErrMalformed, m.error
	case cause == ErrTimeout || err == ErrTimeout:
		e.Kind, e.Err = ErrTimeout, nil
	case cause != nil:
		e.Kind, e.Err = ofContext(cause), cause
	case k.send != nil && k.send.failure() != nil:
		e.Kind, e.Err = ErrBody, k.send.failure()
	case !k.connected || errors.As(err, new(dialError)):
		e.Kind = ErrRefused
	case isLost(err) || errors.Is(err, errStale) || errors.Is(err, errSpent) || strings.Contains(err.Error(), "server closed idle connection"):
		e.Kind = ErrReset
	default:
		e.Kind = ErrMalformed
	}
	return e
}

// appendHTTP appends the fields of h that go on, sorted by name.
func appendHTTP(dst *hostabi.Header, h http.Header, status, limit int) error {
	for name, values := range h {
		if limit -= len(values); limit < 0 {
			return errFieldCount
		}
		if !hostabi.ValidName(name) {
			return errFieldLine
		}
		for _, v := range values {
			if !hostabi.ValidValue(v) {
				return errFieldLine
			}
		}
	}
	from := len(*dst)
	for name, values := range h {
		if hopField(name) && !(status == 101 && name == "Upgrade") || namedBy(h, name) {
			continue
		}
		for _, v := range values {
			dst.Add(name, v)
		}
	}
	slices.SortStableFunc((*dst)[from:], func(a, b hostabi.Field) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// namedBy reports whether Connection names a field, Upgrade aside.
func namedBy(h http.Header, name string) bool {
	for _, v := range h["Connection"] {
		for t := range listed(v) {
			if hostabi.EqualName(t, name) && !hostabi.EqualName(t, "Upgrade") {
				return true
			}
		}
	}
	return false
}
