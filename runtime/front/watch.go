package front

import "time"

// watch ends one blocking call on an HTTP/2 stream that takes too long. It is
// needed because a stream's deadline fires between calls as well, when it is
// the upstream that keeps the client waiting.
type watch struct {
	timer *time.Timer
	done  chan struct{}
}

// start lets expired run in d unless stop comes first.
func (w *watch) start(d time.Duration, expired func()) {
	if w.timer != nil {
		w.timer.Reset(d)
		return
	}
	w.done = make(chan struct{}, 1)
	w.timer = time.AfterFunc(d, func() {
		expired()
		w.done <- struct{}{}
	})
}

// stop reports whether the time had run out; then expired has returned.
func (w *watch) stop() bool {
	if w.timer == nil || w.timer.Stop() {
		return false
	}
	<-w.done
	return true
}
