package native

import (
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// A guest that gives one piece of memory as many bodies has the host hold many
// copies of it.
func TestBodiesOfOpenRequestsAreBoundedTogether(t *testing.T) {
	const most = hostabi.DefaultHTTPBodies
	tests := []struct {
		name string
		open []int // bodies of requests that are open
		body int
		want bool
	}{
		{"one below the bound", []int{most - 2}, 1, true},
		{"one that reaches the bound", []int{most - 2}, 2, true},
		{"one that is over it", []int{most - 2}, 3, false},
		{"several together", []int{most / 2, most / 2}, 1, false},
		{"one without a body beside a full bound", []int{most}, 0, true},
		{"one alone, as large as its operator allows", nil, most + 1, true},
		{"one beside that", []int{most + 1}, 1, false},
		{"none where as many are open as may be", make([]int, hostabi.MaxHTTPOpen), 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var o outbox
			for _, n := range tt.open {
				o.add(&sent{HTTPExchange: closes{}, body: n})
			}
			var l hostabi.HTTPLimits
			if got := o.takes(tt.body, l); got != tt.want {
				t.Errorf("takes(%d) = %t beside %v", tt.body, got, tt.open)
			}
			for i := range tt.open {
				o.drop(hostabi.FirstHandle + uint32(i))
			}
			if !o.takes(most, l) {
				t.Error("bodies of requests that were closed still count")
			}
		})
	}
}

// closes is an exchange that does nothing else.
type closes struct{ hostabi.HTTPExchange }

func (closes) Close() error { return nil }
