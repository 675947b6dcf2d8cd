//go:build wasip1

package abi

import "unsafe"

// The imports, in the order of ABI.md. A string goes over as pointer and
// length, a buffer as pointer and capacity; neither is kept by the host.

//go:wasmimport portico_core_v1 log
//go:noescape
func log(level uint32, text string) int32

//go:wasmimport portico_core_v1 config_read
//go:noescape
func configRead(ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 config_error
//go:noescape
func configError(text string) int32

//go:wasmimport portico_core_v1 clock_unix_ns
//go:noescape
func clockUnixNs() int64

//go:wasmimport portico_core_v1 clock_monotonic_ns
//go:noescape
func clockMonotonicNs() int64

//go:wasmimport portico_core_v1 deadline_ms
//go:noescape
func deadlineMs() int64

//go:wasmimport portico_core_v1 random
//go:noescape
func random(ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 get_field
//go:noescape
func getField(id uint32, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 set_field
//go:noescape
func setField(id uint32, value string) int32

//go:wasmimport portico_core_v1 get_param
//go:noescape
func getParam(source uint32, name string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 param_values
//go:noescape
func paramValues(source uint32, name string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 get_header
//go:noescape
func getHeader(message uint32, name string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 header_values
//go:noescape
func headerValues(message uint32, name string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 headers
//go:noescape
func headers(message uint32, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 set_header
//go:noescape
func setHeader(message uint32, name string, value string) int32

//go:wasmimport portico_core_v1 add_header
//go:noescape
func addHeader(message uint32, name string, value string) int32

//go:wasmimport portico_core_v1 remove_header
//go:noescape
func removeHeader(message uint32, name string) int32

//go:wasmimport portico_core_v1 get_status
//go:noescape
func getStatus() int32

//go:wasmimport portico_core_v1 set_status
//go:noescape
func setStatus(status uint32) int32

//go:wasmimport portico_core_v1 set_principal
//go:noescape
func setPrincipal(id string) int32

//go:wasmimport portico_core_v1 set_auth_context
//go:noescape
func setAuthContext(key string, kind uint32, value string) int32

//go:wasmimport portico_core_v1 context_read
//go:noescape
func contextRead(mask uint64, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 event_read
//go:noescape
func eventRead(ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 result_write
//go:noescape
func resultWrite(json string) int32

//go:wasmimport portico_core_v1 scratch_read
//go:noescape
func scratchRead(ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 scratch_write
//go:noescape
func scratchWrite(data string) int32

//go:wasmimport portico_core_v1 stream_read
//go:noescape
func streamRead(handle uint32, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_core_v1 stream_write
//go:noescape
func streamWrite(handle uint32, data string) int32

//go:wasmimport portico_core_v1 stream_flush
//go:noescape
func streamFlush(handle uint32) int32

//go:wasmimport portico_core_v1 stream_close
//go:noescape
func streamClose(handle uint32) int32

func Log(level uint32, text string) int32 {
	return log(level, text)
}

func ConfigRead(buf []byte) int32 {
	return configRead(unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func ConfigError(text string) int32 {
	return configError(text)
}

func ClockUnixNs() int64 {
	return clockUnixNs()
}

func ClockMonotonicNs() int64 {
	return clockMonotonicNs()
}

func DeadlineMs() int64 {
	return deadlineMs()
}

func Random(buf []byte) int32 {
	return random(unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func GetField(id uint32, buf []byte) int32 {
	return getField(id, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func SetField(id uint32, value string) int32 {
	return setField(id, value)
}

func GetParam(source uint32, name string, buf []byte) int32 {
	return getParam(source, name, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func ParamValues(source uint32, name string, buf []byte) int32 {
	return paramValues(source, name, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func GetHeader(message uint32, name string, buf []byte) int32 {
	return getHeader(message, name, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func HeaderValues(message uint32, name string, buf []byte) int32 {
	return headerValues(message, name, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func Headers(message uint32, buf []byte) int32 {
	return headers(message, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func SetHeader(message uint32, name string, value string) int32 {
	return setHeader(message, name, value)
}

func AddHeader(message uint32, name string, value string) int32 {
	return addHeader(message, name, value)
}

func RemoveHeader(message uint32, name string) int32 {
	return removeHeader(message, name)
}

func GetStatus() int32 {
	return getStatus()
}

func SetStatus(status uint32) int32 {
	return setStatus(status)
}

func SetPrincipal(id string) int32 {
	return setPrincipal(id)
}

func SetAuthContext(key string, kind uint32, value string) int32 {
	return setAuthContext(key, kind, value)
}

func ContextRead(mask uint64, buf []byte) int32 {
	return contextRead(mask, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func EventRead(buf []byte) int32 {
	return eventRead(unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func ResultWrite(json string) int32 {
	return resultWrite(json)
}

func ScratchRead(buf []byte) int32 {
	return scratchRead(unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func ScratchWrite(data string) int32 {
	return scratchWrite(data)
}

func StreamRead(handle uint32, buf []byte) int32 {
	return streamRead(handle, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func StreamWrite(handle uint32, data string) int32 {
	return streamWrite(handle, data)
}

func StreamFlush(handle uint32) int32 {
	return streamFlush(handle)
}

func StreamClose(handle uint32) int32 {
	return streamClose(handle)
}
