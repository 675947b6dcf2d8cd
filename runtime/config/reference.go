package config

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// The sources that hold the structs of the model: their field comments are the
// meanings in the reference, so that there is one text of each.
//
//go:embed config.go server.go accesslog.go api.go authorizer.go cases.go gatewayresponse.go grants.go pluginhttp.go integration.go jwt.go plugin.go route.go stage.go store.go
var modelSources embed.FS

// Reference writes the configuration reference in Markdown: a table of key,
// type, default and meaning for each table of gateway.toml and of NAME.toml.
func Reference(w io.Writer) error {
	meanings, err := fieldComments(modelSources)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(intro)
	b.WriteString("\n## gateway.toml\n\n")
	writeReference(&b, configTable.section(styleTable), meanings)
	b.WriteString("\n## NAME.toml, beside the plugin\n\n")
	writeReference(&b, pluginTable.section(styleTable), meanings)
	b.WriteString("\n## Not in this version\n\nThese keys are refused by name; what to do instead:\n\n")
	writeLater(&b, laterKeys)
	b.WriteString("\nIn NAME.toml:\n\n")
	writeLater(&b, laterPluginKeys)
	_, err = io.WriteString(w, b.String())
	return err
}

// CasesReference writes the reference of a file of cases for plugins, in
// Markdown.
func CasesReference(w io.Writer) error {
	meanings, err := fieldComments(modelSources)
	if err != nil {
		return err
	}
	var b strings.Builder
	// [defaults] has the keys of a case.
	cases := table[Cases]{entries: slices.DeleteFunc(slices.Clone(casesTable.entries), func(e entry[Cases]) bool { return e.name == "defaults" })}
	writeReference(&b, cases.section(styleTable), meanings)
	_, err = io.WriteString(w, b.String())
	return err
}

const intro = `Reading is strict: a key that is not listed here is an error, and all errors are reported at once.
Durations are strings with the units ms, s, m and h; sizes are strings with the units B, KiB, MiB and GiB.
Relative paths are meant from the directory of the file.
`

// writeReference writes one table for each section. The root of a file has no
// title; where it holds nothing but tables, the sections say all.
func writeReference(b *strings.Builder, root *section, meanings map[string]string) {
	first := true
	root.walk("", "", func(title string, s *section) {
		rows := s.rows()
		if title == "" {
			rows = slices.DeleteFunc(rows, func(r row) bool { return r.below != nil })
			if len(rows) == 0 {
				return
			}
		}
		if !first {
			b.WriteString("\n")
		}
		first = false
		if title != "" {
			fmt.Fprintf(b, "### `%s`\n\n", title)
		}
		b.WriteString("| key | type | default | meaning |\n| --- | --- | --- | --- |\n")
		for _, r := range rows {
			def := r.def
			if r.required {
				def = "required"
			}
			fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", r.name, cell(r.kind), cell(def), cell(meanings[r.field]))
		}
	})
}

func writeLater(b *strings.Builder, later map[string]string) {
	keys := make([]string, 0, len(later))
	for k := range later {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(b, "- `%s`: %s\n", k, later[k])
	}
}

// cell makes a text fit into a cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "*", `\*`, "<", "&lt;").Replace(s)
}

// fieldComments reads the comments of struct fields as "Struct.Field" -> text.
func fieldComments(sources fs.FS) (map[string]string, error) {
	files, err := fs.Glob(sources, "*.go")
	if err != nil {
		return nil, err
	}
	comments := make(map[string]string)
	for _, name := range files {
		src, err := fs.ReadFile(sources, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			t, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := t.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, id := range field.Names {
						comments[t.Name.Name+"."+id.Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
					}
				}
			}
			return false
		})
	}
	return comments, nil
}
