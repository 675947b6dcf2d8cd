package plugin

import (
	"fmt"
	"strings"
)

// The files of a plugin: a module or a script, and its settings.
const (
	moduleSuffix   = ".wasm"
	scriptSuffix   = ".js"
	settingsSuffix = ".toml"
)

// maxName is what file systems allow, less the suffix.
const maxName = 250

// checkName says what is wrong with the name of a plugin: letters, digits, _
// and - alone, the first a letter or digit. So it is never a path, hidden, or
// read as an option.
func checkName(name string) error {
	ok := name != "" && len(name) <= maxName
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case (c == '_' || c == '-') && i > 0:
		default:
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("%q cannot be a plugin's name: use letters, digits, _ and -, and begin with a letter or digit", name)
	}
	return nil
}

// pluginOf splits the name of a file. ok is false for files that have nothing
// to do with plugins: hidden ones, links such as ..data, and other suffixes.
func pluginOf(file string) (name string, ok bool) {
	if strings.HasPrefix(file, ".") {
		return "", false
	}
	for _, suffix := range [...]string{moduleSuffix, scriptSuffix, settingsSuffix} {
		if name, ok := strings.CutSuffix(file, suffix); ok {
			return name, true
		}
	}
	return "", false
}
