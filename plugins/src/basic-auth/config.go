package main

import (
	"strings"
	"time"

	"github.com/portico-gateway/portico/sdk/go/settings"
)

// config is filled once for each instance.
var config struct {
	users  *users // of [config.users]
	secret string // "" for none
	ttl    time.Duration
}

func configure(text []byte) error {
	s := settings.Parse(text)
	config.users = &users{hashes: make(map[string]hash)}
	for _, p := range s.Table("users") {
		h, err := parseHash(p.Text)
		switch {
		case !isUser(p.Name) || strings.Contains(p.Name, ":"):
			s.Wrong("users", "a name has 1 to 255 bytes of UTF-8, no colon and no control characters")
		case err != nil:
			s.Wrong("users."+p.Name, err.Error())
		default:
			config.users.add(p.Name, h)
		}
	}
	config.secret = s.Text("users_secret", "", 256)
	config.ttl = s.Duration("remember", 5*time.Minute, 0, time.Hour)
	if config.secret == "" && len(config.users.hashes) == 0 {
		s.Wrong("users", "there are none; name them, or a secret with a file of htpasswd by users_secret")
	}
	return s.Err()
}
