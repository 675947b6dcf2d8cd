package plugin

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The cost of a reload in which nothing has changed: fifty plugins of 200 KB.
func BenchmarkLoadUnchanged(b *testing.B) {
	for _, known := range []bool{true, false} {
		b.Run(fmt.Sprintf("stampsTrusted=%v", known), func(b *testing.B) {
			d, names := benchDirectory(b)
			for b.Loop() {
				if known {
					for _, r := range d.records {
						r.at = r.at.Add(racy)
					}
				} else {
					clear(d.records)
				}
				set, err := d.Load(b.Context(), names)
				if err != nil {
					b.Fatal(err)
				}
				set.Close()
			}
		})
	}
}

// The cost of one look of Watch at a hundred files, of which there are at most
// forty a second.
func BenchmarkLook(b *testing.B) {
	d, _ := benchDirectory(b)
	w := d.newWatch(nil)
	defer w.close()
	for b.Loop() {
		w.look(time.Now())
	}
}

func benchDirectory(b *testing.B) (*Directory, []string) {
	dir := b.TempDir()
	var names []string
	for n := range 50 {
		name := fmt.Sprintf("p%d", n)
		names = append(names, name)
		must(b, os.WriteFile(filepath.Join(dir, name+".wasm"), []byte(strings.Repeat(name[1:2], 200<<10)), 0o644))
		must(b, os.WriteFile(filepath.Join(dir, name+".toml"), []byte("open"), 0o644))
	}
	f := &factory{}
	d, err := New(Options{Directory: dir, Quiet: time.Nanosecond, Build: f.build, Parse: parse})
	must(b, err)
	keep, err := d.Load(b.Context(), names)
	must(b, err)
	b.Cleanup(keep.Close)
	return d, names
}
