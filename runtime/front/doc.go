// Package front serves HTTP/1.1 and cleartext HTTP/2 (prior knowledge, RFC
// 9113, section 3.3) with net/http and hands each request over as an
// [exchange.Exchange]. It decides nothing about a request: limits, addresses
// and refusals are the phases', which answer through the exchange's Sink.
//
// # What net/http hides
//
// It gives header fields as a map: their order is lost, and so is the casing
// of HTTP/1.1 names, which come in canonical form ("X-Amzn-Trace-Id"). Front
// orders the fields by name, the values of one name as sent. Obsolete line
// folding is joined before front sees it. On the way out it sorts the fields by name; their casing is kept
// on HTTP/1.1 and lower case on HTTP/2. A 304 loses Content-Type and
// Content-Length, a 204 Content-Length. CR and LF in values become spaces,
// fields with an invalid name are left out.
//
// It answers some requests itself, on HTTP/1.1 with a line of text and
// Connection: close, and front never sees them, nor does an access log:
//
//   - 400: a request line or header section that does not parse, a target
//     with a control byte or a broken percent-encoding in its path, a missing,
//     repeated or malformed Host, lengths that differ, on HTTP/2 a Connection
//     field;
//   - 417: an Expect other than 100-continue;
//   - 431: a head beyond Options.MaxHeaderBytes, target included; the default
//     is well above what the accept phase takes, so that ordinary excess is
//     answered by the gateway;
//   - 501: a transfer coding other than chunked;
//   - 505: a protocol version other than 1.x and 2.
//
// A connection that stalls before its head is complete is closed, without an
// answer or, where it stalls within a field, with 400. A lone "PRI * HTTP/2.0"
// without the rest of HTTP/2's preface is seen as an HTTP/1.1 request for "*".
//
// # Bounds on slow clients
//
// Each has its timeout: the head as a whole (HeaderTimeout), each read of a
// body (ReadTimeout), each write (WriteTimeout), the time between requests
// (IdleTimeout). A body may take hours as long as it moves. To spare a system
// timer for each piece, a stall is noticed after the timeout at the earliest
// and a quarter later at the latest. An unread body is drained for at most
// five seconds and 256 KiB after the answer; then the connection is closed.
package front
