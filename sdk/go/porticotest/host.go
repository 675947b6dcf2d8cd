//go:build !wasip1

package porticotest

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/jwt"
)

// host stands for the gateway during one call.
type host struct {
	fields   map[portico.Field]string
	params   map[uint32]Pairs // by source
	identity []string
	head     [2]Pairs
	body     [2][]byte
	read     [2]int
	written  [2]bool
	closed   [2]bool
	status   int
	flushed  bool
	responds bool // there is a response to be read
	event    string
	config   string
	scratch  []byte
	state    *State
	used     map[string]int // calls by capability
	sent     []*sent        // requests to other hosts, nil when closed
	fault    jwt.Error      // of the last token
	started  time.Time

	configuring bool
	configError string
	principal   string
	context     map[string]string
	result      string
	log         []string
}

var _ abi.Host = (*host)(nil)

func newHost(r Request, w *Response) *host {
	h := &host{
		fields:   map[portico.Field]string{portico.Method: "GET", portico.Path: "/", portico.Query: r.Query},
		identity: r.Identity,
		event:    r.Event,
		config:   r.Config,
		scratch:  slices.Clone(r.Scratch),
		state:    r.State.ready(),
		used:     map[string]int{},
		context:  map[string]string{},
		started:  time.Now(),
	}
	for f, v := range r.Fields {
		h.fields[f] = v
	}
	if r.Method != "" {
		h.fields[portico.Method] = r.Method
	}
	if r.Path != "" {
		h.fields[portico.Path] = r.Path
	}
	if len(r.Identity) > 0 {
		h.fields[portico.Token] = r.Identity[0]
	}
	h.fields[portico.Time] = strconv.FormatInt(r.TimeUnixMs, 10)
	h.head[abi.Request] = slices.Clone(r.Header)
	h.body[abi.Request] = []byte(r.Body)
	if w != nil {
		h.responds = true
		h.status = w.Status
		h.head[abi.Response] = slices.Clone(w.Header)
		h.body[abi.Response] = []byte(w.Body)
	}
	h.params = map[uint32]Pairs{
		abi.SourcePath:          r.PathParams,
		abi.SourceStageVariable: r.StageVariables,
		abi.SourceAuthContext:   r.AuthContext,
		abi.SourceCookie:        cookies(r.Header),
	}
	return h
}

func query(raw string) (params Pairs) {
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		params = append(params, [2]string{unescape(name), unescape(value)})
	}
	return params
}

func unescape(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}

func cookies(header Pairs) (params Pairs) {
	for _, f := range header {
		if !strings.EqualFold(f[0], "cookie") {
			continue
		}
		for pair := range strings.SplitSeq(f[1], ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && name != "" {
				params = append(params, [2]string{name, value})
			}
		}
	}
	return params
}

// put gives all of v or its length alone.
func put(buf []byte, v string) int32 {
	if len(v) <= len(buf) {
		copy(buf, v)
	}
	return int32(len(v))
}

func listOf(values []string) string {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return string(b)
}

func pairsOf(p Pairs) string {
	var values []string
	for _, f := range p {
		values = append(values, f[0], f[1])
	}
	return listOf(values)
}

func (h *host) Log(level uint32, text string) int32 {
	if level > uint32(portico.Error) {
		return int32(abi.EINVAL)
	}
	h.log = append(h.log, text)
	return 0
}

func (h *host) ConfigRead(buf []byte) int32 {
	if h.config == "" {
		return put(buf, "{}")
	}
	return put(buf, h.config)
}

func (h *host) ConfigError(text string) int32 {
	h.configError = text
	return 0
}

func (h *host) ClockUnixNs() int64      { return time.Now().UnixNano() }
func (h *host) ClockMonotonicNs() int64 { return int64(time.Since(h.started)) }
func (h *host) DeadlineMs() int64       { return time.Second.Milliseconds() }

func (h *host) Random(buf []byte) int32 {
	rand.Read(buf)
	return 0
}

func (h *host) GetField(id uint32, buf []byte) int32 {
	v, ok := h.fields[portico.Field(id)]
	if !ok {
		return int32(abi.ENOENT)
	}
	return put(buf, v)
}

