package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// process is a gateway under measurement, on one core.
type process struct {
	name string
	cmd  *exec.Cmd
	addr string
}

// serving finds where gostd and Portico say that they serve.
var serving = regexp.MustCompile(`(?:listening on |msg=serving listen=)(\S+)`)

// start runs a gateway with GOMAXPROCS=1 and returns when it says that it serves. A
// Portico accepts connections a little earlier, while it still holds what building
// its snapshot took, which is some 25 MiB with the Go guest.
func start(on cores, name string, log *os.File, args ...string) (*process, error) {
	cmd := on.command(args)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd}
	lines := bufio.NewScanner(stderr)
	said := make(chan string, 1)
	go func() {
		for lines.Scan() {
			fmt.Fprintln(log, name+": "+lines.Text())
			if m := serving.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case said <- m[1]:
				default:
				}
			}
		}
	}()
	select {
	case p.addr = <-said:
		return p, nil
	case <-time.After(2 * time.Minute):
		p.stop()
		return nil, fmt.Errorf("%s: did not say that it serves", name)
	}
}

// stop may be called for none.
func (p *process) stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() { defer close(done); _ = p.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-done
	}
}

// memory is the resident set size of p in MiB, with all of the binary that it
// shares with other processes: what it takes when it runs alone.
func (p *process) memory() (float64, error) {
	return mebibytes(fmt.Sprintf("/proc/%d/smaps_rollup", p.cmd.Process.Pid), "Rss:")
}

// peak is the most that the resident set of p has been since forget, in MiB.
func (p *process) peak() (float64, error) {
	return mebibytes(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid), "VmHWM:")
}

// forget lets the kernel begin anew with the peak: compiling took more than
// serving does. See proc(5), "/proc/pid/clear_refs".
func (p *process) forget() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

func mebibytes(file, key string) (float64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, key); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("no %s in %s", key, file)
}
