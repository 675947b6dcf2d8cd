package main

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

const (
	// maxUser is what htpasswd takes.
	maxUser = 255
	// maxPassword is where bcrypt ends: two passwords that differ behind it have
	// one hash. It holds before the user is looked up, so it tells nothing.
	maxPassword = 72
	// maxHeader is the longest value that can hold both.
	maxHeader = len("Basic ") + (maxUser+1+maxPassword+2)/3*4
)

// credentials are user and password of a header (RFC 7617, section 2). The user
// has no colon, neither has control characters, and both are UTF-8: that is the
// charset to announce.
func credentials(header string) (user, password string, ok bool) {
	if len(header) > maxHeader {
		return "", "", false
	}
	scheme, encoded, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	text, err := base64.StdEncoding.Strict().DecodeString(strings.TrimLeft(encoded, " "))
	if err != nil || !printable(string(text)) {
		return "", "", false
	}
	user, password, ok = strings.Cut(string(text), ":")
	if !ok || !isUser(user) || len(password) > maxPassword {
		return "", "", false
	}
	return user, password, true
}

// printable reports whether a text is UTF-8 without control characters. A NUL
// would end the password for bcrypt.
func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return false
		}
	}
	return utf8.ValidString(s)
}

func isUser(s string) bool { return s != "" && len(s) <= maxUser && printable(s) }