func (h *host) SetField(id uint32, value string) int32 {
	f := portico.Field(id)
	switch {
	case f == portico.Method && value != "" && !strings.ContainsAny(value, " \r\n\x00"):
	case f == portico.Path && strings.HasPrefix(value, "/") && !strings.ContainsAny(value, " \r\n\x00?#"):
	case f == portico.Query && !strings.ContainsAny(value, " \r\n\x00#"):
	default:
		return int32(abi.EINVAL)
	}
	h.fields[f] = value
	return 0
}

// source is all parameters of a source; those of the query follow set_field.
func (h *host) source(n uint32) Pairs {
	if n == abi.SourceQuery {
		return query(h.fields[portico.Query])
	}
	return h.params[n]
}

func (h *host) GetParam(source uint32, name string, buf []byte) int32 {
	values := valuesOf(h.source(source), func(s string) bool { return s == name })
	switch {
	case len(values) == 0:
		return int32(abi.ENOENT)
	case source == abi.SourceCookie:
		return put(buf, values[0])
	}
	return put(buf, values[len(values)-1])
}

func (h *host) ParamValues(source uint32, name string, buf []byte) int32 {
	values := valuesOf(h.source(source), func(s string) bool { return s == name })
	if len(values) == 0 {
		return int32(abi.ENOENT)
	}
	return put(buf, listOf(values))
}

func valuesOf(p Pairs, is func(name string) bool) (values []string) {
	for _, f := range p {
		if is(f[0]) {
			values = append(values, f[1])
		}
	}
	return values
}

func (h *host) header(message uint32, name string) []string {
	return valuesOf(h.head[message], func(s string) bool { return strings.EqualFold(s, name) })
}

func (h *host) GetHeader(message uint32, name string, buf []byte) int32 {
	values := h.header(message, name)
	switch {
	case len(values) == 0:
		return int32(abi.ENOENT)
	case strings.EqualFold(name, "set-cookie"):
		return put(buf, values[0])
	case strings.EqualFold(name, "cookie"):
		return put(buf, strings.Join(values, "; "))
	}
	return put(buf, strings.Join(values, ", "))
}

func (h *host) HeaderValues(message uint32, name string, buf []byte) int32 {
	values := h.header(message, name)
	if len(values) == 0 {
		return int32(abi.ENOENT)
	}
	return put(buf, listOf(values))
}

func (h *host) Headers(message uint32, buf []byte) int32 { return put(buf, pairsOf(h.head[message])) }

// framing are the fields that belong to the gateway.
var framing = []string{"host", "content-length", "connection", "transfer-encoding", "te",
	"trailer", "upgrade", "expect", "keep-alive", "proxy-connection"}

// refused is the code for a field that may not be set, 0 if it may.
func (h *host) refused(name, value string) int32 {
	if h.flushed {
		return int32(abi.EPHASE)
	}
	return notAllowed(name, value)
}

// notAllowed is the code for a field that no header list takes, 0 for others.
func notAllowed(name, value string) int32 {
	switch {
	case name == "" || strings.ContainsFunc(name, notToken) || strings.ContainsFunc(value, isControl):
		return int32(abi.EINVAL)
	case slices.Contains(framing, strings.ToLower(name)):
		return int32(abi.EPERM)
	}
	return 0
}

func notToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func (h *host) SetHeader(message uint32, name, value string) int32 {
	if code := h.refused(name, value); code != 0 {
		return code
	}
	i := slices.IndexFunc(h.head[message], func(f [2]string) bool { return strings.EqualFold(f[0], name) })
	if i < 0 {
		return h.AddHeader(message, name, value)
	}
	rest := without(h.head[message][i+1:], name)
	h.head[message] = append(append(h.head[message][:i:i], [2]string{name, value}), rest...)
	return 0
}

func (h *host) AddHeader(message uint32, name, value string) int32 {
	if code := h.refused(name, value); code != 0 {
		return code
	}
	h.head[message] = append(h.head[message], [2]string{name, value})
	return 0
}

func (h *host) RemoveHeader(message uint32, name string) int32 {
	if code := h.refused(name, ""); code != 0 {
		return code
	}
	h.head[message] = without(h.head[message], name)
	return 0
}

func without(p Pairs, name string) (rest Pairs) {
	for _, f := range p {
		if !strings.EqualFold(f[0], name) {
			rest = append(rest, f)
		}
	}
	return rest
}

func (h *host) GetStatus() int32 { return int32(h.status) }

