//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEvidenceStart: from "go run ./cmd/portico" to the first 200 through the
// plugins of the repository takes 90 s at most where nothing was built or
// compiled before, modules of Go aside, and 2 s the next time. It takes a
// minute of all processors, so only the long form of the evidence has it.
func TestEvidenceStart(t *testing.T) {
	if os.Getenv("PORTICO_EVIDENCE") != "full" {
		t.Skip("only in the long form of the evidence")
	}
	const (
		cold, warm = 90 * time.Second, 2 * time.Second
		tries      = 3 // of each: others may use the machine
	)
	p, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	// The files of the repository, on ports that are free.
	dir := t.TempDir()
	if err := clone(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "gateway.toml")
	if err := p.moveFile(file); err != nil {
		t.Fatal(err)
	}
	env := os.Environ()
	for _, name := range []string{"GOMODCACHE", "GOENV", "GOPATH"} { // what an empty home would move
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	first := func(what, home string, bound time.Duration) bool {
		t.Helper()
		took, busy, err := firstAnswer(p, file, append(env[:len(env):len(env)], "HOME="+home,
			"GOCACHE="+filepath.Join(home, "build"), "XDG_CACHE_HOME="+filepath.Join(home, "cache")))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		t.Logf("go run ./cmd/portico, %s: the first 200 after %s (at most %s), with %s of processor time",
			what, took.Round(time.Millisecond), bound, busy.Round(time.Millisecond))
		return took <= bound
	}
	var home string
	within := func(what string, bound time.Duration, empty bool) {
		t.Helper()
		for range tries {
			if empty {
				home = t.TempDir()
			}
			if first(what, home, bound) {
				return
			}
		}
		t.Errorf("%s: took more than %s in each of %d tries", what, bound, tries)
	}
	within("cold", cold, true)
	within("warm", warm, false)
}

// firstAnswer runs the gateway from source until it answers with 200.
// busy is the processor time of all that it took, building included.
func firstAnswer(p ports, file string, env []string) (took, busy time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.Command("go", "run", "./cmd/portico", "serve", "-file", file)
	cmd.Dir, cmd.Env = root, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run and what it runs
	g := &gateway{cmd: cmd, out: new(buffer), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = g.out, g.out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	go func() { defer close(g.done); g.err = cmd.Wait() }()
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		select {
		case <-g.done:
		case <-time.After(patience):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-g.done
		}
		// After an interrupt go run has status 1, whatever the program ends with.
		if text := g.out.String(); err == nil && (!strings.HasSuffix(text, " msg=stopped\n") || strings.Contains(text, "level=ERROR")) {
			err = fmt.Errorf("it did not end well: %v\n%s", g.err, text)
		}
		busy = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	for ; ; time.Sleep(5 * time.Millisecond) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+p.listen+"/orders/1", nil)
		if err != nil {
			return 0, 0, err
		}
		req.Header.Set("Authorization", "Bearer let-me-in")
		resp, err := client.Do(req)
		if err == nil {
			took = time.Since(start)
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "X-Tenant: acme") {
				return took, 0, fmt.Errorf("the first answer is %s %q %v\n%s", resp.Status, body, err, g.out)
			}
			return took, 0, nil
		}
		select {
		case <-g.done:
			return 0, 0, fmt.Errorf("it ended: %v\n%s", g.err, g.out)
		case <-ctx.Done():
			return 0, 0, fmt.Errorf("no answer: %w\n%s", ctx.Err(), g.out)
		default:
		}
	}
}
