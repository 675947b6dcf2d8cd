//go:build !wasip1

package abi

// Host stands for the gateway where there is none: in tests that run without
// WebAssembly. Its methods are the functions of ABI.md; buffers are slices.
type Host interface {
	Log(level uint32, text string) int32
	ConfigRead(buf []byte) int32
	ConfigError(text string) int32
	ClockUnixNs() int64
	ClockMonotonicNs() int64
	DeadlineMs() int64
	Random(buf []byte) int32
	GetField(id uint32, buf []byte) int32
	SetField(id uint32, value string) int32
	GetParam(source uint32, name string, buf []byte) int32
	ParamValues(source uint32, name string, buf []byte) int32
	GetHeader(message uint32, name string, buf []byte) int32
	HeaderValues(message uint32, name string, buf []byte) int32
	Headers(message uint32, buf []byte) int32
	SetHeader(message uint32, name string, value string) int32
	AddHeader(message uint32, name string, value string) int32
	RemoveHeader(message uint32, name string) int32
	GetStatus() int32
	SetStatus(status uint32) int32
	SetPrincipal(id string) int32
	SetAuthContext(key string, kind uint32, value string) int32
	ContextRead(mask uint64, buf []byte) int32
	EventRead(buf []byte) int32
	ResultWrite(json string) int32
	ScratchRead(buf []byte) int32
	ScratchWrite(data string) int32
	StreamRead(handle uint32, buf []byte) int32
	StreamWrite(handle uint32, data string) int32
	StreamFlush(handle uint32) int32
	StreamClose(handle uint32) int32

	State
	HTTP
}

// Current is the host of the call under way; porticotest sets it.
var Current Host

func host() Host {
	if Current == nil {
		panic("portico: there is no gateway here; tests call handlers through package porticotest")
	}
	return Current
}

func Log(level uint32, text string) int32    { return host().Log(level, text) }
func ConfigRead(buf []byte) int32            { return host().ConfigRead(buf) }
func ConfigError(text string) int32          { return host().ConfigError(text) }
func ClockUnixNs() int64                     { return host().ClockUnixNs() }
func ClockMonotonicNs() int64                { return host().ClockMonotonicNs() }
func DeadlineMs() int64                      { return host().DeadlineMs() }
func Random(buf []byte) int32                { return host().Random(buf) }
func GetField(id uint32, buf []byte) int32   { return host().GetField(id, buf) }
func SetField(id uint32, value string) int32 { return host().SetField(id, value) }
func GetParam(source uint32, name string, buf []byte) int32 {
	return host().GetParam(source, name, buf)
}
func ParamValues(source uint32, name string, buf []byte) int32 {
	return host().ParamValues(source, name, buf)
}
func GetHeader(message uint32, name string, buf []byte) int32 {
	return host().GetHeader(message, name, buf)
}
func HeaderValues(message uint32, name string, buf []byte) int32 {
	return host().HeaderValues(message, name, buf)
}
func Headers(message uint32, buf []byte) int32 { return host().Headers(message, buf) }
func SetHeader(message uint32, name string, value string) int32 {
	return host().SetHeader(message, name, value)
}
func AddHeader(message uint32, name string, value string) int32 {
	return host().AddHeader(message, name, value)
}
func RemoveHeader(message uint32, name string) int32 { return host().RemoveHeader(message, name) }
func GetStatus() int32                               { return host().GetStatus() }
func SetStatus(status uint32) int32                  { return host().SetStatus(status) }
func SetPrincipal(id string) int32                   { return host().SetPrincipal(id) }
func SetAuthContext(key string, kind uint32, value string) int32 {
	return host().SetAuthContext(key, kind, value)
}
func ContextRead(mask uint64, buf []byte) int32    { return host().ContextRead(mask, buf) }
func EventRead(buf []byte) int32                   { return host().EventRead(buf) }
func ResultWrite(json string) int32                { return host().ResultWrite(json) }
func ScratchRead(buf []byte) int32                 { return host().ScratchRead(buf) }
func ScratchWrite(data string) int32               { return host().ScratchWrite(data) }
func StreamRead(handle uint32, buf []byte) int32   { return host().StreamRead(handle, buf) }
func StreamWrite(handle uint32, data string) int32 { return host().StreamWrite(handle, data) }
func StreamFlush(handle uint32) int32              { return host().StreamFlush(handle) }
func StreamClose(handle uint32) int32              { return host().StreamClose(handle) }
