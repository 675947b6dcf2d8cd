package portico

import "testing"

func TestAShortTextCostsNoAllocationOfItsOwn(t *testing.T) {
	tests := []struct {
		name        string
		n           int32
		allocations float64
	}{
		{"one of 32 on a page", 16, 0},
		{"empty", 0, 0},
		{"too long for a page", pageSize/4 + 1, 1},
		{"as long as scratch", 512, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := testing.AllocsPerRun(320, func() {
				if s, ok := text("get_field", tt.n, nil); len(s) != int(tt.n) || !ok {
					t.Errorf("got %d bytes, %v", len(s), ok)
				}
			})
			if got > tt.allocations {
				t.Errorf("%v allocations, want %v", got, tt.allocations)
			}
		})
	}
}
