package rewrite

// A check in straight code has two arms that meet again. wazero lays out one
// of them between the test and what follows, and the other one jumps over it.
// An arm that goes back instead is put behind everything else, so a check at
// the header of a loop begins the loop anew once the counter is full, and one
// at the entry of a function stands in a loop of its own:
//
//	in straight code        at the header of a loop     at the entry
//
//	pay                     loop $l                     loop $again
//	(if (…)                   pay                         pay
//	  (then)                  (if (…)                     (if (…)
//	  (else                     (then)                      (then)
//	    (call $refill)))        (else                       (else
//	                              (call $refill)              (call $refill)
//	                              (br $l)))                   (br $again)))
//	                          …body…                    end
//
// What goes back pays once more, for which [minInterval] always suffices.

// check inserts a check in straight code.
func (b *body) check(cost int) {
	b.m.checks++
	b.meter.check(1)
	var at int
	b.out, at = appendCheck(b.out, b.m.fuel, b.m.helpers.refill)
	setCost(b.out, at, cost)
}

// headerCheck inserts a check at the header of a loop, directly behind its
// type, and returns where its cost is to be set. A branch to a loop with
// parameters would have to bring them along, so that one is checked like
// straight code.
func (b *body) headerCheck(params bool) (at int) {
	b.m.checks++
	if params {
		b.meter.check(1)
		b.out, at = appendCheck(b.out, b.m.fuel, b.m.helpers.refill)
		return at
	}
	b.meter.check(2)
	b.out, at = appendPay(b.out, b.m.fuel)
	b.out = appendU32(append(b.out, opElse, opCall), b.m.helpers.refill)
	b.out = append(b.out, opBr, 1, opEnd)
	return at
}

// entryCheck inserts the check of a function, and returns where its cost is to
// be set.
func (b *body) entryCheck() (at int) {
	b.out = append(b.out, opLoop, blockVoid)
	at = b.headerCheck(false)
	b.out = append(b.out, opEnd)
	return at
}

// appendCheck appends a check of straight code, whose cost is to be set.
func appendCheck(out []byte, fuel, refill uint32) ([]byte, int) {
	out, at := appendPay(out, fuel)
	return append(appendU32(append(out, opElse, opCall), refill), opEnd), at
}

// appendPay appends what all checks begin with: the payment, and the test of
// the counter up to the end of its then arm, which is empty.
func appendPay(out []byte, fuel uint32) ([]byte, int) {
	out = appendU32(append(out, opGlobalGet), fuel)
	out = append(out, opI32Const)
	at := len(out)
	out = append(out, 0, 0, 0, opI32Sub, opGlobalSet)
	out = appendU32(out, fuel)
	out = appendU32(append(out, opGlobalGet), fuel)
	return append(out, opI32Const, 0, opI32GeS, opIf, blockVoid), at
}

// setCost writes a cost as a signed LEB128 of three bytes, so that it can be
// set when the code behind it is written already.
func setCost(out []byte, at, cost int) {
	cost = min(cost, 1<<20-1) // far above any; a fourth byte would be needed
	out[at] = byte(cost) | 0x80
	out[at+1] = byte(cost>>7) | 0x80
	out[at+2] = byte(cost >> 14)
}
