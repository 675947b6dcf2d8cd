package main

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// A block is a fenced block of a page, with the directive that stands before
// it. A directive is an HTML comment, which readers do not see:
//
//	<!-- run -->             run by a shell at the top of a clone; must succeed
//	<!-- run: fails -->      the same, but must not succeed
//	<!-- run: eventually --> run until it succeeds and prints what follows
//	<!-- run: serve -->      started in the background until the next one, or
//	                         the end of the page; waited for until it is ready
//	<!-- run: this -->       the command that runs this very test
//	<!-- run: make -->       targets that the Makefile has
//	<!-- prints -->          the lines that the last command printed, in this
//	                         order; a line of "…" stands for any
//	<!-- file: PATH -->      written to PATH
//	<!-- gateway -->         a gateway file without a mistake
type block struct {
	line      int
	lang      string
	directive string // "" without one
	text      string
}

// The directives, and the languages that each may stand before.
var directives = map[string]string{
	"run": "sh", "run: fails": "sh", "run: eventually": "sh", "run: serve": "sh", "run: this": "sh", "run: make": "sh",
	"prints": "text", "file": "", "gateway": "toml",
}

var directive = regexp.MustCompile(`^<!-- ((?:run|prints|file|gateway)\b.*) -->$`)

// blocks reads the fenced blocks of a page. It refuses commands that nobody
// would run, and directives that say nothing.
func blocks(page string) ([]block, error) {
	var list []block
	var open *block
	pending, at := "", 0
	for i, line := range strings.Split(page, "\n") {
		n := i + 1
		trimmed := strings.TrimSpace(line)
		switch {
		case open != nil && trimmed == "```":
			list = append(list, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(trimmed, "```"):
			b := block{line: n, lang: trimmed[3:], directive: pending}
			err := b.check()
			if err == nil && pending == "prints" && (len(list) == 0 || list[len(list)-1].lang != "sh") {
				err = fmt.Errorf("<!-- prints --> does not follow commands")
			}
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			open, pending = &b, ""
		case trimmed == "":
		case pending != "":
			return nil, fmt.Errorf("line %d: no block follows <!-- %s -->", at, pending)
		default:
			if m := directive.FindStringSubmatch(trimmed); m != nil {
				pending, at = m[1], n
			}
		}
	}
	if open != nil || pending != "" {
		return nil, fmt.Errorf("the page ends within a block, or before one")
	}
	return list, nil
}

func (b *block) check() error {
	switch b.lang {
	case "":
		return fmt.Errorf("the block has no language")
	case "bash", "shell", "console", "zsh":
		return fmt.Errorf("write commands as sh, so that they are run")
	case "sh":
		if !strings.HasPrefix(b.directive, "run") {
			return fmt.Errorf("nothing says how the commands are run; put <!-- run --> before them")
		}
	case "toml":
		if b.directive == "" {
			return fmt.Errorf("nothing checks this; put <!-- gateway --> or <!-- file: PATH --> before it")
		}
	}
	if b.directive == "" {
		return nil
	}
	name := b.directive
	if strings.HasPrefix(name, "file: ") {
		name = "file"
	}
	lang, ok := directives[name]
	if !ok || lang != "" && lang != b.lang {
		return fmt.Errorf("<!-- %s --> does not stand before %s", b.directive, b.lang)
	}
	return nil
}

func TestBlocks(t *testing.T) {
	for name, test := range map[string]struct {
		page string
		want []block
		err  string
	}{
		"commands and what they print": {
			"# T\n<!-- run -->\n```sh\na\nb\n```\n\n<!-- prints -->\n\n```text\nc\n```\n",
			[]block{{3, "sh", "run", "a\nb\n"}, {10, "text", "prints", "c\n"}}, ""},
		"other languages need nothing":       {"```go\nx\n```", []block{{1, "go", "", "x\n"}}, ""},
		"a comment is no directive inside":   {"```text\n<!-- run -->\n```", []block{{1, "text", "", "<!-- run -->\n"}}, ""},
		"commands that nobody runs":          {"```sh\na\n```", nil, "line 1: nothing says how the commands are run; put <!-- run --> before them"},
		"commands under another name":        {"```console\n$ a\n```", nil, "line 1: write commands as sh, so that they are run"},
		"a block without a language":         {"```\na\n```", nil, "line 1: the block has no language"},
		"a directive that nobody knows":      {"<!-- run: later -->\n```sh\na\n```", nil, "line 2: <!-- run: later --> does not stand before sh"},
		"a directive before the wrong block": {"<!-- prints -->\n```sh\na\n```", nil, "line 2: nothing says how the commands are run; put <!-- run --> before them"},
		"output of no command":               {"<!-- prints -->\n```text\na\n```", nil, "line 2: <!-- prints --> does not follow commands"},
		"a directive before no block":        {"<!-- run -->\ntext", nil, "line 1: no block follows <!-- run -->"},
		"configuration that nobody checks":   {"```toml\na = 1\n```", nil, "line 1: nothing checks this; put <!-- gateway --> or <!-- file: PATH --> before it"},
		"a page that ends too early":         {"<!-- run -->\n```sh\na", nil, "the page ends within a block, or before one"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := blocks(test.page)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if !reflect.DeepEqual(got, test.want) || text != test.err {
				t.Errorf("blocks = %v, %q, want %v, %q", got, text, test.want, test.err)
			}
		})
	}
}

// missing returns the first line of want that out does not have in its place,
// "" if it has all.
func missing(out, want string) string {
	lines := strings.Split(out, "\n")
	for w := range strings.Lines(want) {
		w = strings.TrimSpace(w)
		if w == "" || w == "…" {
			continue
		}
		found := -1
		for i, l := range lines {
			if strings.Contains(l, w) {
				found = i
				break
			}
		}
		if found < 0 {
			return w
		}
		lines = lines[found+1:]
	}
	return ""
}

func TestMissing(t *testing.T) {
	for name, test := range map[string]struct{ out, want, missing string }{
		"all there, others between": {"a\nx\nb 1\n", "a\n…\nb\n", ""},
		"in another order":          {"b\na\n", "a\nb\n", "b"},
		"each line counts once":     {"a\n", "a\na\n", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := missing(test.out, test.want); got != test.missing {
				t.Errorf("missing = %q, want %q", got, test.missing)
			}
		})
	}
}
