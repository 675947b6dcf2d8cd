package exchange

import "io"

// Sink takes the answer to one request. Front implements it over what it
// serves with. Its methods are called from one goroutine at a time, WriteHead
// once and first.
type Sink interface {
	// Interim sends an informational (1xx) head before the answer. Fronts
	// that cannot do nothing.
	Interim(status int, h Header) error

	// WriteHead sends status and fields. size is the length of the body that
	// will follow, -1 when it is not known. bodyless answers (HEAD, 204, 304)
	// may announce a size and then write nothing. trailer says that
	// WriteTrailer will be called.
	WriteHead(status int, h Header, size int64, trailer bool) error

	// Write sends a piece of the body; it may keep it back until Flush. It
	// fails with a deadline error when the client takes nothing for longer
	// than the write timeout.
	Write(p []byte) (int, error)
	Flush() error

	WriteTrailer(h Header) error

	// Hijack hands the connection over after an answer of 101 has been sent
	// by WriteHead. It fails where the front's protocol cannot.
	Hijack() (Conn, error)

	// Abort says that the answer could not be completed: the front must not
	// let it pass for a whole one.
	Abort()
}

// Conn is one side of a connection that has switched protocols.
type Conn interface {
	io.ReadWriteCloser
	// CloseWrite ends this side's sending where the transport can.
	CloseWrite() error
}
