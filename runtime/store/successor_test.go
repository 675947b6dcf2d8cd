package store

import "testing"

func TestSuccessorIsTheLeastTextAbovePrefix(t *testing.T) {
	for prefix, want := range map[string]string{"": "", "a": "b", "a\xff": "b", "\xff\xff": "", "a\xfe": "a\xff", "é": "\xc3\xaa"} {
		if got := successor(prefix); got != want {
			t.Errorf("successor(%q) = %q, want %q", prefix, got, want)
		}
	}
}
