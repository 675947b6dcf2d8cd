package main

import (
	"strings"

	"github.com/portico-gateway/portico/sdk/go/settings"
)

// config is filled once for each instance.
var config struct {
	backend form
	both    bool // clients may speak the backend's form, too
	xmlType string
	maxBody int
	mapping mapping
}

// mapping says what XML and JSON do not have in common.
type mapping struct {
	root  string // the root element's name; "": it is the one member of the JSON object
	item  string // elements of a list that is the whole text; "": there is none
	lists *lists
}

func configure(text []byte) error {
	s := settings.Parse(text)
	config.backend = formXML
	if s.Choice("backend", "", "xml", "json") == "json" {
		config.backend = formJSON
	}
	if !s.Has("backend") {
		s.Wrong("backend", `is required: "xml" or "json", what the backend speaks`)
	}
	config.both = s.Choice("clients", "other", "other", "both") == "both"
	config.xmlType = s.Text("xml_type", "application/xml", 128)
	if f, ok := formOf(config.xmlType); !ok || f != formXML || strings.ContainsFunc(config.xmlType, func(r rune) bool { return !strings.ContainsRune(typeChars, r) }) {
		s.Wrong("xml_type", "must be a media type of XML without parameters, such as text/xml")
	}
	config.maxBody = s.Size("max_body", 1<<20, 1<<10, 4<<20)
	config.mapping = mapping{root: name(s, "root"), item: name(s, "item"), lists: &lists{}}
	if config.mapping.item != "" && config.mapping.root == "" {
		s.Wrong("item", "needs root, the element around the list")
	}
	for _, path := range s.Texts("arrays") {
		for _, step := range strings.Split(path, ".") {
			if !isName(step) {
				s.Wrong("arrays", `must be paths of element names, such as "order.item"`)
			}
		}
		config.mapping.lists.add(path)
	}
	return s.Err()
}

// typeChars are what media types are made of (RFC 6838, section 4.2).
const typeChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.+-_!#$&^"

func name(s *settings.Settings, key string) string {
	n := s.Text(key, "", 256)
	if n != "" && !isName(n) {
		s.Wrong(key, "must be a name of XML")
	}
	return n
}
