package config

import (
	"errors"
	"strconv"
	"strings"
)

// Secret says where a secret is. The secret itself is never in a configuration.
type Secret struct {
	Env  string // name of an environment variable, or
	File string // path of a file, relative to the directory of the gateway file
}

// String says where the secret is.
func (s *Secret) String() string {
	switch {
	case s == nil:
		return "none"
	case s.Env != "":
		return "env " + s.Env
	}
	return "file " + s.File
}

// secret is { env = "NAME" } or { file = "path" }. What stands there instead is
// never shown: it could be the secret.
var secret = kind[*Secret]{
	name: `{ env = "NAME" } or { file = "path" }`,
	show: func(*Secret) string { return nothing },
	decode: func(d *decoder, n *node) (*Secret, bool) {
		var s Secret
		keys := map[string]*string{"env": &s.Env, "file": &s.File}
		if !n.isTable() {
			d.errorf(n.path, `must be { env = "NAME" } or { file = "path" }; a secret is never written here`)
			return nil, false
		}
		for _, f := range n.fields {
			v, isText := f.value.(string)
			switch {
			case keys[f.key] == nil:
				d.unknown(f, []string{"env", "file"}, nil)
			case !isText || v == "":
				d.errorf(f.path, "must be a string that is not empty")
			default:
				*keys[f.key] = v
			}
		}
		if d.failed[n.path] {
			return nil, false
		}
		if (s.Env == "") == (s.File == "") {
			d.errorf(n.path, `needs either env or file`)
			return nil, false
		}
		if err := checkEnv(s.Env); err != nil {
			d.errorf(Join(n.path, "env"), "%w", err)
			return nil, false
		}
		return &s, true
	},
}

// checkEnv refuses what no shell can set, without repeating it: it may be the
// secret itself.
func checkEnv(name string) error {
	digit := name != "" && name[0] >= '0' && name[0] <= '9'
	if digit || strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 || r == '-' || !isBareKey(byte(r)) }) >= 0 {
		return errors.New("must be the name of an environment variable, such as " + strconv.Quote("PORTICO_ADMIN_TOKEN"))
	}
	return nil
}
