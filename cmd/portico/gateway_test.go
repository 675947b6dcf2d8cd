//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// patience bounds everything that is waited for, on a busy machine.
const patience = 2 * time.Minute

// gateway is a running "portico serve".
type gateway struct {
	cmd  *exec.Cmd
	out  *buffer
	done chan struct{}
	err  error // set before done is closed
}

// startGateway runs cmd until the admin listener on that port says that it is
// ready.
func startGateway(cmd *exec.Cmd, admin string) (*gateway, error) {
	g := &gateway{cmd: cmd, out: new(buffer), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = g.out, g.out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { defer close(g.done); g.err = cmd.Wait() }()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		resp, err := client.Get("http://127.0.0.1:" + admin + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return g, nil
			}
		}
		select {
		case <-g.done:
			return nil, fmt.Errorf("ended: %v\n%s", g.err, g.out)
		default:
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			<-g.done
			return nil, fmt.Errorf("not ready: %v\n%s", err, g.out)
		}
	}
}

// stop ends the gateway by a signal, and says what is wrong with its end.
func (g *gateway) stop(s os.Signal) error {
	_ = g.cmd.Process.Signal(s)
	select {
	case <-g.done:
	case <-time.After(patience):
		_ = g.cmd.Process.Signal(syscall.SIGQUIT) // the log then has all stacks
		<-g.done
	}
	if g.err != nil {
		return fmt.Errorf("the gateway ended with %v\n%s", g.err, g.out)
	}
	return nil
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
