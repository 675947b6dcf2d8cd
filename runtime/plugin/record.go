package plugin

import (
	"slices"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// record is what is known about the files of one name. It is not changed once
// a Load has ended, but for since, which is set then.
type record struct {
	module, settings stamp     // of what was read
	at               time.Time // of the reading of the module
	digest           string    // of the module; "" when it was not read
	script           bool      // the module is NAME.js
	kinds            []string
	errs             []error
	waiting          bool      // it is being written and was not read yet
	since            time.Time // it has been so
}

// racy is how much a file system may round its times. A module that was read
// sooner after its last change might have changed once more without a trace.
const racy = 2 * time.Second

// knows reports whether a file with that stamp is the one that was read.
func (r *record) knows(module stamp) bool {
	return r != nil && r.digest != "" && r.module == module && module.age(r.at) > racy
}

// same reports whether two records say the same of a plugin.
func (r *record) same(o *record) bool {
	return r.digest == o.digest && r.script == o.script && r.module.missing == o.module.missing &&
		r.settings == o.settings && r.waiting == o.waiting && slices.Equal(texts(r.errs), texts(o.errs))
}

func texts(errs []error) []string {
	list := make([]string, len(errs))
	for i, e := range errs {
		list[i] = e.Error()
	}
	return list
}

// kindsOf names what a module can be called for, as far as it can be read.
func kindsOf(wasm []byte) (kinds []string) {
	defer func() { _ = recover() }() // inspecting it again will report it
	i, _ := Inspect(wasm)
	if i == nil {
		return nil
	}
	for _, k := range i.Kinds {
		if k != hostabi.Configure {
			kinds = append(kinds, k.String())
		}
	}
	return kinds
}

// suffix is that of the file that runs.
func (r *record) suffix() string {
	if r.script {
		return scriptSuffix
	}
	return moduleSuffix
}

// record is what was last found out about a plugin's files.
func (d *Directory) record(name string) *record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.records[name]
}
