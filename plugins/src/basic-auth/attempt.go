package main

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/portico-gateway/portico/sdk/go/cache"
)

// attempt is a user's name and a password that may be theirs.
type attempt struct {
	user, password string
	users          *users

	key string // in the cache
}

// hash is the user's, or the one for nobody.
func (a *attempt) hash() (h hash, known bool) {
	if h, known = a.users.hashes[a.user]; !known {
		h = a.users.nobody
	}
	return h, known
}

// remembered reports whether this password was right within the time to
// remember. What is looked up is a hash of name, password and stored hash: who
// has no right password finds nothing, and a new password, or a user's removal,
// holds at once.
func (a *attempt) remembered() bool {
	if config.ttl == 0 {
		return false
	}
	h, known := a.hash()
	sum := sha256.New()
	for _, part := range []string{a.user, a.password, string(h)} {
		var n [4]byte
		binary.LittleEndian.PutUint32(n[:], uint32(len(part)))
		sum.Write(n[:])
		sum.Write([]byte(part))
	}
	a.key = string(sum.Sum([]byte("ok")))
	_, ok := cache.Get(a.key)
	return ok && known
}

// remember is an attempt, too: a cache without room costs time and nothing else.
func (a *attempt) remember() {
	if a.key != "" {
		_ = cache.Put(a.key, nil, config.ttl)
	}
}

// right checks the password. It takes as long for a user that is not there.
func (a *attempt) right() bool {
	h, known := a.hash()
	return h.is(a.password) && known
}

// problem is for the log. The name of a user that is not there could be a
// password that was typed into the wrong field.
func (a *attempt) problem() string {
	if _, known := a.hash(); known {
		return "wrong password of " + a.user
	}
	return "no such user"
}
