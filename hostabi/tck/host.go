package tck

import (
	"slices"
	"strconv"

	"github.com/portico-gateway/portico/hostabi"
)

// Setup is the request that a host is about.
type Setup struct {
	Fields         map[hostabi.FieldID]string // scalars
	Params         map[hostabi.Source][]hostabi.Field
	Identity       []string
	TimeUnixMs     int64
	Header         hostabi.Header
	ResponseHeader hostabi.Header
	Status         int
	Body           []byte
	ResponseBody   []byte
	Event          []byte // nil: the host has none, EPHASE
	Scratch        map[string][]byte
}

// Probe is a host whose state the suite can look at after a call.
type Probe interface {
	hostabi.Host

	// Body is the body of a message after what was written, whether anything
	// was, and whether it was closed.
	Body(response bool) (body []byte, written, closed bool)
	// Result is what WriteResult was given, nil if nothing.
	Result() []byte
	// Decision is what SetPrincipal and SetAuthContext were given.
	Decision() (principal string, context []Value)
	// Flushed reports whether FlushBody was called.
	Flushed() bool
}

// Value is one entry of an authorizer's context.
type Value struct {
	Key, Value string
	Kind       hostabi.ValueKind
}

// Limits of Host, those of API Gateway's sizes that ABI.md names.
const (
	maxFields     = 400
	maxFieldBytes = 40 << 10
	maxBody       = 10 << 20
)

// Host is a gateway in memory with one request, for tests of adapters. It
// follows ABI.md as hostabi.Host demands. It is not safe for concurrent use.
type Host struct {
	Setup

	head     [2]hostabi.Header
	body     [2][]byte
	status   int
	written  [2]bool
	closed   [2]bool
	read     [2]int
	flushed  bool
	result   []byte
	princ    string
	context  []Value
	method   map[hostabi.FieldID]string
	scratch  map[string][]byte
	usage    map[string]hostabi.Usage
	WriteErr error // what WriteBody fails with after a flush
}

var _ Probe = (*Host)(nil)

// NewHost returns a host about a request.
func NewHost(s Setup) *Host {
	h := &Host{Setup: s, method: map[hostabi.FieldID]string{}, scratch: map[string][]byte{}, usage: map[string]hostabi.Usage{}}
	h.head = [2]hostabi.Header{slices.Clone(s.Header), slices.Clone(s.ResponseHeader)}
	h.body = [2][]byte{slices.Clone(s.Body), slices.Clone(s.ResponseBody)}
	h.status = s.Status
	for k, v := range s.Scratch {
		h.scratch[k] = slices.Clone(v)
	}
	return h
}

// NextCall makes h ready for another call about the same request.
func (h *Host) NextCall() {
	h.written, h.closed, h.read = [2]bool{}, [2]bool{}, [2]int{}
	h.result, h.princ, h.context = nil, "", nil
}

func side(response bool) int {
	if response {
		return 1
	}
	return 0
}

func (h *Host) Field(id hostabi.FieldID) (string, bool) {
	if v, ok := h.method[id]; ok {
		return v, true
	}
	v, ok := h.Fields[id]
	return v, ok
}

func (h *Host) SetField(id hostabi.FieldID, value string) error {
	if h.flushed {
		return hostabi.EPHASE
	}
	ok := false
	switch id {
	case hostabi.FieldMethod:
		ok = hostabi.ValidName(value)
	case hostabi.FieldPath:
		ok = value != "" && value[0] == '/' && hostabi.ValidValue(value)
	case hostabi.FieldQuery:
		ok = hostabi.ValidValue(value)
	}
	if !ok {
		return hostabi.EINVAL
	}
	h.method[id] = value
	return nil
}

func (h *Host) Param(s hostabi.Source, name string) (string, bool) {
	list := h.Params[s]
	found, ok := "", false
	for _, f := range list {
		if f.Name != name {
			continue
		}
		found, ok = f.Value, true
		if s == hostabi.SourceCookie {
			break
		}
	}
	return found, ok
}

func (h *Host) AppendParams(dst []hostabi.Field, s hostabi.Source) []hostabi.Field {
	return append(dst, h.Params[s]...)
}

func (h *Host) AppendIdentity(dst []string) []string { return append(dst, h.Identity...) }

func (h *Host) TimeUnixMs() int64 { return h.Setup.TimeUnixMs }

func (h *Host) Header(response bool) hostabi.Header {
	if response && h.flushed {
		return nil
	}
	return h.head[side(response)]
}

func (h *Host) SetHeader(response bool, name, value string) error {
	if err := h.mayChange(response, name, value); err != nil {
		return err
	}
	if !holds(h.head[side(response)], name, value, true) {
		return hostabi.E2BIG
	}
	h.head[side(response)].Set(name, value)
	return nil
}

func (h *Host) AddHeader(response bool, name, value string) error {
	if err := h.mayChange(response, name, value); err != nil {
		return err
	}
	if !holds(h.head[side(response)], name, value, false) {
		return hostabi.E2BIG
	}
	h.head[side(response)].Add(name, value)
	return nil
}

