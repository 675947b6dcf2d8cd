package plugin

import (
	"maps"
	"slices"
	"time"
)

// State is the state of the files of one name.
type State string

const (
	// Loaded: what the files hold is in use.
	Loaded State = "loaded"
	// Unused: nothing that serves names it.
	Unused State = "unused"
	// Broken: it cannot be loaded, see Status.Problems.
	Broken State = "broken"
	// Changing: it is being written and was not looked at yet.
	Changing State = "changing"
)

// Status is what is known of the plugin of one name.
type Status struct {
	Name     string    `json:"name"`
	File     string    `json:"file"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified,omitzero"`
	Digest   string    `json:"digest,omitempty"` // of the file
	Settings bool      `json:"settings"`         // there is a NAME.toml
	Kinds    []string  `json:"kinds"`
	State    State     `json:"state"`
	Since    time.Time `json:"since"` // the files were found so
	// Problems are why it is broken.
	Problems []string `json:"problems,omitempty"`
	// Serving are the digests of the versions in use, the newest last: others
	// than Digest while an old version drains or the file is broken.
	Serving []string `json:"serving"`
}

// Status returns what the last Load found in the directory, by name, and which
// plugins are in use now. It reads no files.
func (d *Directory) Status() []Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	serving := map[string][]*Plugin{}
	for _, p := range d.versions() {
		serving[p.name] = append(serving[p.name], p)
	}
	all := make([]Status, 0, len(d.records))
	for _, name := range slices.Sorted(maps.Keys(d.records)) {
		all = append(all, d.status(name, d.records[name], serving[name]))
		delete(serving, name)
	}
	// What drains and has no files any more.
	for _, name := range slices.Sorted(maps.Keys(serving)) {
		gone := &record{module: stamp{missing: true}, settings: stamp{missing: true}, since: serving[name][0].loaded}
		all = append(all, d.status(name, gone, serving[name]))
	}
	return all
}

func (d *Directory) status(name string, r *record, serving []*Plugin) Status {
	s := Status{
		Name:     name,
		File:     d.file(name, r.suffix()),
		Size:     r.module.size,
		Digest:   r.digest,
		Settings: !r.settings.missing,
		Kinds:    append([]string{}, r.kinds...),
		State:    Unused,
		Since:    r.since,
		Problems: texts(r.errs),
		Serving:  []string{},
	}
	if r.module.modified != 0 {
		s.Modified = time.Unix(0, r.module.modified).UTC()
	}
	for _, p := range serving {
		s.Serving = append(s.Serving, p.digest)
	}
	switch {
	case r.waiting:
		s.State = Changing
	case len(r.errs) > 0:
		s.State = Broken
	case len(serving) > 0:
		s.State = Loaded
	}
	return s
}
