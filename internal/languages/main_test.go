package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// events is a run in which each row's guest passes one case of each group.
func events(more ...string) string {
	var b strings.Builder
	for _, row := range rows {
		guest, form, _ := strings.Cut(row.test, "/")
		for _, g := range groups {
			name := strings.TrimSuffix("TestConformanceOfThe"+guest+"Guest/"+form, "/")
			fmt.Fprintf(&b, `{"Action":"pass","Test":"%s/%s/authorize/a_sentence/with_a_slash"}`+"\n", name, g)
		}
		fmt.Fprintf(&b, `{"Action":"pass","Test":"TestConformanceOfThe%sGuest"}`+"\n", guest)
	}
	return b.String() + strings.Join(more, "\n")
}

func TestTheTableCountsCases(t *testing.T) {
	r, err := read(strings.NewReader(events(
		`{"Action":"skip","Test":"TestConformanceOfTheJavaScriptGuest/core/authorize/pointers"}`,
		`{"Action":"fail","Test":"TestConformanceOfTheRustGuest/http/integrate/waits"}`,
		`{"Action":"run","Test":"TestConformanceOfTheRustGuest/http/integrate/runs"}`,
		`{"Action":"pass","Test":"TestOther/core/x"}`, `{"Action":"pass"}`)))
	if err != nil {
		t.Fatal(err)
	}
	table, err := r.table()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| C++ | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |\n",
		"| Rust | 1 | 1 | 1 | 1 | 1 | 1 | 1 of 2 | 1 |\n",
		"| JavaScript | 1, 1 not applicable | 1 | 1 | 1 | 1 | 1 | 1 | 1 |\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestAGuestThatDidNotRunIsMissed(t *testing.T) {
	r, err := read(strings.NewReader(strings.ReplaceAll(events(), "Rust", "Other")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.table(); !errors.Is(err, errRun) || !strings.Contains(err.Error(), "Rust") {
		t.Errorf("got %v", err)
	}
}

func TestThePageKeepsWhatIsAroundItsTable(t *testing.T) {
	got, err := replace([]byte("a\n"+begin+"old\n"+end+"b\n"), "new\n")
	if want := "a\n" + begin + "new\n" + end + "b\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if _, err := replace([]byte("a\n"+begin), "new\n"); err == nil {
		t.Error("a page without an end was taken")
	}
}
