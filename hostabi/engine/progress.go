package engine

import "time"

// reportCompiling logs a compilation that takes long, every [reportEvery],
// until done is called: it can be neither seen from outside nor interrupted,
// and holds up the compilations behind it.
func (e *Engine) reportCompiling(digest string, size int) (done func()) {
	begin := time.Now()
	ticker := time.NewTicker(reportEvery)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				e.log.Warn("module is still being compiled",
					"digest", digest, "bytes", size, "elapsed", time.Since(begin).Round(time.Second))
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(stop)
		<-stopped
	}
}
