package config

import (
	"bytes"
	"encoding/json"
	"math"
	"time"
)

// freeTable is a table that the gateway hands on without a schema. Its values
// are string, int64, float64, bool, []any and map[string]any; dates and times
// are strings already. TOML's inf and nan have no JSON and are refused.
var freeTable = kind[map[string]any]{
	name: "a table",
	show: func(map[string]any) string { return nothing },
	decode: func(d *decoder, n *node) (map[string]any, bool) {
		if !n.isTable() {
			d.mistyped(n, "a table")
			return nil, false
		}
		v, _ := free(d, n).(map[string]any)
		return v, true
	},
}

func free(d *decoder, n *node) any {
	switch v := n.value.(type) {
	case nil:
		if n.array {
			list := make([]any, len(n.elems))
			for i, e := range n.elems {
				list[i] = free(d, e)
			}
			return list
		}
		m := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			m[f.key] = free(d, f)
		}
		return m
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			d.errorf(n.path, "%s cannot be handed to a plugin: JSON has no such number", n.describe())
			return nil
		}
		return v
	case time.Time:
		return timestamp(v)
	default:
		return v
	}
}

// timestamp writes a date or time in RFC 3339, or in the part of it that the
// file holds. The library tells the four types of TOML apart by zone names.
func timestamp(t time.Time) string {
	switch t.Location().String() {
	case "datetime-local":
		return t.Format("2006-01-02T15:04:05.999999999")
	case "date-local":
		return t.Format(time.DateOnly)
	case "time-local":
		return t.Format("15:04:05.999999999")
	}
	return t.Format(time.RFC3339Nano)
}

// ConfigJSON is what the plugin is told: [config] as one JSON object, keys
// sorted, without blanks and without HTML escapes, "{}" when there is none. The
// same file gives the same bytes.
func (p *Plugin) ConfigJSON() ([]byte, error) {
	if p.Config == nil {
		return []byte("{}"), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p.Config); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
