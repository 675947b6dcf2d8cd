package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// content is what a plugin's files hold.
type content struct {
	suffix string // of the module
	wasm   []byte // the module or script; nil when it was not read
	digest string // of the module
	toml   []byte // nil without the file
	read   bool   // NAME.toml was, or is absent
}

func (c *content) tomlHash() string {
	sum := sha256.Sum256(c.toml)
	return hex.EncodeToString(sum[:])
}

func (c *content) key() string { return c.digest + "+" + c.tomlHash() }

func digestOf(wasm []byte) string {
	sum := sha256.Sum256(wasm)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// read reads both files of a plugin. The module is left alone when old, which
// may be nil, knows the digest of the very same file.
func (l *loader) read(ctx context.Context, name string, old *record) (c *content, errs []error) {
	d := l.directory
	r := &record{at: time.Now()}
	l.records[name] = r
	c = &content{}
	var err error
	file := d.file(name, settingsSuffix)
	c.toml, r.settings, err = l.resting.read(ctx, file, MaxSettings)
	switch {
	case err == nil:
		c.read = true
		if c.toml == nil {
			c.toml = []byte{}
		}
	case errors.Is(err, ErrNoFile):
		c.read = true
	default:
		errs = append(errs, problems(file, name, err)...)
	}

	c.suffix, err = d.suffix(name)
	r.script = c.suffix == scriptSuffix
	file = d.file(name, c.suffix)
	if err != nil {
		r.module = stampOf(file)
		return c, append(errs, problems(file, name, err)...)
	}
	if s, yet := l.resting.look(file, time.Now()); yet <= 0 && old.knows(s) {
		r.module, r.at, r.digest, r.kinds = s, old.at, old.digest, old.kinds
		c.digest = old.digest
		return c, errs
	}
	c.wasm, r.module, err = l.resting.read(ctx, file, MaxModule)
	switch {
	case errors.Is(err, ErrNoFile):
		err = l.noModule(c)
	case err == nil:
		c.digest = digestOf(c.wasm)
		r.digest = c.digest
		if !r.script {
			r.kinds = kindsOf(c.wasm)
		}
	}
	return c, append(errs, problems(file, name, err)...)
}

// noModule says that a module is not there, and what is.
func (l *loader) noModule(c *content) error {
	what := ""
	if c.toml != nil {
		what = " for its " + settingsSuffix
	}
	var have []string
	if v, _, err := l.directory.look(); err == nil {
		for name := range v.names() {
			if v.runs(name) {
				have = append(have, name)
			}
		}
	}
	slices.Sort(have)
	const enough = 8
	switch {
	case len(have) == 0:
		return fmt.Errorf("%w%s; the directory holds no module", ErrNoFile, what)
	case len(have) > enough:
		have = append(have[:enough], "…")
	}
	return fmt.Errorf("%w%s; the directory holds %s", ErrNoFile, what, strings.Join(have, ", "))
}

// settings parses NAME.toml and compares the digest that it pins.
func (l *loader) settings(name string, c *content) (Settings, []error) {
	d := l.directory
	if !c.read {
		return Settings{}, nil
	}
	file := d.file(name, settingsSuffix)
	s, err := guard(d.log, file, func() (Settings, error) { return d.parse(file, c.toml) })
	if err != nil {
		return s, problems(file, name, err)
	}
	s.script = c.suffix == scriptSuffix
	if s.Digest != "" && c.digest != "" && s.Digest != c.digest {
		return s, problems(d.file(name, c.suffix), name, digestError(s.Digest, c.digest))
	}
	return s, nil
}
