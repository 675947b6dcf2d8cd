package integrate

import (
	"io"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// stream is the way of a body from a plugin that has flushed to the phase that
// sends it. Each write waits until its bytes were taken, so a plugin is as
// fast as its client and nothing piles up.
type stream struct {
	x       *exchange.Exchange
	started chan struct{}
	reader  *io.PipeReader
	writer  *io.PipeWriter
}

var _ exchange.Streamer = (*stream)(nil)

func (s *stream) init(x *exchange.Exchange) {
	s.x = x
	s.started = make(chan struct{})
	s.reader, s.writer = io.Pipe()
}

// Start hands the exchange to the later phases; the plugin must not change it
// any more.
func (s *stream) Start() error {
	s.x.Response.Body.Continue(s.reader)
	close(s.started)
	return nil
}

func (s *stream) Write(p []byte) (int, error) { return s.writer.Write(p) }

func (s *stream) Close() error { return s.writer.Close() }

// end closes the body when the plugin has ended; err cuts it short.
func (s *stream) end(err error) { s.writer.CloseWithError(err) }
