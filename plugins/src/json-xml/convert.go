package main

import (
	"strings"

	"github.com/portico-gateway/portico/sdk/go/json"
)

const (
	// maxDepth bounds elements within each other.
	maxDepth = 64
	// maxValues bounds elements and attributes: as many take 0.1 s and 24 MiB.
	maxValues = 50_000
	// maxMessage bounds what a client is told, in bytes.
	maxMessage = 200
)

// refusal is a body that is not converted, and what to answer.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

// convert gives body in the form to; it is in the other one.
func (m mapping) convert(body []byte, to form) ([]byte, error) {
	if to == formXML {
		v, err := json.Parse(body, json.Limits{Depth: 2 * maxDepth, Values: maxValues})
		if err == nil {
			body, err = m.toXML(v)
		}
		return body, malformed(formJSON, err)
	}
	v, err := m.fromXML(string(body))
	if err != nil {
		return nil, malformed(formXML, err)
	}
	return json.Append(make([]byte, 0, len(body)), v), nil
}

func malformed(f form, err error) error {
	switch {
	case err == nil:
		return nil
	case f == formJSON:
		return &refusal{400, short("JSON: " + err.Error())}
	}
	return &refusal{400, short("XML: " + err.Error())}
}

// short cuts a text that may have a name of the client's in it.
func short(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + "…"
}

// message is the body of a refusal.
func message(f form, text string) []byte {
	if f == formJSON {
		return append(json.AppendString([]byte(`{"message":`), text), '}')
	}
	return append(appendText([]byte(declaration+"<message>"), text, false), "</message>"...)
}
