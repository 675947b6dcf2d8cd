package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the time on the processor that p has used, in user and system mode, in
// nanoseconds: what the kernel lists in /proc counts hundredths of a second. See
// clock_getcpuclockid(3), whose clock ids the kernel makes of a process's.
func (p *process) cpu() (time.Duration, error) {
	const cpuClock = 2 // CPUCLOCK_SCHED
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^p.cmd.Process.Pid<<3|cpuClock), &t); err != nil {
		return 0, fmt.Errorf("%s: %w", p.name, err)
	}
	return time.Duration(t.Nano()), nil
}