func (h *host) SetStatus(status uint32) int32 {
	switch {
	case h.flushed:
		return int32(abi.EPHASE)
	case status < 200 || status > 599:
		return int32(abi.EINVAL)
	}
	h.status = int(status)
	return 0
}

func (h *host) SetPrincipal(id string) int32 {
	if strings.ContainsFunc(id, isControl) {
		return int32(abi.EINVAL)
	}
	h.principal = id
	return 0
}

func (h *host) SetAuthContext(key string, kind uint32, value string) int32 {
	_, err := strconv.ParseFloat(value, 64)
	if key == "" || kind > 3 || kind == 1 && err != nil {
		return int32(abi.EINVAL)
	}
	h.context[key] = value
	return 0
}

func (h *host) ContextRead(mask uint64, buf []byte) int32 {
	var b []byte
	for id := range portico.Field(64) {
		if mask&(1<<id) == 0 {
			continue
		}
		if v, ok := h.field(id); ok {
			b = binary.LittleEndian.AppendUint16(b, uint16(id))
			b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
			b = append(b, v...)
		}
	}
	return put(buf, string(b))
}

// field is a field as context_read has it.
func (h *host) field(id portico.Field) (string, bool) {
	switch id {
	case portico.Time:
		ms, _ := strconv.ParseInt(h.fields[portico.Time], 10, 64)
		return string(binary.LittleEndian.AppendUint64(nil, uint64(ms))), true
	case portico.Headers:
		return pairsOf(h.head[abi.Request]), true
	case portico.QueryParams:
		return pairsOf(h.source(abi.SourceQuery)), true
	case portico.PathParams:
		return pairsOf(h.params[abi.SourcePath]), true
	case portico.StageVariables:
		return pairsOf(h.params[abi.SourceStageVariable]), true
	case portico.AuthContext:
		return pairsOf(h.params[abi.SourceAuthContext]), true
	case portico.Identity:
		return listOf(h.identity), len(h.identity) > 0
	case portico.ResponseHeaders:
		return pairsOf(h.head[abi.Response]), h.responds
	}
	v, ok := h.fields[id]
	return v, ok
}

func (h *host) EventRead(buf []byte) int32 {
	if h.event == "" || h.flushed {
		return int32(abi.EPHASE)
	}
	return put(buf, h.event)
}

func (h *host) ResultWrite(json string) int32 {
	if h.flushed {
		return int32(abi.EPHASE)
	}
	h.result = strings.Clone(json)
	return 0
}

func (h *host) ScratchRead(buf []byte) int32 {
	if h.flushed {
		return int32(abi.EPHASE)
	}
	return put(buf, string(h.scratch))
}

func (h *host) ScratchWrite(data string) int32 {
	switch {
	case h.flushed:
		return int32(abi.EPHASE)
	case len(data) > math.MaxUint16+1:
		return int32(abi.E2BIG)
	}
	h.scratch = []byte(data)
	return 0
}

func (h *host) StreamRead(handle uint32, buf []byte) int32 {
	if handle >= firstHandle {
		return h.sentRead(handle, buf)
	}
	switch {
	case h.closed[handle]:
		return int32(abi.EBADF)
	case h.written[handle]:
		return int32(abi.EPHASE)
	}
	n := copy(buf, h.body[handle][h.read[handle]:])
	h.read[handle] += n
	return int32(n)
}

func (h *host) StreamWrite(handle uint32, data string) int32 {
	if handle >= firstHandle {
		return h.sentWrite(handle, data)
	}
	if h.closed[handle] {
		return int32(abi.EBADF)
	}
	if !h.written[handle] {
		h.written[handle] = true
		h.body[handle] = nil
	}
	h.body[handle] = append(h.body[handle], data...)
	return int32(len(data))
}

func (h *host) StreamFlush(handle uint32) int32 {
	if handle >= firstHandle {
		return int32(abi.EBADF)
	}
	if h.closed[handle] {
		return int32(abi.EBADF)
	}
	h.flushed = true
	return 0
}

func (h *host) StreamClose(handle uint32) int32 {
	if handle >= firstHandle {
		return h.sentClose(handle)
	}
	if h.closed[handle] {
		return int32(abi.EBADF)
	}
	if !h.written[handle] {
		h.StreamWrite(handle, "")
	}
	h.closed[handle] = true
	return 0
}
