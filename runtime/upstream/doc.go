// Package upstream sends requests to HTTP backends. Two clients do the same:
// [Lean] speaks plain HTTP/1.1 with pooled buffers and no goroutine for a
// request without a body; [Std] stands on http.Transport and adds TLS and
// HTTP/2. What a status or a field means is the caller's business; what is
// malformed, in either direction, never gets through.
//
// # Responses
//
// Lean refuses with ErrMalformed what RFC 9112 lets a recipient refuse and
// what would make two readers disagree about where a response ends:
// Transfer-Encoding beside Content-Length, any coding but a single "chunked",
// Transfer-Encoding in HTTP/1.0, differing or unreadable Content-Length, a
// bare LF or anything but CRLF around chunks, names that are no tokens, and
// control bytes in names, values and reason. It takes a bare LF at the end of
// a line of the head, and turns obs-fold into one space.
//
// Std takes only what both net/http and Lean's parser take: each of its
// HTTP/1 connections reads along, gives the transport not a byte more than the
// answer has, and is not used again where Lean's would not be, although the
// transport may have it in its pool already. One test suite holds both to the
// same. What stays net/http's: the order and case of a request's fields, those
// of interim responses, that a request's body goes out apart from its head,
// and all of HTTP/2, whose framing has none of these ambiguities; there names
// come in lower case, are given in canonical case and sorted, and Trailer is
// taken out.
//
// # Trying again
//
// A request is sent a second time, on a new connection, only when all of this
// holds: the connection had served before, no byte of a response came, the
// body can be read from its start again, and one of
//
//   - the method is idempotent (RFC 9110, section 9.2.2),
//   - the kernel did not take the whole head, so that no server can have acted
//     on it,
//   - the server closed in order and its kernel never acknowledged a byte of
//     the request: it had closed the idle connection before the request came.
//     That is the "means to detect that the original request was never
//     applied" which section 9.2.2 asks for. Only Linux tells it.
//
// Before that, a connection from the pool is read once without waiting, by Lean in
// the same call that sends the request: one that the server has closed, or on which
// bytes came after the last answer, is not used at all. Over HTTP/2 the transport
// decides: it sends again what the server says it has not processed, or what it has
// not begun to send.
package upstream
