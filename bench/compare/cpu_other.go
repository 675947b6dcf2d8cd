//go:build !linux

package main

import (
	"errors"
	"time"
)

// cpu fails: what is measured here, memory too, only Linux tells.
func (p *process) cpu() (time.Duration, error) { return 0, errors.ErrUnsupported }
