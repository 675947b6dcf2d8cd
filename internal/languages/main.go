// Languages counts what of the conformance suite each language's guest passes,
// and keeps the table of docs/languages.md:
//
//	go test -json -run ConformanceOfThe ./hostabi/native ./hostabi/javascript | go run ./internal/languages [-write]
//
// Without -write it fails when the table on the page is not that of the run.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

const (
	page  = "docs/languages.md"
	begin = "<!-- conformance table -->\n"
	end   = "<!-- end -->\n"
)

// groups are the columns, as hostabi/tck names its subtests.
var groups = []string{"core", "cache", "throttle", "secrets", "metrics", "kv", "http", "jwt"}

// rows are the guests in the order of the page, by what their tests are named.
var rows = []struct{ test, name string }{
	{"Text", "WebAssembly text"},
	{"Go", "Go"},
	{"C/freestanding", "C"},
	{"C/with_a_libc", "C with wasi-libc"},
	{"C/as_C++", "C++"},
	{"Rust", "Rust"},
	{"AssemblyScript", "AssemblyScript"},
	{"JavaScript", "JavaScript"},
}

// count is how the cases of one group ended.
type count struct{ passed, skipped, failed int }

func (c count) String() string {
	s := fmt.Sprint(c.passed)
	if c.failed > 0 {
		s = fmt.Sprintf("%d of %d", c.passed, c.passed+c.failed)
	}
	if c.skipped > 0 {
		s += fmt.Sprintf(", %d not applicable", c.skipped)
	}
	return s
}

// results are counts by guest and group.
type results map[string]map[string]count

var (
	named  = regexp.MustCompile(`^TestConformanceOfThe(\w+)Guest/(.+)$`)
	errRun = errors.New("the run")
)

// read counts the ends of subtests in the output of go test -json.
func read(r io.Reader) (results, error) {
	all := results{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct{ Action, Test string }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("%w is no output of go test -json: %w", errRun, err)
		}
		all.add(e.Test, e.Action)
	}
	return all, lines.Err()
}

func (r results) add(test, action string) {
	m := named.FindStringSubmatch(test)
	if m == nil {
		return
	}
	parts := strings.Split(m[2], "/")
	at := slices.IndexFunc(parts, func(s string) bool { return slices.Contains(groups, s) })
	if at < 0 || at == len(parts)-1 {
		return // the guest as a whole
	}
	guest := strings.Join(append([]string{m[1]}, parts[:at]...), "/")
	if r[guest] == nil {
		r[guest] = map[string]count{}
	}
	c := r[guest][parts[at]]
	switch action {
	case "pass":
		c.passed++
	case "skip":
		c.skipped++
	case "fail":
		c.failed++
	}
	r[guest][parts[at]] = c
}

// table is the table of the page. A guest that did not run is an error: no
// table is better than one that leaves it out.
func (r results) table() (string, error) {
	var b strings.Builder
	b.WriteString("| guest | " + strings.Join(groups, " | ") + " |\n|" + strings.Repeat(" --- |", len(groups)+1) + "\n")
	for _, row := range rows {
		counts, ok := r[row.test]
		if !ok {
			return "", fmt.Errorf("%w has no guest in %s; is its compiler installed?", errRun, row.name)
		}
		b.WriteString("| " + row.name)
		for _, g := range groups {
			fmt.Fprintf(&b, " | %v", counts[g])
		}
		b.WriteString(" |\n")
	}
	return b.String(), nil
}

// replace puts a table into the page.
func replace(page []byte, table string) ([]byte, error) {
	head, rest, ok := bytes.Cut(page, []byte(begin))
	_, tail, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		return nil, fmt.Errorf("the page has no lines %q and %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return slices.Concat(head, []byte(begin), []byte(table), []byte(end), tail), nil
}

func main() {
	write := flag.Bool("write", false, "write the table into the page")
	flag.Parse()
	if err := run(os.Stdin, *write); err != nil {
		fmt.Fprintln(os.Stderr, "languages:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, write bool) error {
	r, err := read(in)
	if err != nil {
		return err
	}
	table, err := r.table()
	if err != nil {
		return err
	}
	fmt.Print(table)
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	now, err := replace(old, table)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", page, err)
	case bytes.Equal(old, now):
		return nil
	case write:
		return os.WriteFile(page, now, 0o644)
	}
	return fmt.Errorf("%s: the table is not that of this run; make languages writes it", page)
}
