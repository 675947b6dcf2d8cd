//go:build !wasip1

package porticotest

import (
	"encoding/binary"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// HTTPRequest is a request that the plugin sends to another host.
type HTTPRequest struct {
	Method, URL string
	Header      Pairs // with secrets filled in
	Body        string
	Trailers    Pairs
	Timeout     time.Duration
	Redirects   bool // the plugin wants them to be followed, which State.HTTP does or not
}

// HTTPAnswer is the answer of another host. A status of 0 is 200.
type HTTPAnswer struct {
	Status   int
	Header   Pairs
	Body     string
	Trailers Pairs
}

// Limits of the gateway.
const (
	maxSent     = 16
	maxHead     = 40 << 10
	maxFields   = 400
	firstHandle = 2
)

// sent is a request with a handle. Its host is asked when the body is complete.
type sent struct {
	r       HTTPRequest
	streams bool
	names   []string // of trailers
	asked   bool
	answer  HTTPAnswer
	code    int32
	read    int
	ended   bool
}

func (h *host) sentBy(handle uint32) *sent {
	if n := int64(handle) - firstHandle; n >= 0 && n < int64(len(h.sent)) {
		return h.sent[n]
	}
	return nil
}

// on counts a call of http and finds the request that it is about.
func (h *host) on(handle uint32) (*sent, int32) {
	if code := h.may("http"); code != 0 {
		return nil, code
	}
	s := h.sentBy(handle)
	if s == nil {
		return nil, int32(abi.EBADF)
	}
	return s, 0
}

// answered asks the host, as the test says.
func (h *host) answered(s *sent) int32 {
	switch {
	case s.streams:
		return int32(abi.EABORT) // the plugin waits for an answer that cannot come
	case s.asked:
		return s.code
	}
	s.asked = true
	var err error
	s.answer, err = h.state.HTTP(s.r)
	if err != nil {
		s.code = int32(abi.ECONN)
		var code abi.Code
		if errors.As(err, &code) {
			s.code = int32(code)
		}
	}
	if s.answer.Status == 0 {
		s.answer.Status = 200
	}
	return s.code
}

func (h *host) HTTPRequest(head, body string, timeoutMs int64, flags uint32) int32 {
	if flags&abi.FlagStream != 0 {
		return int32(abi.EINVAL)
	}
	handle := h.HTTPStart(head, body, timeoutMs, flags)
	if handle < 0 {
		return handle
	}
	if code := h.answered(h.sentBy(uint32(handle))); code != 0 {
		h.sent[handle-firstHandle] = nil
		return code
	}
	return handle
}

func (h *host) HTTPStart(head, body string, timeoutMs int64, flags uint32) int32 {
	if code := h.may("http"); code != 0 {
		return code
	}
	fields, ok := pairsFrom(head)
	stream := flags&abi.FlagStream != 0
	switch {
	case !ok || len(fields) == 0 || timeoutMs < 0 || flags > 3 || stream && body != "":
		return int32(abi.EINVAL)
	case len(head)-8*len(fields) > maxHead || len(fields)-1 > maxFields:
		return int32(abi.E2BIG)
	}
	s := &sent{streams: stream}
	s.r = HTTPRequest{Method: fields[0][0], URL: fields[0][1], Body: strings.Clone(body),
		Timeout: time.Duration(timeoutMs) * time.Millisecond, Redirects: flags&abi.FlagRedirects != 0}
	u, err := url.Parse(s.r.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Contains(s.r.URL, "#") {
		return int32(abi.EINVAL)
	}
	if code := h.takeFields(s, fields[1:]); code != 0 {
		return code
	}
	switch {
	case h.state.HTTP == nil:
		return int32(abi.EPERM)
	case len(h.sent) >= maxSent:
		return int32(abi.EAGAIN)
	}
	h.sent = append(h.sent, s)
	return int32(firstHandle + len(h.sent) - 1)
}

// takeFields takes the header fields of a request.
func (h *host) takeFields(s *sent, fields Pairs) int32 {
	for _, f := range fields {
		name, value := f[0], f[1]
		if strings.EqualFold(name, "Trailer") {
			if !s.streams {
				return int32(abi.EINVAL)
			}
			s.names = append(s.names, strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })...)
			continue
		}
		if code := notAllowed(name, value); code != 0 {
			return code
		}
		if strings.HasPrefix(strings.ToLower(name), "proxy-") {
			return int32(abi.EPERM)
		}
		for {
			before, rest, ok := strings.Cut(value, "{secret:")
			if !ok {
				break
			}
			secret, after, ok := strings.Cut(rest, "}")
			if !ok {
				return int32(abi.EINVAL)
			}
			v, ok := h.state.Secrets[secret]
			if !ok {
				return int32(abi.ENOENT)
			}
			value = before + v.Value + after
		}
		s.r.Header = append(s.r.Header, [2]string{name, value})
	}
	return 0
}

