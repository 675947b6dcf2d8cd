package respond

import (
	"io"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// join sends the 101 and copies both ways between client and upstream until
// both have ended or one has failed.
func join(x *exchange.Exchange) error {
	upstream := x.Response.Upgrade
	if err := x.Sink.WriteHead(x.Response.Status, x.Response.Header, 0, false); err != nil {
		upstream.Close()
		return err
	}
	client, err := x.Sink.Hijack()
	if err != nil {
		upstream.Close()
		return err
	}
	up := make(chan error, 1)
	go func() { up <- pipe(upstream, client) }()
	n, down := copyCounted(client, upstream)
	x.Log.ResponseLength += n
	if down != nil || client.CloseWrite() != nil {
		client.Close()
		upstream.Close()
	}
	err = <-up
	client.Close()
	upstream.Close()
	if down != nil {
		return down
	}
	return err
}

// pipe copies from src to dst and then ends dst's direction. When it cannot
// write any more it closes both, so that the other direction ends too.
func pipe(dst, src exchange.Conn) error {
	_, err := copyCounted(dst, src)
	if err != nil || dst.CloseWrite() != nil {
		dst.Close()
		src.Close()
	}
	return err
}

func copyCounted(dst io.Writer, src io.Reader) (int64, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, *buf)
}
