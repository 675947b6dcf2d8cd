//go:build wasip1

package abi

import "unsafe"

//go:wasmimport portico_http_v1 request
//go:noescape
func httpRequest(head string, body string, timeoutMs int64, flags uint32) int32

//go:wasmimport portico_http_v1 start
//go:noescape
func httpStart(head string, body string, timeoutMs int64, flags uint32) int32

//go:wasmimport portico_http_v1 wait
//go:noescape
func httpWait(handles string, timeoutMs int64) int32

//go:wasmimport portico_http_v1 status
//go:noescape
func httpStatus(handle uint32) int32

//go:wasmimport portico_http_v1 headers
//go:noescape
func httpHeaders(handle uint32, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_http_v1 get_header
//go:noescape
func httpGetHeader(handle uint32, name string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_http_v1 trailers
//go:noescape
func httpTrailers(handle uint32, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_http_v1 set_trailer
//go:noescape
func httpSetTrailer(handle uint32, name string, value string) int32

//go:wasmimport portico_http_v1 close
//go:noescape
func httpClose(handle uint32) int32

func HTTPRequest(head string, body string, timeoutMs int64, flags uint32) int32 {
	return httpRequest(head, body, timeoutMs, flags)
}

func HTTPStart(head string, body string, timeoutMs int64, flags uint32) int32 {
	return httpStart(head, body, timeoutMs, flags)
}

func HTTPWait(handles string, timeoutMs int64) int32 {
	return httpWait(handles, timeoutMs)
}

func HTTPStatus(handle uint32) int32 {
	return httpStatus(handle)
}

func HTTPHeaders(handle uint32, buf []byte) int32 {
	return httpHeaders(handle, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func HTTPGetHeader(handle uint32, name string, buf []byte) int32 {
	return httpGetHeader(handle, name, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func HTTPTrailers(handle uint32, buf []byte) int32 {
	return httpTrailers(handle, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func HTTPSetTrailer(handle uint32, name string, value string) int32 {
	return httpSetTrailer(handle, name, value)
}

func HTTPClose(handle uint32) int32 {
	return httpClose(handle)
}
