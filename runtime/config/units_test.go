package config

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
		err  string
	}{
		{"29s", 29 * time.Second, ""},
		{"50ms", 50 * time.Millisecond, ""},
		{"1m30s", 90 * time.Second, ""},
		{"0.5h", 30 * time.Minute, ""},
		{"0s", 0, ""},
		{"0", 0, `"0" has no unit, try "0s"`},
		{"1.5", 0, `"1.5" has no unit, try "1.5s"`},
		{"2d", 0, `"2d": days are not a unit, try "48h"`},
		{"99999999d", 0, `"99999999d" is not a duration; write a number and a unit (ms, s, m, h), such as "29s"`},
		{"-1s", 0, `must not be negative, got "-1s"`},
		{"1 s", 0, `"1 s" is not a duration; write a number and a unit (ms, s, m, h), such as "29s"`},
		{"10µs", 0, `"10µs": finer than a millisecond; write a number and a unit (ms, s, m, h), such as "29s"`},
		{"999999999h", 0, `"999999999h" is not a duration; write a number and a unit (ms, s, m, h), such as "29s"`},
		{"", 0, `a duration must not be empty; write a number and a unit (ms, s, m, h), such as "29s"`},
	}
	for _, test := range tests {
		got, err := Duration(test.text)
		if got != test.want || message(err) != test.err {
			t.Errorf("Duration(%q) = %v, %v, want %v, %s", test.text, got, err, test.want, test.err)
		}
	}
}

func TestSize(t *testing.T) {
	tests := []struct {
		text string
		want int64
		err  string
	}{
		{"0B", 0, ""},
		{"1B", 1, ""},
		{"10KiB", 10240, ""},
		{"10 MiB", 10485760, ""},
		{"1.5GiB", 1610612736, ""},
		{"10", 0, `"10" has no unit, try "10B"`},
		{"10MB", 0, `"10MB" is ambiguous, try "10MiB" (units of 1024)`},
		{"-1KiB", 0, `must not be negative, got "-1KiB"`},
		{"0.3B", 0, `"0.3B" is not a whole number of bytes`},
		{"99999999999GiB", 0, `"99999999999GiB" is more than any machine has`},
		{"1e3B", 0, `"1e3B" is not a size; write a number and a unit (B, KiB, MiB, GiB), such as "1MiB"`},
		{"B", 0, `"B" is not a size; write a number and a unit (B, KiB, MiB, GiB), such as "1MiB"`},
		{"MB", 0, `"MB" is not a size; write a number and a unit (B, KiB, MiB, GiB), such as "1MiB"`},
		{"1kib", 0, `"1kib" is not a size; write a number and a unit (B, KiB, MiB, GiB), such as "1MiB"`},
		{"", 0, `"" is not a size; write a number and a unit (B, KiB, MiB, GiB), such as "1MiB"`},
	}
	for _, test := range tests {
		got, err := Size(test.text)
		if got != test.want || message(err) != test.err {
			t.Errorf("Size(%q) = %v, %v, want %v, %s", test.text, got, err, test.want, test.err)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestWhatIsFormattedIsReadBack(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Millisecond: "1ms", 1500 * time.Millisecond: "1.5s", 75 * time.Second: "75s", 5 * time.Minute: "5m",
		time.Hour: "1h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 24 * time.Hour: "24h", 20 * time.Minute: "20m",
	} {
		got := FormatDuration(d)
		if back, err := Duration(got); got != want || back != d || err != nil {
			t.Errorf("FormatDuration(%d) = %q, read as %v, %v, want %q", d, got, back, err, want)
		}
	}
	for n, want := range map[int64]string{0: "0B", 1: "1B", 1023: "1023B", 10240: "10KiB", 10 << 20: "10MiB", 3 << 29: "1536MiB", 2 << 30: "2GiB"} {
		got := FormatSize(n)
		if back, err := Size(got); got != want || back != n || err != nil {
			t.Errorf("FormatSize(%d) = %q, read as %v, %v, want %q", n, got, back, err, want)
		}
	}
}
