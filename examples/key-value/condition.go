package main

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/portico-gateway/portico/sdk/go/integration"
)

// condition is that of a request: its headers If-Match and If-None-Match.
type condition struct{ match, noneMatch string }

func conditionOf(r *integration.Request) (c condition) {
	c.match, _ = r.Header("If-Match")
	c.noneMatch, _ = r.Header("If-None-Match")
	return c
}

// holds reports whether an item, empty if there is none, may be changed.
func (c condition) holds(item []byte) bool {
	current := ""
	if len(item) > 0 {
		current = tag(item)
	}
	return (c.match == "" || matches(c.match, current, false)) &&
		(c.noneMatch == "" || !matches(c.noneMatch, current, true))
}

// matches reports whether a list of entity tags names one; "*" names any that is
// there. weak takes a weak tag for a strong one, as If-None-Match does (RFC 9110,
// section 13.1.2).
func matches(list, current string, weak bool) bool {
	if current == "" {
		return false
	}
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for _, t := range strings.Split(list, ",") {
		t = strings.TrimSpace(t)
		if weak {
			t = strings.TrimPrefix(t, "W/")
		}
		if t == current {
			return true
		}
	}
	return false
}

// tag is the entity tag of an item: equal items have equal ones.
func tag(item []byte) string {
	sum := sha256.Sum256(item)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