func (h *Host) RemoveHeader(response bool, name string) error {
	if err := h.mayChange(response, name, ""); err != nil {
		return err
	}
	h.head[side(response)].Del(name)
	return nil
}

// framing are the names that ABI.md reserves for the host.
var framing = []string{"host", "content-length", "connection", "transfer-encoding", "te",
	"trailer", "upgrade", "expect", "keep-alive", "proxy-connection"}

func (h *Host) mayChange(response bool, name, value string) error {
	if h.flushed {
		return hostabi.EPHASE
	}
	if !hostabi.ValidName(name) || !hostabi.ValidValue(value) {
		return hostabi.EINVAL
	}
	for _, f := range framing {
		if hostabi.EqualName(f, name) {
			return hostabi.EPERM
		}
	}
	return nil
}

// holds reports whether a list is within its limits with one more field, which
// may replace those of its name.
func holds(list hostabi.Header, name, value string, replaces bool) bool {
	fields, size := 1, len(name)+len(value)
	for _, f := range list {
		if !replaces || !hostabi.EqualName(f.Name, name) {
			fields++
			size += len(f.Name) + len(f.Value)
		}
	}
	return fields <= maxFields && size <= maxFieldBytes
}

func (h *Host) Status() int {
	if h.flushed {
		return 0
	}
	return h.status
}

func (h *Host) SetStatus(status int) error {
	if h.flushed {
		return hostabi.EPHASE
	}
	if status < 200 || status > 599 {
		return hostabi.EINVAL
	}
	h.status = status
	return nil
}

func (h *Host) SetPrincipal(id string) error {
	if !hostabi.ValidValue(id) {
		return hostabi.EINVAL
	}
	h.princ = id
	return nil
}

func (h *Host) SetAuthContext(key, value string, kind hostabi.ValueKind) error {
	ok := key != ""
	switch kind {
	case hostabi.ValueNumber:
		_, err := strconv.ParseFloat(value, 64)
		ok = ok && err == nil
	case hostabi.ValueBoolean:
		ok = ok && (value == "true" || value == "false")
	}
	if !ok {
		return hostabi.EINVAL
	}
	for i := range h.context {
		if h.context[i].Key == key {
			h.context[i] = Value{key, value, kind}
			return nil
		}
	}
	h.context = append(h.context, Value{key, value, kind})
	return nil
}

func (h *Host) Event() ([]byte, error) {
	if h.Setup.Event == nil || h.flushed {
		return nil, hostabi.EPHASE
	}
	return h.Setup.Event, nil
}

func (h *Host) WriteResult(json []byte) error {
	if h.flushed {
		return hostabi.EPHASE
	}
	if len(json) > maxBody {
		return hostabi.E2BIG
	}
	h.result = append([]byte{}, json...)
	return nil
}

func (h *Host) Scratch(plugin string) []byte { return h.scratch[plugin] }

func (h *Host) SetScratch(plugin string, b []byte) error {
	if h.flushed {
		return hostabi.EPHASE
	}
	if len(b) > hostabi.ScratchSize {
		return hostabi.E2BIG
	}
	h.scratch[plugin] = append(h.scratch[plugin][:0], b...)
	return nil
}

func (h *Host) Usage(plugin string) hostabi.Usage { return h.usage[plugin] }

func (h *Host) SetUsage(plugin string, u hostabi.Usage) {
	if !h.flushed {
		h.usage[plugin] = u
	}
}

func (h *Host) ReadBody(response bool, p []byte) (int, error) {
	i := side(response)
	if h.closed[i] || h.flushed && response {
		return 0, hostabi.EBADF
	}
	if h.written[i] {
		return 0, hostabi.EPHASE
	}
	n := copy(p, h.body[i][h.read[i]:])
	h.read[i] += n
	return n, nil
}

func (h *Host) WriteBody(response bool, p []byte) (int, error) {
	i := side(response)
	if h.closed[i] {
		return 0, hostabi.EBADF
	}
	if h.flushed && response && h.WriteErr != nil {
		return 0, h.WriteErr
	}
	if !h.written[i] && !(h.flushed && response) {
		h.body[i] = h.body[i][:0]
	}
	h.written[i] = true
	if len(h.body[i])+len(p) > maxBody {
		return 0, hostabi.E2BIG
	}
	h.body[i] = append(h.body[i], p...)
	return len(p), nil
}

func (h *Host) FlushBody(response bool) error {
	if h.closed[1] {
		return hostabi.EBADF
	}
	if !response {
		return hostabi.EPHASE
	}
	if h.status == 0 {
		h.status = 200
	}
	h.flushed = true
	return nil
}

func (h *Host) CloseBody(response bool) error {
	i := side(response)
	if h.closed[i] {
		return hostabi.EBADF
	}
	if !h.written[i] && !h.flushed {
		h.body[i] = h.body[i][:0]
	}
	h.written[i], h.closed[i] = true, true
	return nil
}

func (h *Host) Body(response bool) (body []byte, written, closed bool) {
	i := side(response)
	return h.body[i], h.written[i], h.closed[i]
}

func (h *Host) Result() []byte { return h.result }

func (h *Host) Decision() (string, []Value) { return h.princ, h.context }

func (h *Host) Flushed() bool { return h.flushed }
