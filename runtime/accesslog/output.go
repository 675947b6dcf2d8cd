package accesslog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// flushEvery is how long a line waits at most.
	flushEvery = time.Second
	// wakeAt is how much wakes the writer before: some 200 lines a system
	// call, which makes its share of a request's cost vanish.
	wakeAt = 64 << 10
	// maxWaiting bounds what waits while writing fails or stalls, bytes that
	// are being written included.
	maxWaiting = 1 << 20
	// firstBuffer is the size of a new buffer: what is there when the writer
	// wakes, and some lines more.
	firstBuffer = wakeAt + wakeAt/4
	// maxSpare is the largest buffer that is kept when no more was needed for
	// a second: one burst must not stay in memory for ever.
	maxSpare = 256 << 10
	// closeTimeout bounds the wait for a file that takes nothing.
	closeTimeout = 5 * time.Second
)

// output collects lines and writes them from one goroutine. When both are
// held, writing is locked before mu.
type output struct {
	log     *slog.Logger
	path    string // "" when the writer is not ours to reopen and close
	dropped atomic.Uint64
	wake    chan struct{}
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once

	mu      sync.Mutex // guards the following
	waiting []byte     // whole lines
	room    int        // bytes that may still wait
	closed  bool

	writing sync.Mutex // guards the following
	w       io.Writer
	unsent  []byte // being written; may begin within a line
	torn    bool   // it does
	spare   []byte
	most    int // bytes that were written at once since the last trim
	failing bool
	lost    uint64 // dropped when it began to fail
}

func newOutput(w io.Writer, path string, log *slog.Logger) *output {
	o := &output{
		log: log, path: path, w: w, room: maxWaiting,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go o.run()
	return o
}

// put adds one line, or drops it. It reports whether the log was open.
func (o *output) put(line []byte) (open bool) {
	o.mu.Lock()
	if o.closed || len(line) > o.room {
		open = !o.closed
		o.mu.Unlock()
		o.dropped.Add(1)
		return open
	}
	if o.waiting == nil {
		o.waiting = make([]byte, 0, firstBuffer)
	}
	before := len(o.waiting)
	o.waiting = append(o.waiting, line...)
	o.room -= len(line)
	wake := before < wakeAt && len(o.waiting) >= wakeAt
	o.mu.Unlock()
	if wake {
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
	return true
}

func (o *output) run() {
	defer close(o.stopped)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			o.trim()
		case <-o.wake:
		case <-o.stop:
			o.writing.Lock()
			o.flush()
			o.writing.Unlock()
			return
		}
		o.writing.Lock()
		o.flush()
		o.writing.Unlock()
	}
}

// flush writes what waits. The caller holds writing.
func (o *output) flush() {
	if len(o.unsent) > 0 && !o.send() {
		return
	}
	o.mu.Lock()
	o.unsent, o.waiting = o.waiting, o.spare[:0]
	o.mu.Unlock()
	o.spare = nil
	o.send()
}

// send writes unsent and reports whether it is all gone. The caller holds
// writing.
func (o *output) send() bool {
	if len(o.unsent) == 0 {
		o.reuse()
		return true
	}
	n, err := o.w.Write(o.unsent)
	if n > 0 {
		o.torn = o.unsent[n-1] != '\n'
		o.mu.Lock()
		o.room += n
		o.mu.Unlock()
	}
	if err == nil && n < len(o.unsent) {
		err = io.ErrShortWrite
	}
	if err != nil {
		o.unsent = o.unsent[n:]
		if !o.failing {
			o.failing, o.lost = true, o.dropped.Load()
			o.log.Warn("access log cannot be written, lines may be lost", "error", err)
		}
		return false
	}
	o.reuse()
	if o.failing {
		o.failing = false
		o.log.Info("access log is written again", "lines_lost", o.dropped.Load()-o.lost)
	}
	return true
}

// reuse keeps the memory of unsent, which has been written, for the lines to
// come. The caller holds writing.
func (o *output) reuse() {
	o.most = max(o.most, len(o.unsent))
	o.spare, o.unsent = o.unsent[:0], nil
}

// trim gives up a buffer that is much too large for what has been written since
// it was last called. The other one has its turn at the next call.
func (o *output) trim() {
	o.writing.Lock()
	defer o.writing.Unlock()
	if cap(o.spare) > max(maxSpare, 4*o.most) {
		o.spare = nil
	}
	o.most = 0
}

// reopen replaces the file by a new one of the same path.
func (o *output) reopen() error {
	if o.path == "" {
		return nil
	}
	f, err := openFile(o.path)
	if err != nil {
		return err
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	select {
	case <-o.stopped:
		return errors.Join(os.ErrClosed, f.Close())
	default:
	}
	o.flush()
	if o.torn { // the rest of a half written line must not begin the new file
		end := bytes.IndexByte(o.unsent, '\n') + 1
		o.mu.Lock()
		o.room += end
		o.mu.Unlock()
		o.dropped.Add(1)
		o.unsent, o.torn = o.unsent[end:], false
	}
	old := o.w
	o.w = f
	return old.(io.Closer).Close()
}

func (o *output) close() error {
	var err error
	o.once.Do(func() { err = o.shut() })
	return err
}

func (o *output) shut() error {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	close(o.stop)
	timeout := time.NewTimer(closeTimeout)
	defer timeout.Stop()
	select {
	case <-o.stopped:
	case <-timeout.C:
		return fmt.Errorf("access log: nothing was taken for %v", closeTimeout)
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	var err error
	o.mu.Lock()
	lost := bytes.Count(o.unsent, []byte{'\n'}) + bytes.Count(o.waiting, []byte{'\n'})
	o.mu.Unlock()
	if lost > 0 {
		o.dropped.Add(uint64(lost))
		err = fmt.Errorf("access log: %d lines were not written", lost)
	}
	if o.path != "" {
		err = errors.Join(err, o.w.(io.Closer).Close())
	}
	return err
}
