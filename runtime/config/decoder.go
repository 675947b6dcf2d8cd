package config

import (
	"fmt"
	"strings"
)

// A decoder collects the problems of one file.
type decoder struct {
	*Source
	errs   []*Error
	failed map[string]bool     // paths that have a problem, and the paths around them
	root   *section            // for suggestions
	homes  map[string][]string // of root, once there is an unknown key
}

// errorf reports a problem of a path, or of a key that is missing.
func (d *decoder) errorf(path, format string, args ...any) {
	d.errs = append(d.errs, d.Errorf(path, format, args...))
	for ; path != "" && !d.failed[path]; path = parent(path) {
		d.failed[path] = true
	}
}

// ok reports whether a path is in the file and neither it nor anything below it
// has a problem. Rules between keys ask it, so that one mistake is told once.
func (d *decoder) ok(path string) bool { return d.Has(path) && !d.failed[path] }

func (d *decoder) mistyped(n *node, want string) {
	d.errorf(n.path, "must be %s, got %s", want, n.describe())
}

// unknown refuses a key: as one of a later version, with the key that was meant,
// with the table where it belongs, or with the keys there are.
func (d *decoder) unknown(n *node, known []string, later map[string]string) {
	if out, ok := later[n.key]; ok {
		d.errorf(n.path, "%s is %w; %s", n.key, ErrUnsupported, out)
		return
	}
	if d.homes == nil {
		d.homes = d.root.homes()
	}
	near, elsewhere := suggest(n.key, known), strings.Join(d.homes[n.key], " or ")
	switch {
	case near != "" && elsewhere != "":
		d.errorf(n.path, "%w here, did you mean %q, or %s in %s?", ErrUnknownKey, near, n.key, elsewhere)
		return
	case near != "":
		d.errorf(n.path, "%w, did you mean %q?", ErrUnknownKey, near)
		return
	case elsewhere != "":
		d.errorf(n.path, "%w here, it belongs in %s", ErrUnknownKey, elsewhere)
		return
	}
	if len(known) > 12 {
		d.errorf(n.path, "%w", ErrUnknownKey)
		return
	}
	d.errorf(n.path, "%w; known here: %s", ErrUnknownKey, strings.Join(known, ", "))
}

// choice refuses a value that is not one of a list, in the same way.
func choice(what, got string, known []string) error {
	if s := suggest(got, known); s != "" {
		return fmt.Errorf("unknown %s %s, did you mean %q?", what, quote(got), s)
	}
	quoted := make([]string, len(known))
	for i, k := range known {
		quoted[i] = fmt.Sprintf("%q", k)
	}
	return fmt.Errorf("unknown %s %s; known: %s", what, quote(got), strings.Join(quoted, ", "))
}
