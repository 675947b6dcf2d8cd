//go:build !wasip1

package abi

// HTTP is the part of a [Host] that stands for other hosts.
type HTTP interface {
	HTTPRequest(head string, body string, timeoutMs int64, flags uint32) int32
	HTTPStart(head string, body string, timeoutMs int64, flags uint32) int32
	HTTPWait(handles string, timeoutMs int64) int32
	HTTPStatus(handle uint32) int32
	HTTPHeaders(handle uint32, buf []byte) int32
	HTTPGetHeader(handle uint32, name string, buf []byte) int32
	HTTPTrailers(handle uint32, buf []byte) int32
	HTTPSetTrailer(handle uint32, name string, value string) int32
	HTTPClose(handle uint32) int32
}

func HTTPRequest(head string, body string, timeoutMs int64, flags uint32) int32 {
	return host().HTTPRequest(head, body, timeoutMs, flags)
}
func HTTPStart(head string, body string, timeoutMs int64, flags uint32) int32 {
	return host().HTTPStart(head, body, timeoutMs, flags)
}
func HTTPWait(handles string, timeoutMs int64) int32 {
	return host().HTTPWait(handles, timeoutMs)
}
func HTTPStatus(handle uint32) int32 {
	return host().HTTPStatus(handle)
}
func HTTPHeaders(handle uint32, buf []byte) int32 {
	return host().HTTPHeaders(handle, buf)
}
func HTTPGetHeader(handle uint32, name string, buf []byte) int32 {
	return host().HTTPGetHeader(handle, name, buf)
}
func HTTPTrailers(handle uint32, buf []byte) int32 {
	return host().HTTPTrailers(handle, buf)
}
func HTTPSetTrailer(handle uint32, name string, value string) int32 {
	return host().HTTPSetTrailer(handle, name, value)
}
func HTTPClose(handle uint32) int32 {
	return host().HTTPClose(handle)
}
