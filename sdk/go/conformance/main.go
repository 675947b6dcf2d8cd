// Command conformance is the Go SDK's guest for the conformance suite of the
// ABI, hostabi/tck in the gateway's repository, which documents the protocol.
// It is written over the bindings that the SDK itself stands on.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"unsafe"

	_ "github.com/portico-gateway/portico/sdk/go/authorizer"
	_ "github.com/portico-gateway/portico/sdk/go/integration"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
	_ "github.com/portico-gateway/portico/sdk/go/requestmapper"
	_ "github.com/portico-gateway/portico/sdk/go/responsemapper"
)

func init() {
	hook.Authorize, hook.MapRequest, hook.MapResponse, hook.Integrate = run, run, run, run
	hook.Configure = configure
}

func main() {}

// Sizes of the protocol.
const (
	maxProgram = 64 << 10
	maxConfig  = 128 << 10
	maxBuffer  = 1<<20 + 4<<10
)

var buffer = make([]byte, maxBuffer)

func run() int32 {
	program := make([]byte, maxProgram)
	n := abi.ScratchRead(program)
	if n < 8 {
		return int32(abi.EIO)
	}
	answer, report := execute(program[:n])
	if abi.ScratchWrite(string(report)) < 0 {
		abi.StreamWrite(abi.Response, string(report))
	}
	return answer
}

func configure() int32 {
	config := make([]byte, maxConfig)
	n := abi.ConfigRead(config)
	text, ok := bytes.CutPrefix(config[:max(n, 0)], []byte(`{"tck":"`))
	if !ok {
		return 0
	}
	text, _, _ = bytes.Cut(text, []byte(`"`))
	program := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(program, text); err != nil {
		return int32(abi.EINVAL)
	}
	answer, report := execute(program)
	abi.ConfigError("tck:" + hex.EncodeToString(report))
	return answer
}

func execute(program []byte) (answer int32, report []byte) {
	r := &reader{program}
	answer = int32(r.u32())
	for range r.u32() {
		c := r.command()
		buf := buffer[:c.cap]
		for i := range buf {
			buf[i] = 0xa5
		}
		result := c.call(buf)
		report = binary.LittleEndian.AppendUint64(report, uint64(result))
		report = binary.LittleEndian.AppendUint32(report, c.keep)
		report = append(report, buf[:c.keep]...)
	}
	return answer, report
}

// command is one host call to be made.
type command struct {
	function, bits   byte
	number           uint32
	mask             uint64
	fault, cap, keep uint32
	first, second    string
}

// reader reads a program.
type reader struct{ b []byte }

func (r *reader) bytes(n uint32) []byte {
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.bytes(4)) }

func (r *reader) command() command {
	var c command
	head := r.bytes(2)
	c.function, c.bits = head[0], head[1]
	c.number = r.u32()
	c.mask = binary.LittleEndian.Uint64(r.bytes(8))
	c.fault, c.cap, c.keep = r.u32(), r.u32(), r.u32()
	c.first = string(r.bytes(r.u32()))
	c.second = string(r.bytes(r.u32()))
	return c
}

// elsewhere is a pointer that the host has to refuse.
func elsewhere(at uint32) *byte { return (*byte)(unsafe.Add(nil, at)) }

