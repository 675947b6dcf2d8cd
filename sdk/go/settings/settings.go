// Package settings reads a plugin's configuration, [config] of its NAME.toml,
// without reflection. A key is asked for with its default and its bounds; Err
// then has the first mistake, which names the key, or the key that nothing asked
// for:
//
//	func configure(config []byte) error {
//		s := settings.Parse(config)
//		realm = s.Text("realm", "restricted", 64)
//		ttl = s.Duration("ttl", time.Minute, 0, time.Hour)
//		return s.Err()
//	}
package settings

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-gateway/portico/sdk/go/json"
)

// Settings are a configuration that is being read.
type Settings struct {
	table json.Value
	asked []string
	err   error
}

// Parse begins to read a configuration, a JSON object.
func Parse(config []byte) *Settings {
	s := &Settings{}
	if s.table, s.err = json.Parse(config, json.Limits{}); s.err == nil && s.table.Kind != json.Object {
		s.err = errors.New("the configuration must be a table")
	}
	return s
}

// Err is the first mistake, nil if there is none. Call it when every key has
// been asked for.
func (s *Settings) Err() error {
	if s.err != nil {
		return s.err
	}
	for _, m := range s.table.Members {
		if !slices.Contains(s.asked, m.Name) {
			return errors.New("config." + m.Name + ": unknown key; the plugin has " + strings.Join(s.asked, ", "))
		}
	}
	return nil
}

// Wrong says what is wrong with a key, unless a mistake is known already.
func (s *Settings) Wrong(key, problem string) {
	if s.err == nil {
		s.err = errors.New("config." + key + ": " + problem)
	}
}

// get returns the value of a key if there is one of the right kind.
func (s *Settings) get(key string, kind json.Kind, want string) (json.Value, bool) {
	s.asked = append(s.asked, key)
	v, ok := s.table.Get(key)
	if ok && v.Kind != kind {
		s.Wrong(key, "must be "+want)
	}
	return v, ok && v.Kind == kind
}

// Has reports whether a key is there.
func (s *Settings) Has(key string) bool {
	_, ok := s.table.Get(key)
	return ok
}

// Text reads a text of 1 to most bytes.
func (s *Settings) Text(key, otherwise string, most int) string {
	v, ok := s.get(key, json.String, "a text")
	if !ok {
		return otherwise
	}
	if v.Text == "" || len(v.Text) > most {
		s.Wrong(key, "must have 1 to "+strconv.Itoa(most)+" bytes")
	}
	return v.Text
}

// Choice reads one of several texts.
func (s *Settings) Choice(key, otherwise string, of ...string) string {
	want := "one of " + strings.Join(of, ", ")
	v, ok := s.get(key, json.String, want)
	if !ok {
		return otherwise
	}
	if !slices.Contains(of, v.Text) {
		s.Wrong(key, "must be "+want)
	}
	return v.Text
}

// Bool reads true or false.
func (s *Settings) Bool(key string, otherwise bool) bool {
	v, ok := s.get(key, json.Bool, "true or false")
	if !ok {
		return otherwise
	}
	return v.Text == "true"
}

// Int reads a whole number.
func (s *Settings) Int(key string, otherwise, least, most int) int {
	v, ok := s.get(key, json.Number, "a whole number")
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < least || n > most {
		s.Wrong(key, "must be a whole number, "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n
}

// Duration reads a time such as "5m".
func (s *Settings) Duration(key string, otherwise, least, most time.Duration) time.Duration {
	v, ok := s.get(key, json.String, `a time such as "5m"`)
	if !ok {
		return otherwise
	}
	d, err := time.ParseDuration(v.Text)
	if err != nil || d < least || d > most {
		s.Wrong(key, `must be a time such as "5m", `+least.String()+" to "+most.String())
	}
	return d
}

// Size reads a size in bytes such as "64KiB".
func (s *Settings) Size(key string, otherwise, least, most int) int {
	v, ok := s.get(key, json.String, `a size such as "64KiB"`)
	if !ok {
		return otherwise
	}
	n, ok := parseSize(v.Text)
	if !ok || n < least || n > most {
		s.Wrong(key, `must be a size such as "64KiB", `+formatSize(least)+" to "+formatSize(most))
	}
	return n
}

// Texts reads a list of texts.
func (s *Settings) Texts(key string) []string {
	v, _ := s.get(key, json.Array, "a list of texts")
	var texts []string
	for i, item := range v.Items {
		if item.Kind != json.String {
			s.Wrong(key+"["+strconv.Itoa(i)+"]", "must be a text")
		}
		texts = append(texts, item.Text)
	}
	return texts
}

// Pair is a name and a text.
type Pair struct{ Name, Text string }

// Table reads a table of names and texts.
func (s *Settings) Table(key string) []Pair {
	v, _ := s.get(key, json.Object, "a table of texts")
	var pairs []Pair
	for _, m := range v.Members {
		if m.Value.Kind != json.String {
			s.Wrong(key+"."+m.Name, "must be a text")
		}
		pairs = append(pairs, Pair{m.Name, m.Value.Text})
	}
	return pairs
}
