package main

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// hash is a hash of bcrypt, "$2y$10$" and 53 characters more.
type hash string

// maxCost bounds the time of a check: one more doubles it.
const maxCost = 12

// others are what htpasswd writes that is no bcrypt, by how it begins.
var others = []struct{ prefix, name string }{
	{"{SHA}", "SHA-1 without a salt"},
	{"$apr1$", "MD5-crypt"},
	{"$1$", "MD5-crypt"},
	{"$5$", "SHA-256-crypt"},
	{"$6$", "SHA-512-crypt"},
	{"$2x$", "bcrypt with the mistake of 2011"},
}

// parseHash takes what this plugin can check, and says what anything else is.
func parseHash(s string) (hash, error) {
	for _, o := range others {
		if strings.HasPrefix(s, o.prefix) {
			return "", errors.New(o.name + " is not taken; set the password anew with htpasswd -B")
		}
	}
	head, rest, _ := cut(s, len("$2y$10$"))
	version, _, _ := cut(head, len("$2y$"))
	if version != "$2a$" && version != "$2b$" && version != "$2y$" {
		return "", errors.New("not a hash of bcrypt; a password in plain text, or of crypt, is not taken: make one with htpasswd -B")
	}
	if len(rest) != 53 || strings.Trim(rest, alphabet) != "" || head[6] != '$' {
		return "", errors.New("a hash of bcrypt has 60 characters, such as $2y$10$… and 53 more")
	}
	cost, err := strconv.ParseUint(head[4:6], 10, 8)
	if err != nil || cost < 4 || cost > maxCost {
		return "", errors.New("the cost of bcrypt must be 4 to " + strconv.Itoa(maxCost) + ", is " + head[4:6])
	}
	return hash(s), nil
}

const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func cut(s string, n int) (before, after string, ok bool) {
	if len(s) < n {
		return s, "", false
	}
	return s[:n], s[n:], true
}

// cost is that of a hash, as its two digits.
func (h hash) cost() string { return string(h[4:6]) }

// dummy is a hash that no password is known for.
func dummy(cost string) hash {
	return hash("$2y$" + cost + "$Th1sIs.N0b0dys.HashOfAnything.ButItTakesTheSameTime.0")
}

// is takes the time that the cost says, whatever the password.
func (h hash) is(password string) bool {
	return bcrypt.CompareHashAndPassword([]byte(h), []byte(password)) == nil
}
