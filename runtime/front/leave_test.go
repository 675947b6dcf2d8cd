package front

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ahead reads as net/http does when it has read a request.
func ahead(t *testing.T, c *conn) {
	t.Helper()
	start := time.Now()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("the look ahead = %d, %v, want 0, nil", n, err)
	}
	if took := time.Since(start); took != 0 {
		t.Errorf("the look ahead took %v", took)
	}
}

func TestLeave(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(c *conn, peer net.Conn) // while the request is served
		left time.Duration                // when its client is seen to have left, 0 for not
		next string                       // what the next Read reads
		want error                        // of it
	}{
		{"a client that leaves at once", func(_ *conn, peer net.Conn) { peer.Close() }, 2 * leavePatience, "", io.EOF},
		{"a client that leaves later", func(_ *conn, peer net.Conn) {
			time.AfterFunc(time.Minute, func() { peer.Close() })
		}, time.Minute, "", io.EOF},
		{"a client that stays", func(c *conn, _ net.Conn) {
			time.AfterFunc(2*time.Minute, func() { c.SetReadDeadline(after(time.Second)) })
		}, 0, "", os.ErrDeadlineExceeded},
		{"a client that sends its next request", func(_ *conn, peer net.Conn) { go io.WriteString(peer, "G") }, 0, "G", nil},
		{"a request that is over", func(c *conn, peer net.Conn) { c.leave.rest(); peer.Close() }, 0, "", io.EOF},
		{"a deadline of the request's", func(c *conn, peer net.Conn) {
			time.AfterFunc(time.Second, func() { c.SetReadDeadline(past) })
			time.AfterFunc(time.Minute, func() { c.SetReadDeadline(time.Time{}); io.WriteString(peer, "G") })
		}, 0, "G", nil},
		{"a connection that is closed", func(c *conn, _ net.Conn) {
			time.AfterFunc(time.Minute, func() { c.Close() })
		}, time.Minute, "", io.ErrClosedPipe},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, peer := pipe()
				defer peer.Close()
				defer c.Close()
				start := time.Now()
				var left time.Duration
				c.cancel = sync.OnceFunc(func() { left = time.Since(start) })
				go io.WriteString(peer, "GET")
				if _, err := c.Read(make([]byte, 8)); err != nil {
					t.Fatal(err)
				}
				ahead(t, c)
				tt.do(c, peer)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if left != tt.left {
					t.Errorf("seen to have left after %v, want %v", left, tt.left)
				}
				p := make([]byte, 8)
				if n, err := c.Read(p); string(p[:n]) != tt.next || !errors.Is(err, tt.want) {
					t.Errorf("the next Read = %q, %v, want %q, %v", p[:n], err, tt.next, tt.want)
				}
			})
		})
	}
}

// What is no look ahead is read, byte by byte if need be.
func TestLeaveOfAReaderWithOneByteOfRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, below, peer := pipe()
		defer peer.Close()
		defer c.Close()
		go io.WriteString(peer, "some bytes")
		got := make([]byte, 10)
		if _, err := io.ReadFull(c, got[:4]); err != nil {
			t.Fatal(err)
		}
		for i := 4; i < len(got); i++ {
			if _, err := io.ReadFull(c, got[i:i+1]); err != nil {
				t.Fatal(err)
			}
		}
		if string(got) != "some bytes" {
			t.Errorf("read %q", got)
		}
		if below.reads != 0 {
			t.Errorf("%d deadlines were set", below.reads)
		}
	})
}

// A request that came with others is watched, too, when the look that began in one
// of them came to nothing.
func TestLeaveOfRequestsInOneRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, peer := pipe()
		defer peer.Close()
		defer c.Close()
		var left time.Time
		c.cancel = sync.OnceFunc(func() { left = time.Now() })
		go io.WriteString(peer, "GETGETGET")
		if _, err := c.Read(make([]byte, 9)); err != nil {
			t.Fatal(err)
		}
		ahead(t, c) // the first, which takes its time
		time.Sleep(time.Second)
		c.leave.rest()
		ahead(t, c)             // the second, which does not:
		c.SetReadDeadline(past) // net/http's read may not have run yet
		synctest.Wait()
		c.SetReadDeadline(time.Time{})
		c.leave.rest()
		ahead(t, c)
		time.Sleep(time.Second)
		gone := time.Now()
		peer.Close()
		time.Sleep(time.Second)
		synctest.Wait()
		if !left.Equal(gone) {
			t.Errorf("gone at %v and seen at %v", gone, left)
		}
	})
}

// Of a connection that has switched protocols every byte is read, and what its
// client does is for who reads them.
func TestLeaveAfterASwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, peer := pipe()
		defer peer.Close()
		defer c.Close()
		c.cancel = func() { t.Error("the request is cancelled") }
		go io.WriteString(peer, "GET")
		if _, err := c.Read(make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
		ahead(t, c)
		time.Sleep(time.Second)
		c.switched()
		go func() {
			io.WriteString(peer, "abcd")
			peer.Close()
		}()
		synctest.Wait()
		if n, err := c.Read(nil); n != 0 || err != nil {
			t.Errorf("Read of nothing = %d, %v", n, err)
		}
		for _, want := range []string{"a", "bc", "d"} {
			p := make([]byte, len(want))
			if n, err := c.Read(p); string(p[:n]) != want || err != nil {
				t.Errorf("Read = %q, %v, want %q", p[:n], err, want)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		c.cancel = func() {} // for Close
	})
}

// Each request of a connection has its look ahead, and a quick one no more.
func TestLeaveOfQuickRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, peer := pipe()
		defer peer.Close()
		defer c.Close()
		looks := 0
		c.leave.look = func(looking chan<- []byte) { looks++; c.look(looking) }
		for range 1000 {
			go io.WriteString(peer, "GET")
			if _, err := c.Read(make([]byte, 8)); err != nil {
				t.Fatal(err)
			}
			ahead(t, c)
			time.Sleep(leavePatience / 2)
			c.leave.rest()
		}
		if looks != 0 {
			t.Errorf("looked %d times, want 0", looks)
		}
	})
}