func (c command) call(buf []byte) int64 {
	first, second := c.first, c.second
	if c.bits&8 != 0 {
		first = unsafe.String(unsafe.SliceData(buf), len(buf))
	}
	if c.bits&16 != 0 {
		second = unsafe.String(unsafe.SliceData(buf), len(buf))
	}
	if c.bits&1 != 0 {
		first = unsafe.String(elsewhere(c.fault), len(first))
	}
	if c.bits&2 != 0 {
		second = unsafe.String(elsewhere(c.fault), len(second))
	}
	if c.bits&4 != 0 {
		buf = unsafe.Slice(elsewhere(c.fault), c.cap)
	}
	n := c.number
	switch c.function {
	case 0:
		return int64(abi.Log(n, first))
	case 1:
		return int64(abi.ConfigRead(buf))
	case 2:
		return int64(abi.ConfigError(first))
	case 3:
		return abi.ClockUnixNs()
	case 4:
		return abi.ClockMonotonicNs()
	case 5:
		return abi.DeadlineMs()
	case 6:
		return int64(abi.Random(buf))
	case 7:
		return int64(abi.GetField(n, buf))
	case 8:
		return int64(abi.SetField(n, first))
	case 9:
		return int64(abi.GetParam(n, first, buf))
	case 10:
		return int64(abi.ParamValues(n, first, buf))
	case 11:
		return int64(abi.GetHeader(n, first, buf))
	case 12:
		return int64(abi.HeaderValues(n, first, buf))
	case 13:
		return int64(abi.Headers(n, buf))
	case 14:
		return int64(abi.SetHeader(n, first, second))
	case 15:
		return int64(abi.AddHeader(n, first, second))
	case 16:
		return int64(abi.RemoveHeader(n, first))
	case 17:
		return int64(abi.GetStatus())
	case 18:
		return int64(abi.SetStatus(n))
	case 19:
		return int64(abi.SetPrincipal(first))
	case 20:
		return int64(abi.SetAuthContext(first, n, second))
	case 21:
		return int64(abi.ContextRead(c.mask, buf))
	case 22:
		return int64(abi.EventRead(buf))
	case 23:
		return int64(abi.ResultWrite(first))
	case 24:
		return int64(abi.ScratchRead(buf))
	case 25:
		return int64(abi.ScratchWrite(first))
	case 26:
		return int64(abi.StreamRead(n, buf))
	case 27:
		return int64(abi.StreamWrite(n, first))
	case 28:
		return int64(abi.StreamFlush(n))
	case 29:
		return int64(abi.StreamClose(n))
	case 30:
		return int64(abi.CacheGet(first, buf))
	case 31:
		return int64(abi.CachePut(first, second, int64(c.mask)))
	case 32:
		return int64(abi.CacheDelete(first))
	case 33:
		return abi.ThrottleTake(first, second, n)
	case 34:
		return int64(abi.SecretsRead(first, buf))
	case 35:
		return int64(abi.SecretsHMAC(first, n, second, buf))
	case 36:
		return int64(abi.CounterAdd(first, second, math.Float64frombits(c.mask)))
	case 37:
		return int64(abi.GaugeSet(first, second, math.Float64frombits(c.mask)))
	case 38:
		return int64(abi.HistogramObserve(first, second, math.Float64frombits(c.mask)))
	case 39:
		return int64(abi.KVGet(first, buf))
	case 40:
		return int64(abi.KVPut(first, second, int64(c.mask)))
	case 41:
		return int64(abi.KVDelete(first))
	case 42:
		return int64(abi.KVIncrement(first, int64(c.mask), unsafe.SliceData(buf)))
	case 43:
		next := unsafe.String(unsafe.SliceData(buf), len(buf))
		return int64(abi.KVCompareAndSet(first, second, next, int64(c.mask), n))
	case 44:
		return int64(abi.KVList(first, second, n, buf))
	case 45:
		return int64(abi.HTTPRequest(first, second, int64(c.mask), n))
	case 46:
		return int64(abi.HTTPStart(first, second, int64(c.mask), n))
	case 47:
		return int64(abi.HTTPWait(first, int64(c.mask)))
	case 48:
		return int64(abi.HTTPStatus(n))
	case 49:
		return int64(abi.HTTPHeaders(n, buf))
	case 50:
		return int64(abi.HTTPGetHeader(n, first, buf))
	case 51:
		return int64(abi.HTTPTrailers(n, buf))
	case 52:
		return int64(abi.HTTPSetTrailer(n, first, second))
	case 53:
		return int64(abi.HTTPClose(n))
	case 54:
		return int64(abi.JWTVerify(first, second, buf))
	case 55:
		return int64(abi.JWTReason(buf))
	}
	return int64(abi.ENOSYS)
}
