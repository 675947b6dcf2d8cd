package engine

import (
	"encoding/binary"
	"math"
	"time"
)

// Clocks of WASI. The two of CPU time are not there.
const (
	clockRealtime  = 0
	clockMonotonic = 1
)

func clockRes(i *Instance, args []uint64) uint64 {
	if uint32(args[0]) > clockMonotonic {
		return errnoInval
	}
	if !i.putU64(uint32(args[1]), 1) {
		return errnoFault
	}
	return errnoSuccess
}

func clockTime(i *Instance, args []uint64) uint64 {
	now, ok := i.clock(uint32(args[0]))
	if !ok {
		return errnoInval
	}
	if !i.putU64(uint32(args[2]), now) {
		return errnoFault
	}
	return errnoSuccess
}

// clock reads a clock in nanoseconds. The monotonic one starts with the
// engine, not with the machine, whose uptime is nobody's business.
func (i *Instance) clock(id uint32) (uint64, bool) {
	switch id {
	case clockRealtime:
		return uint64(i.engine.now().UnixNano()), true
	case clockMonotonic:
		return uint64(time.Since(i.engine.epoch)), true
	}
	return 0, false
}

const (
	subscriptionSize = 48
	eventSize        = 32

	// maxSubscriptions bounds one poll; a guest has three descriptors and few
	// timers.
	maxSubscriptions = 1024

	eventClock   = 0
	eventFdRead  = 1
	eventFdWrite = 2

	clockAbstime = 1
)

// pollOneoff waits for the first of its subscriptions: u64 user data, u8 kind
// at 8, and from 16 on a clock (u32 id, u64 timeout at 24, u16 flags at 40) or
// a descriptor. Standard descriptors are always ready, others never were
// open. It answers with all events that are there: u64 user data, u16 error,
// u8 kind at 10.
func pollOneoff(i *Instance, args []uint64) uint64 {
	n := uint32(args[2])
	if n == 0 || n > maxSubscriptions {
		return errnoInval
	}
	subs, ok := i.Bytes(uint32(args[0]), n*subscriptionSize)
	if !ok {
		return errnoFault
	}
	events, ok := i.Bytes(uint32(args[1]), n*eventSize)
	if !ok {
		return errnoFault
	}
	wait := time.Duration(math.MaxInt64)
	for s := subs; len(s) > 0; s = s[subscriptionSize:] {
		wait = min(wait, i.untilReady(s))
	}
	i.sleep(wait)

	var count uint32
	for s := subs; len(s) > 0; s = s[subscriptionSize:] {
		if !i.isReady(s, wait) {
			continue
		}
		// Subscriptions may lie where the events go: read before writing.
		userdata, kind, errno := binary.LittleEndian.Uint64(s), s[8], subscriptionError(s)
		e := events[count*eventSize:][:eventSize]
		clear(e)
		binary.LittleEndian.PutUint64(e, userdata)
		binary.LittleEndian.PutUint16(e[8:], errno)
		e[10] = kind
		count++
	}
	if !i.putU32(uint32(args[3]), count) {
		return errnoFault
	}
	return errnoSuccess
}

// untilReady is how long a subscription has to wait from now, 0 or less for
// one that is ready or wrong. A relative timeout counts from the call.
func (i *Instance) untilReady(s []byte) time.Duration {
	if s[8] != eventClock || subscriptionError(s) != errnoSuccess {
		return 0
	}
	timeout := binary.LittleEndian.Uint64(s[24:])
	if binary.LittleEndian.Uint16(s[40:])&clockAbstime != 0 {
		now, _ := i.clock(binary.LittleEndian.Uint32(s[16:]))
		if timeout <= now {
			return 0
		}
		timeout -= now
	}
	return time.Duration(min(timeout, math.MaxInt64))
}

// isReady reports whether a subscription is ready after a wait of that length.
func (i *Instance) isReady(s []byte, waited time.Duration) bool {
	if s[8] == eventClock && binary.LittleEndian.Uint16(s[40:])&clockAbstime != 0 {
		waited = 0
	}
	return i.untilReady(s) <= waited
}

func subscriptionError(s []byte) uint16 {
	switch s[8] {
	case eventClock:
		if binary.LittleEndian.Uint32(s[16:]) > clockMonotonic {
			return errnoInval
		}
	case eventFdRead, eventFdWrite:
		if !isStd(uint64(binary.LittleEndian.Uint32(s[16:]))) {
			return errnoBadf
		}
	default:
		return errnoInval
	}
	return errnoSuccess
}

// sleep waits, but not past the end of the call.
func (i *Instance) sleep(d time.Duration) {
	i.Check()
	if d <= 0 {
		return
	}
	if i.ctx.until != noDeadline {
		d = min(d, i.ctx.until-time.Since(i.engine.epoch))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-i.ctx.parent.Done():
	case <-i.engine.done:
	}
	i.Check()
}
