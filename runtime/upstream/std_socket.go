package upstream

import (
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// socket is the network's side of a connection of Std. The transport always
// has a read waiting, so that lean's look for signs of life would wait behind
// it; instead the socket knows when its reader has nothing and waits.
type socket struct {
	net.Conn
	raw  syscall.RawConn // nil when nothing can be known
	base uint64          // what the kernel counted as acknowledged when it was new

	writing sync.Mutex // held during a Write; never taken under mu

	mu     sync.Mutex // guards what follows, and the watched above
	change *sync.Cond // parked or spoiled changed
	sent   uint64     // bytes given to the kernel
	idle   bool       // nothing is asked, so a read may wait
	parked bool       // the reader found nothing and waits
	// spoiled says that the connection is not to be used for a request.
	spoiled bool
}

func newSocket(nc net.Conn) *socket {
	s := &socket{Conn: nc}
	s.change = sync.NewCond(&s.mu)
	if sc, ok := nc.(syscall.Conn); ok && canPeek {
		if raw, err := sc.SyscallConn(); err == nil {
			s.raw = raw
			s.base, _ = acked(raw)
		}
	}
	return s
}

func (s *socket) Read(p []byte) (int, error) {
	s.mu.Lock()
	wait := s.idle && s.raw != nil
	s.mu.Unlock()
	if wait {
		s.await()
	}
	return s.Conn.Read(p)
}

// await waits until there is something to read, the end included, and takes
// nothing: whoever finds parked set and the socket empty knows that nothing is
// on its way through this process.
func (s *socket) await() {
	_ = s.raw.Read(func(fd uintptr) bool {
		quiet := empty(fd)
		s.mu.Lock()
		s.parked = quiet
		s.change.Broadcast()
		s.mu.Unlock()
		return !quiet
	}) // an error is Read's to find
	s.mu.Lock()
	s.parked = false
	s.mu.Unlock()
}

// quiet reports whether the connection may take a request: it is open, as far
// as this side knows, and nothing came since the last answer. The caller holds
// mu.
func (s *socket) quiet() bool {
	if s.raw == nil {
		return !s.spoiled
	}
	for !s.parked && !s.spoiled {
		s.change.Wait() // the reader is on its way, or holds what spoils
	}
	if s.spoiled {
		return false
	}
	quiet := false
	err := s.raw.Control(func(fd uintptr) { quiet = empty(fd) })
	return err == nil && quiet
}

// spoil keeps the connection from being used again. The caller holds mu.
func (s *socket) spoil() {
	s.spoiled = true
	s.change.Broadcast()
}

func (s *socket) Write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	n, err := s.Conn.Write(p)
	s.mu.Lock()
	s.sent += uint64(n)
	s.mu.Unlock()
	return n, err
}

// unseen reports, after the end of the stream, whether the peer's kernel got
// nothing that was sent after the first sent bytes. See delivered.
func (s *socket) unseen(sent uint64) bool {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.raw == nil {
		return false
	}
	// TLS ends before the connection does, whose end acknowledges.
	if s.Conn.SetReadDeadline(time.Now().Add(settleTime)) != nil {
		return false
	}
	if _, err := s.Conn.Read(make([]byte, 1)); err != io.EOF {
		return false
	}
	return !delivered(s.raw, s.base+sent)
}

func (s *socket) Close() error {
	s.mu.Lock()
	s.spoil()
	s.mu.Unlock()
	return s.Conn.Close()
}
