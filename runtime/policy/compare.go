package policy

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// compared reports whether sign, the order of a value against a policy's
// value, is one that the comparison asks for.
func (c comparison) compared(sign int) bool {
	switch c {
	case less:
		return sign < 0
	case lessEqual:
		return sign <= 0
	case greater:
		return sign > 0
	case greaterEqual:
		return sign >= 0
	}
	return sign == 0
}

func (c *condition) matchNumber(n float64) bool {
	for _, want := range c.numbers {
		sign := 0
		switch {
		case n < want:
			sign = -1
		case n > want:
			sign = 1
		}
		if c.comparison.compared(sign) {
			return true
		}
	}
	return false
}

// matchTime compares whole seconds, which is what policies write and what
// aws:EpochTime has.
func (c *condition) matchTime(t time.Time) bool {
	t = t.Truncate(time.Second)
	for _, want := range c.times {
		if c.comparison.compared(t.Compare(want)) {
			return true
		}
	}
	return false
}

// parseNumber reads a decimal number, as JSON writes one.
func parseNumber(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0)
}

// timeLayouts are the forms of ISO 8601 that W3C's note on dates allows.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"}

// parseTime reads a date in ISO 8601 or in seconds since 1970. Four digits
// are a year.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Truncate(time.Second), true
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strings.HasPrefix(s, "+") || n > math.MaxInt32*1000 || n < -math.MaxInt32 {
		return time.Time{}, false
	}
	return time.Unix(n, 0), true
}

func parseBool(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}
