package config

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// Position is where a key, a table header or an element of an array begins.
// The zero value is unknown.
type Position struct {
	Line   int // 1-based
	Column int // 1-based, in bytes
}

// Source is a file that was read and the position of everything in it. The
// zero value is a configuration that came from no file. It is immutable and
// safe for concurrent use.
type Source struct {
	file string
	pos  map[string]Position
}

// File is the name of the file as Parse got it.
func (s *Source) File() string { return s.file }

// Has reports whether the file itself holds the path, as opposed to a default.
func (s *Source) Has(path string) bool {
	_, ok := s.pos[path]
	return ok
}

// Pos is the place of a dotted path such as "apis.orders.routes[0].route", see
// [Join]. For a path that the file does not hold, a default for example, it is
// the place of the nearest table around it.
func (s *Source) Pos(path string) Position {
	for path != "" {
		if p, ok := s.pos[path]; ok {
			return p
		}
		path = parent(path)
	}
	return Position{}
}

// At attaches the place of path to err.
func (s *Source) At(path string, err error) *Error {
	return &Error{File: s.file, Line: s.Pos(path).Line, Key: path, Err: err}
}

// Errorf is At with a formatted error; %w wraps.
func (s *Source) Errorf(path, format string, args ...any) *Error {
	return s.At(path, fmt.Errorf(format, args...))
}

// Resolve makes a path of the configuration usable: relative ones are meant
// from the directory of the file. An empty path stays empty.
func (s *Source) Resolve(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(s.file), path)
}

// Join appends keys to a dotted path, quoted where TOML wants quotes:
// Join("apis.orders.stages", "$default") is `apis.orders.stages."$default"`.
func Join(path string, keys ...string) string {
	for _, k := range keys {
		if path != "" {
			path += "."
		}
		if bare(k) {
			path += k
		} else {
			path += strconv.Quote(k)
		}
	}
	return path
}

// Index appends the index of an array, from 0.
func Index(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

// parent cuts the last key or index of a path that Join and Index made.
func parent(path string) string {
	cut := 0
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '.', '[':
			cut = i
		case '"':
			for i++; i < len(path) && path[i] != '"'; i++ {
				if path[i] == '\\' {
					i++
				}
			}
		}
	}
	return path[:cut]
}

func bare(key string) bool {
	return key != "" && strings.IndexFunc(key, func(r rune) bool {
		return r >= 0x80 || !isBareKey(byte(r))
	}) < 0
}
