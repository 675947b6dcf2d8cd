// Package respond is the last phase: it turns what the phases left into an
// answer and sends it. Every refusal of every phase leaves here as a gateway
// response, customisable for REST APIs and fixed for HTTP APIs.
package respond

import (
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Prepare makes the response complete: the gateway response of a refusal, the
// fields that API Gateway renames and adds. Nothing is sent yet.
func (r *Responses) Prepare(x *exchange.Exchange) {
	if x.Refused != nil {
		r.refuse(x)
	} else {
		rename(x)
	}
	identify(x)
}

// identify adds the fields that say which request this was.
func identify(x *exchange.Exchange) {
	h := &x.Response.Header
	if x.API != nil && x.API.Protocol == exchange.HTTP {
		h.Del("Apigw-Requestid")
		h.Add("Apigw-Requestid", x.ExtendedID)
		return
	}
	if x.Refused != nil && x.Refused.Type == exchange.BadProtocol && x.Refused.Status == 413 {
		return
	}
	h.Add("x-amzn-RequestId", x.ID)
	h.Add("x-amz-apigw-id", x.ExtendedID)
	if x.TraceID != "" && traced(x) {
		h.Set("X-Amzn-Trace-Id", x.TraceID)
	}
}

// traced reports whether the client gets the trace id: not from HTTP_PROXY
// and MOCK, and of gateway responses only from 400 of the validation and from
// the failures of a function (recorded 2024 to 2025).
func traced(x *exchange.Exchange) bool {
	if x.Route == nil || x.Route.Integration == exchange.HTTPProxy || x.Route.Integration == exchange.Mock {
		return false
	}
	if x.Refused == nil {
		return true
	}
	switch x.Refused.Type {
	case exchange.BadRequestBody, exchange.BadRequestParameters, exchange.IntegrationFailure,
		exchange.IntegrationTimeout, exchange.APIConfigurationError:
		return true
	}
	return false
}

// copyBuffer is the size in bytes of a piece of a body on its way.
const copyBuffer = 16 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, copyBuffer); return &b }}

// Send sends the prepared response and its body, or joins the two sides of a
// switched connection. It fills the log's status, length and latency. The
// error says why an answer ended early; the client has noticed by then.
func Send(x *exchange.Exchange) error {
	x.Log.Status = x.Response.Status
	err := send(x)
	x.Response.Body.Close()
	x.Log.ResponseLatency = time.Since(x.Start)
	return err
}

func send(x *exchange.Exchange) error {
	resp := &x.Response
	if resp.Upgrade != nil {
		return join(x)
	}
	size := resp.Body.Size()
	bodyless := resp.Status == 204 || resp.Status == 304
	if bodyless {
		size = 0
	}
	trailer := resp.Trailer != nil && size < 0
	if err := x.Sink.WriteHead(resp.Status, resp.Header, size, trailer); err != nil {
		return err
	}
	if bodyless || x.Head() {
		return nil
	}
	if b, ok := resp.Body.InMemory(); ok {
		n, err := x.Sink.Write(b)
		x.Log.ResponseLength += int64(n)
		return err
	}
	if err := stream(x, size); err != nil {
		x.Sink.Abort()
		return err
	}
	if trailer {
		return x.Sink.WriteTrailer(resp.Trailer())
	}
	return nil
}

// stream copies the body. A body of unknown length may be an event stream:
// each piece is flushed as it comes.
func stream(x *exchange.Exchange, size int64) error {
	flush := size < 0 || x.Response.Streaming
	if b, ok := x.Response.Body.Whole(); ok && !flush && int64(len(b)) == size {
		n, err := x.Sink.Write(b)
		x.Log.ResponseLength += int64(n)
		return err
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	if flush {
		if err := x.Sink.Flush(); err != nil {
			return err
		}
	}
	for {
		n, err := x.Response.Body.Read(*buf)
		if n > 0 {
			m, werr := x.Sink.Write((*buf)[:n])
			x.Log.ResponseLength += int64(m)
			if werr == nil && flush && err == nil {
				werr = x.Sink.Flush()
			}
			if werr != nil {
				return werr
			}
		}
		switch {
		case err == io.EOF && size >= 0 && x.Log.ResponseLength < size:
			return io.ErrUnexpectedEOF
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// rename applies what API Gateway does to an integration's fields: some are
// kept from the client under another name, the rest passes.
func rename(x *exchange.Exchange) {
	resp := &x.Response
	if x.API == nil || x.API.Protocol != exchange.REST || x.Route == nil {
		resp.Header.Del("Date") // the server's own is sent
		return
	}
	if x.Route.Integration == exchange.HTTPProxy && resp.Upgrade == nil && resp.Body.Size() >= 0 &&
		!x.Head() && resp.Status != 304 && resp.Status != 204 {
		resp.Header.Add("x-amzn-Remapped-Content-Length", strconv.FormatInt(resp.Body.Size(), 10))
	}
	for i := range resp.Header {
		if to, ok := remapped(resp.Header[i].Name, x.Route.Integration); ok {
			resp.Header[i].Name = to
		}
	}
}

// remapped returns the name under which a client sees a field of the backend
// (recorded at AWS; see the reference "Header handling").
func remapped(name string, in exchange.Integration) (string, bool) {
	switch len(name) {
	case 4:
		if hostabi.EqualName(name, "Date") {
			return "x-amzn-Remapped-Date", true
		}
	case 6:
		if hostabi.EqualName(name, "Server") {
			return "x-amzn-Remapped-Server", true
		}
	case 10:
		if hostabi.EqualName(name, "Connection") {
			return "x-amzn-Remapped-Connection", true
		}
	case 14:
		if hostabi.EqualName(name, "Content-Length") {
			return "x-amzn-Remapped-Content-Length", true
		}
	case 16:
		if hostabi.EqualName(name, "x-amzn-requestid") {
			return "x-amzn-remapped-x-amzn-requestid", true
		}
	}
	if in == exchange.HTTPCustom {
		for _, n := range remappedHTTP {
			if hostabi.EqualName(name, n) {
				return "x-amzn-Remapped-" + n, true
			}
		}
	}
	return "", false
}

var remappedHTTP = []string{"Authorization", "Content-MD5", "Expect", "Host", "Max-Forwards",
	"Proxy-Authenticate", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate"}