func (h *host) HTTPWait(handles string, timeoutMs int64) int32 {
	if code := h.may("http"); code != 0 {
		return code
	}
	if len(handles) == 0 || len(handles)%4 != 0 || len(handles) > 256 || timeoutMs < 0 {
		return int32(abi.EINVAL)
	}
	var list []uint32
	for b := []byte(handles); len(b) > 0; b = b[4:] {
		list = append(list, binary.LittleEndian.Uint32(b))
	}
	if slices.ContainsFunc(list, func(n uint32) bool { return h.sentBy(n) == nil }) {
		return int32(abi.EBADF)
	}
	for _, n := range list {
		if s := h.sentBy(n); !s.streams {
			h.answered(s)
			return int32(n)
		}
	}
	if timeoutMs > 0 {
		return int32(abi.ETIMEDOUT)
	}
	return int32(abi.EABORT)
}

func (h *host) HTTPStatus(handle uint32) int32 {
	s, code := h.on(handle)
	if code == 0 {
		code = h.answered(s)
	}
	if code != 0 {
		return code
	}
	return int32(s.answer.Status)
}

func (h *host) HTTPHeaders(handle uint32, buf []byte) int32 {
	s, code := h.on(handle)
	if code == 0 {
		code = h.answered(s)
	}
	if code != 0 {
		return code
	}
	return put(buf, pairsOf(s.answer.Header))
}

func (h *host) HTTPGetHeader(handle uint32, name string, buf []byte) int32 {
	s, code := h.on(handle)
	if code == 0 {
		code = h.answered(s)
	}
	if code != 0 {
		return code
	}
	var values []string
	for _, f := range s.answer.Header {
		if strings.EqualFold(f[0], name) {
			values = append(values, f[1])
		}
	}
	if values == nil {
		return int32(abi.ENOENT)
	}
	return put(buf, strings.Join(values, ", "))
}

func (h *host) HTTPTrailers(handle uint32, buf []byte) int32 {
	s, code := h.on(handle)
	switch {
	case code != 0:
		return code
	case !s.ended:
		return int32(abi.EPHASE)
	}
	return put(buf, pairsOf(s.answer.Trailers))
}

func (h *host) HTTPSetTrailer(handle uint32, name, value string) int32 {
	s, code := h.on(handle)
	switch {
	case code != 0:
		return code
	case !s.streams:
		return int32(abi.EBADF)
	case strings.ContainsFunc(value, isControl) || !slices.ContainsFunc(s.names, func(n string) bool { return strings.EqualFold(n, name) }):
		return int32(abi.EINVAL)
	}
	s.r.Trailers = append(s.r.Trailers, [2]string{strings.Clone(name), strings.Clone(value)})
	return 0
}

func (h *host) HTTPClose(handle uint32) int32 {
	_, code := h.on(handle)
	if code == 0 {
		h.sent[handle-firstHandle] = nil
	}
	return code
}

// sentRead, sentWrite and sentClose are the streams of handles from 2 on.
func (h *host) sentRead(handle uint32, buf []byte) int32 {
	s := h.sentBy(handle)
	switch {
	case s == nil:
		return int32(abi.EBADF)
	case len(buf) == 0:
		return int32(abi.EINVAL)
	}
	if code := h.answered(s); code != 0 {
		return code
	}
	n := copy(buf, s.answer.Body[s.read:])
	s.read += n
	s.ended = n == 0
	return int32(n)
}

func (h *host) sentWrite(handle uint32, data string) int32 {
	s := h.sentBy(handle)
	if s == nil || !s.streams {
		return int32(abi.EBADF)
	}
	s.r.Body += data
	return int32(len(data))
}

func (h *host) sentClose(handle uint32) int32 {
	s := h.sentBy(handle)
	if s == nil || !s.streams {
		return int32(abi.EBADF)
	}
	s.streams = false
	return 0
}
