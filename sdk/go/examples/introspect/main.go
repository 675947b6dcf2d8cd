// An authorizer that asks an OAuth server about the token (RFC 7662) and
// remembers what it said for a minute. Its NAME.toml:
//
//	capabilities = ["http", "cache", "secrets"]
//	http.hosts = ["https://auth.example.com"]
//	secrets.introspection = "use"
//	config.url = "https://auth.example.com/introspect"
//
// The secret is what the server wants as Authorization of who asks, such as
// "Basic …". The plugin does not see it.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/cache"
	"github.com/portico-gateway/portico/sdk/go/outbound"
)

// endpoint is where tokens are asked about.
var endpoint string

func init() {
	portico.Configure(func(config []byte) error {
		var c struct{ URL string }
		if err := json.Unmarshal(config, &c); err != nil {
			return err
		}
		if endpoint = c.URL; endpoint == "" {
			return errors.New("url is missing")
		}
		return nil
	})
	authorizer.Handle(decide)
}

func decide(r *authorizer.Request) authorizer.Decision {
	header, _ := r.Header("Authorization")
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return authorizer.Unauthorized
	}
	a, err := introspect(token)
	switch {
	case err != nil:
		// Failing is not denying: the client gets 500 and knows to come back.
		return r.Fail(err)
	case !a.Active:
		return authorizer.Unauthorized
	}
	if err := r.SetPrincipal(a.Subject); err != nil {
		return r.Fail(err)
	}
	return authorizer.Allow
}

// answer is what the server says about a token.
type answer struct {
	Active  bool   `json:"active"`
	Subject string `json:"sub"`
}

const (
	remembered = time.Minute
	largest    = 64 << 10
)

func introspect(token string) (a answer, err error) {
	sum := sha256.Sum256([]byte(token)) // a key has 512 bytes, a token may have more
	key := string(sum[:])
	body, known := cache.Get(key)
	if !known {
		if body, err = ask(token); err != nil {
			return a, err
		}
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, err
	}
	if !known {
		// A cache that does not take it costs a request the next time.
		_ = cache.Put(key, body, remembered)
	}
	return a, nil
}

func ask(token string) ([]byte, error) {
	answer, err := outbound.Do(&outbound.Request{
		Method: "POST", URL: endpoint, Timeout: 2 * time.Second,
		Header: []string{"Authorization", "{secret:introspection}",
			"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"},
		Body: []byte("token=" + url.QueryEscape(token)),
	})
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	if answer.Status != 200 {
		return nil, fmt.Errorf("the server answered %d", answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer, largest))
}

func main() {}
