package engine

// trimEvery is how many Gets pass between two decisions to give idle
// instances back: at 10,000 requests a second one in a second, so that a
// burst keeps its instances for a few of them.
const trimEvery = 8192

// trim finds the instances that a pool has more than it needs, without a
// clock: the smallest size that the stack had over a number of Gets is what
// nobody needed in all that time.
type trim struct {
	gets int
	low  int // smallest size of the stack after a Get
}

// note records a Get that left idle instances on the stack.
func (t *trim) note(idle int) {
	if t.gets == 0 || idle < t.low {
		t.low = idle
	}
	t.gets++
}

// shrink takes those instances off the bottom of the stack, half of them at a
// time, and leaves the warm ones. The caller holds mu and closes them after.
func (p *Pool) shrink() (surplus []*Instance) {
	if p.trim.gets < trimEvery {
		return nil
	}
	n := min((p.trim.low+1)/2, p.stats.Live-p.options.Warm, len(p.idle))
	p.trim = trim{}
	if n <= 0 {
		return nil
	}
	surplus = append(surplus, p.idle[:n]...)
	kept := copy(p.idle, p.idle[n:])
	clear(p.idle[kept:])
	p.idle = p.idle[:kept]
	return surplus
}
