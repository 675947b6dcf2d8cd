package throttle

import (
	"errors"
	"math"
	"testing"
)

func TestLimitsThatAreNone(t *testing.T) {
	for _, c := range []struct {
		name  string
		rate  float64
		burst int
		want  string // "" when it is one
	}{
		{"a rate and a burst", 100, 50, ""},
		{"the highest rate", MaxRate, 1, ""},
		{"a token a week", 1.0 / 604800, 1, ""},
		{"nothing at all", 0, 0, ""},
		{"a rate without a burst refuses everything", 5, 0, ""},
		{"a burst without a rate", 0, 5, "no such limit: the rate must be above 0 and at most 1e+09, got 0"},
		{"a negative rate", -1, 5, "no such limit: the rate must be above 0 and at most 1e+09, got -1"},
		{"a rate that is no number", math.NaN(), 5, "no such limit: the rate must be above 0 and at most 1e+09, got NaN"},
		{"a rate above the highest", 2 * MaxRate, 5, "no such limit: the rate must be above 0 and at most 1e+09, got 2e+09"},
		{"a negative burst", 1, -5, "no such limit: the burst must not be negative, got -5"},
		{"a burst of more than a year", 1, 40e6, "no such limit: a burst of 40000000 takes over a year to fill at 1 a second"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := NewLimit(c.rate, c.burst)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || (err != nil) != errors.Is(err, ErrLimit) {
				t.Errorf("NewLimit(%g, %d) = %q, want %q", c.rate, c.burst, got, c.want)
			}
			if err == nil && (l.Rate() != c.rate || l.Burst() != c.burst) {
				t.Errorf("limit of %g and %d, want %g and %d", l.Rate(), l.Burst(), c.rate, c.burst)
			}
		})
	}
}
