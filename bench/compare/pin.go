package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// cores says how the processors are shared out: one for the gateway under
// measurement, the others for clients and backend. Without it the kernel moves
// both about, and the ratios of equal binaries range twice as wide.
type cores struct{ gateway, rest string } // lists for taskset(1), "" for as they come

// shareOut finds the processors that this process may use and moves it to its
// part of them. Where there is but one, or no taskset, all stays as it is.
func shareOut() (cores, error) {
	list := allowed()
	if _, err := exec.LookPath("taskset"); err != nil || len(list) < 2 {
		return cores{}, nil
	}
	c := cores{gateway: list[0], rest: strings.Join(list[1:], ",")}
	out, err := exec.Command("taskset", "-a", "-c", "-p", c.rest, strconv.Itoa(os.Getpid())).CombinedOutput()
	if err != nil {
		return cores{}, fmt.Errorf("taskset: %w: %s", err, out)
	}
	return c, nil
}

// command is a command on the gateway's processor.
func (c cores) command(args []string) *exec.Cmd {
	if c.gateway != "" {
		args = append([]string{"taskset", "-c", c.gateway}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

// allowed lists the processors that the kernel lets this process use.
func allowed() (list []string) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(status)) {
		ranges, ok := strings.CutPrefix(line, "Cpus_allowed_list:")
		if !ok {
			continue
		}
		for r := range strings.SplitSeq(strings.TrimSpace(ranges), ",") {
			first, last, ok := strings.Cut(r, "-")
			if !ok {
				last = first
			}
			from, _ := strconv.Atoi(first)
			to, _ := strconv.Atoi(last)
			for n := from; n <= to; n++ {
				list = append(list, strconv.Itoa(n))
			}
		}
	}
	return list
}
