package main

import (
	"errors"
	"strconv"
	"strings"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/secrets"
)

// users are the users of one moment.
type users struct {
	hashes map[string]hash
	// nobody is the hash for users that are not there: of the highest cost, so
	// that they take as long as those who are.
	nobody hash
}

func (u *users) add(name string, h hash) {
	u.hashes[name] = h
	if u.nobody == "" || h.cost() > u.nobody.cost() {
		u.nobody = dummy(h.cost())
	}
}

// file is the secret as it was parsed last; an instance sees it change.
var file = struct {
	text  string
	users *users
	read  []byte // what is read into, again and again
}{read: make([]byte, 0, 4<<10)}

// current are the users of [config.users] and of the secret as it is now.
func current() (*users, error) {
	if config.secret == "" {
		return config.users, nil
	}
	text, err := secrets.Append(file.read[:0], config.secret)
	if file.read = text; err != nil {
		return nil, errors.New("secret " + strconv.Quote(config.secret) + ": " + err.Error() +
			"; in NAME.toml, grant it by [secrets] " + config.secret + ` = "read"`)
	}
	if file.users == nil || file.text != string(text) {
		u, err := parseFile(string(text))
		if err != nil {
			return nil, err
		}
		file.text, file.users = string(text), u
	}
	return file.users, nil
}

// parseFile reads a file of htpasswd: a line of name and hash for each user. A
// line that cannot be used locks out its user and nobody else; the log says why.
// The first line of a name counts, and [config.users] before any.
func parseFile(text string) (*users, error) {
	u := &users{hashes: make(map[string]hash)}
	for name, h := range config.users.hashes {
		u.add(name, h)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, text, _ := strings.Cut(line, ":")
		if _, twice := u.hashes[name]; twice {
			continue
		}
		h, err := parseHash(text)
		switch {
		case !isUser(name):
			err = errors.New("a name has 1 to 255 bytes of UTF-8 and no control characters")
		case err == nil:
			u.add(name, h)
		}
		if err != nil {
			portico.Log(portico.Error, "secret "+strconv.Quote(config.secret)+": user "+strconv.Quote(name)+": "+err.Error())
		}
	}
	if len(u.hashes) == 0 {
		return nil, errors.New("secret " + strconv.Quote(config.secret) + ": has no user that can be checked")
	}
	return u, nil
}
