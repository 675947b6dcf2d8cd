package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration reads a duration: numbers with the units ms, s, m and h, as "29s"
// or "1m30s". A number without a unit is refused, 0 too, so that every duration
// in a file looks like one. Negative durations are refused.
func Duration(s string) (time.Duration, error) {
	const want = `write a number and a unit (ms, s, m, h), such as "29s"`
	if s == "" {
		return 0, errors.New("a duration must not be empty; " + want)
	}
	if isNumber(s) {
		return 0, fmt.Errorf("%q has no unit, try %q", s, s+"s")
	}
	if n, ok := strings.CutSuffix(s, "d"); ok && isNumber(n) {
		days, err := strconv.ParseFloat(n, 64)
		if err == nil && days < 1e4 {
			return 0, fmt.Errorf("%q: days are not a unit, try %q", s, FormatDuration(time.Duration(days*24*float64(time.Hour))))
		}
	}
	if strings.HasPrefix(s, "-") {
		return 0, fmt.Errorf("must not be negative, got %q", s)
	}
	if strings.HasSuffix(s, "µs") || strings.HasSuffix(s, "us") || strings.HasSuffix(s, "ns") {
		return 0, fmt.Errorf("%q: finer than a millisecond; %s", s, want)
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration; %s", s, want)
	}
	return d, nil
}

// FormatDuration writes a duration as [Duration] reads it and as people do:
// "5m", not "5m0s", and "75s", not "1m15s".
func FormatDuration(d time.Duration) string {
	if d < time.Hour && d%time.Second == 0 && d%time.Minute != 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// sizeUnits are the units of a size, the largest first, so that B is tried last.
var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// Size reads a size in bytes: a number with the unit B, KiB, MiB or GiB, as
// "10MiB" or "1.5GiB". The units KB, MB and GB are refused: they mean 1000 to
// some and 1024 to others.
func Size(s string) (int64, error) {
	const want = `write a number and a unit (B, KiB, MiB, GiB), such as "1MiB"`
	if isNumber(s) {
		return 0, fmt.Errorf("%q has no unit, try %q", s, s+"B")
	}
	for _, u := range sizeUnits {
		n, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		if len(n) > 1 && isNumber(n[:len(n)-1]) && strings.ContainsAny(n[len(n)-1:], "KMG") {
			return 0, fmt.Errorf("%q is ambiguous, try %q (units of 1024)", s, n+"iB")
		}
		n = strings.TrimSuffix(n, " ")
		if strings.HasPrefix(n, "-") {
			return 0, fmt.Errorf("must not be negative, got %q", s)
		}
		if !isNumber(n) {
			break
		}
		f, err := strconv.ParseFloat(n, 64)
		bytes := f * float64(u.bytes)
		if err != nil || bytes >= math.MaxInt64/2 {
			return 0, fmt.Errorf("%q is more than any machine has", s)
		}
		if bytes != math.Trunc(bytes) {
			return 0, fmt.Errorf("%q is not a whole number of bytes", s)
		}
		return int64(bytes), nil
	}
	return 0, fmt.Errorf("%q is not a size; %s", s, want)
}

// FormatSize writes a size as [Size] reads it, in the largest unit that needs
// no fraction.
func FormatSize(n int64) string {
	for _, u := range sizeUnits {
		if n != 0 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}

// isNumber reports whether s is a plain decimal number. strconv would also take
// exponents, hexadecimal, underscores, "inf" and "nan".
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	dot := false
	for i := range len(s) {
		switch {
		case s[i] == '.' && !dot && i > 0 && i < len(s)-1:
			dot = true
		case s[i] < '0' || s[i] > '9':
			return false
		}
	}
	return s != ""
}
