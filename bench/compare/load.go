package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many clients keep a connection busy.
const connections = 64

// backend answers every request with 1 KiB of JSON, with as little work as Go
// can do.
func backend() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	body := bytes.Repeat([]byte("0123456789abcdef"), 64)
	body = append([]byte(`{"data":"`), append(body[:1024-11], `"}`...)...)
	answer := append([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf, n := make([]byte, 4096), 0
				for {
					m, err := c.Read(buf[n:])
					if err != nil {
						return
					}
					n += m
					if bytes.HasSuffix(buf[:n], []byte("\r\n\r\n")) {
						n = 0
						if _, err := c.Write(answer); err != nil {
							return
						}
					}
				}
			}()
		}
	}()
	return l, nil
}

// clients are those of one gateway. Their connections stay open while others
// have their turn.
type clients []*client

type client struct {
	net.Conn
	r *bufio.Reader
}

func dial(addr string) (clients, error) {
	var all clients
	for range connections {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			all.close()
			return nil, err
		}
		all = append(all, &client{c, bufio.NewReaderSize(c, 8<<10)})
	}
	return all, nil
}

func (all clients) close() {
	for _, c := range all {
		c.Close()
	}
}

// load sends request over and over on all connections for the time given and
// counts the answers, each of which must have the status 200.
func (all clients) load(request []byte, d time.Duration) (answers int64, err error) {
	var (
		wg    sync.WaitGroup
		count atomic.Int64
		fail  atomic.Value
	)
	deadline := time.Now().Add(d)
	for _, c := range all {
		wg.Go(func() {
			if err := c.load(request, deadline, &count); err != nil {
				fail.CompareAndSwap(nil, err)
			}
		})
	}
	wg.Wait()
	if err, ok := fail.Load().(error); ok {
		return 0, err
	}
	return count.Load(), nil
}

func (c *client) load(request []byte, deadline time.Time, count *atomic.Int64) error {
	for time.Now().Before(deadline) {
		if _, err := c.Write(request); err != nil {
			return err
		}
		if err := answer(c.r); err != nil {
			return err
		}
		count.Add(1)
	}
	return nil
}

// answer reads one answer: the status line, the length, the body.
func answer(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("status line %q", line)
	}
	size := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if n := len("content-length: "); len(line) > n && bytes.EqualFold(line[:n], []byte("content-length: ")) {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(line[n:]))); err != nil {
				return err
			}
		}
	}
	if size < 0 {
		return fmt.Errorf("an answer without Content-Length")
	}
	_, err = io.CopyN(io.Discard, r, int64(size))
	return err
}
