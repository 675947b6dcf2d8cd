//go:build unix

package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script. Beside testscript's own commands there are
//
//	clone               the repository's gateway.toml, plugins and examples
//	ports FILE...       give gateway files free ports in place of 8080 and 9180
//	up FILE             serve FILE in the background; returns when it is ready
//	signal HUP          send it a signal
//	down TERM|INT       end it by a signal; it must end with status 0. Its
//	                    output is then stderr
//	eventually log TEXT its output has TEXT, which may come a moment later
//	ask STATUS METHOD URL [HEADER...]
//	                    make a request; its answer is stdout, head first
//	eventually COMMAND  repeat "ask" or "log" until it succeeds
//	hex FILE BYTES      write bytes
//	said FILE TEXT      wait until a file has TEXT
//	status N COMMAND    run a command that must end with that exit status
//
// and the condition [slow], which -short does not meet.
func TestScripts(t *testing.T) {
	goEnv := map[string]string{}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		goEnv[name] = strings.TrimSpace(string(out))
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			p, err := freePorts()
			if err != nil {
				return err
			}
			e.Setenv("LISTEN", p.listen)
			e.Setenv("ADMIN", p.admin)
			e.Setenv("PORTICO_ADMIN", "127.0.0.1:"+p.admin)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("HOME", e.WorkDir)
			program, err := exec.LookPath("portico")
			if err != nil {
				return err
			}
			e.Setenv("PORTICO", program)
			e.Setenv("GOPROXY", "off") // a project needs no network
			for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
				e.Setenv(name, goEnv[name]) // HOME has moved
			}
			e.Values[running{}] = new(*gateway)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond != "slow" {
				return false, fmt.Errorf("there is no condition %q", cond)
			}
			return !testing.Short(), nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"clone":      func(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(clone(ts.MkAbs("."))) },
			"ports":      movePorts,
			"ask":        func(ts *testscript.TestScript, _ bool, args []string) { must(ts, ask(ts, args)) },
			"up":         up,
			"signal":     send,
			"down":       down,
			"eventually": eventually,
			"hex":        writeHex,
			"said":       said,
			"status":     status,
		},
	})
}

func must(ts *testscript.TestScript, problem string) {
	if problem != "" {
		ts.Fatalf("%s", problem)
	}
}

func portsOf(ts *testscript.TestScript) ports {
	return ports{listen: ts.Getenv("LISTEN"), admin: ts.Getenv("ADMIN")}
}

func movePorts(ts *testscript.TestScript, _ bool, args []string) {
	for _, f := range args {
		ts.Check(portsOf(ts).moveFile(ts.MkAbs(f)))
	}
}

// running is the key of a script's gateway.
type running struct{}

func up(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("portico", "serve", "-file", args[0])
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = os.Environ()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "PORTICO_ADMIN"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	g, err := startGateway(cmd, portsOf(ts).admin)
	ts.Check(err)
	*ts.Value(running{}).(**gateway) = g
	ts.Defer(func() {
		_ = cmd.Process.Kill() // for scripts that fail; others have ended it
		<-g.done
	})
}

func gatewayOf(ts *testscript.TestScript) *gateway {
	g := *ts.Value(running{}).(**gateway)
	if g == nil {
		ts.Fatalf("no gateway runs; say up")
	}
	return g
}

var signals = map[string]syscall.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM, "INT": syscall.SIGINT}

func send(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(gatewayOf(ts).cmd.Process.Signal(signals[args[0]]))
}

func down(ts *testscript.TestScript, _ bool, args []string) {
	g := gatewayOf(ts)
	ts.Check(g.stop(signals[args[0]]))
	_, err := io.WriteString(ts.Stderr(), g.out.String())
	ts.Check(err)
}

func logged(ts *testscript.TestScript, args []string) string {
	if out := gatewayOf(ts).out.String(); !strings.Contains(out, args[0]) {
		return "the gateway did not say " + strconv.Quote(args[0]) + " but\n" + out
	}
	return ""
}

// ask says what is wrong, "" if nothing is.
func ask(ts *testscript.TestScript, args []string) string {
	if len(args) < 3 {
		ts.Fatalf("usage: ask STATUS METHOD URL [HEADER...]")
	}
	r, err := http.NewRequest(args[1], portsOf(ts).move(args[2]), nil)
	ts.Check(err)
	for _, h := range args[3:] {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Do(r)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	b.WriteString(resp.Proto + " " + resp.Status + "\n")
	_ = resp.Header.WriteSubset(&b, map[string]bool{"Date": true})
	text := strings.ReplaceAll(b.String(), "\r\n", "\n") + "\n" + string(body)
	_, err = io.WriteString(ts.Stdout(), text)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		return "got " + text + "\nwant status " + args[0]
	}
	return ""
}

func eventually(ts *testscript.TestScript, _ bool, args []string) {
	commands := map[string]func(*testscript.TestScript, []string) string{"ask": ask, "log": logged}
	if len(args) == 0 || commands[args[0]] == nil {
		ts.Fatalf("usage: eventually ask|log ...")
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		problem := commands[args[0]](ts, args[1:])
		if problem == "" {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s", problem)
		}
	}
}

// said waits for what a command in the background writes.
func said(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		b, err := os.ReadFile(ts.MkAbs(args[0])) // it may not be there yet
		if err == nil && strings.Contains(string(b), args[1]) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s does not say %q: %s", args[0], args[1], b)
		}
	}
}

func status(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	err := cmd.Run()
	if cmd.ProcessState == nil || strconv.Itoa(cmd.ProcessState.ExitCode()) != args[0] {
		ts.Fatalf("ended with %v, want status %s", err, args[0])
	}
}

func writeHex(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: hex FILE BYTES")
	}
	b, err := hex.DecodeString(strings.Join(slices.Clone(args[1:]), ""))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}
