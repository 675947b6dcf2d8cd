// Go-authorizer is a plugin of two kinds. As an authorizer it knows clients by
// their API keys; as an integration it tells a client who it is.
//
// The operator's file holds the SHA-256 of each key, since the configuration
// of a plugin is no place for secrets.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/authorizer"
	"github.com/portico-gateway/portico/sdk/go/integration"
)

// clients maps the SHA-256 of a key to whose it is. It is filled once for each
// instance, before the first request.
var clients map[[sha256.Size]byte]string

func init() {
	portico.Configure(configure)
	authorizer.Handle(authorize)
	integration.Handle(whoami)
}

func configure(text []byte) error {
	var config struct {
		Clients map[string]string // name: hexadecimal SHA-256 of the key
	}
	if err := json.Unmarshal(text, &config); err != nil {
		return err
	}
	if len(config.Clients) == 0 {
		return errors.New(`want [config.clients] with lines such as: acme = "SHA-256 of the key"`)
	}
	clients = make(map[[sha256.Size]byte]string, len(config.Clients))
	for name, digits := range config.Clients {
		sum, err := hex.DecodeString(digits)
		if err != nil || len(sum) != sha256.Size {
			return fmt.Errorf("client %q: want 64 hexadecimal digits", name)
		}
		clients[[sha256.Size]byte(sum)] = name
	}
	return nil
}

// authorize needs no comparison in constant time: what is looked up is a hash,
// of which nobody can choose a part.
func authorize(r *authorizer.Request) authorizer.Decision {
	name, ok := clients[sha256.Sum256([]byte(r.Token()))]
	if !ok {
		return authorizer.Deny
	}
	if err := errors.Join(r.SetPrincipal(name), r.SetContext("client", name)); err != nil {
		return r.Fail(err)
	}
	return authorizer.Allow
}

func whoami(w *integration.Response, r *integration.Request) error {
	name, _ := r.AuthContext("client")
	if err := w.SetHeader("Content-Type", "text/plain; charset=utf-8"); err != nil {
		return err
	}
	_, err := w.WriteString("you are " + name + "\n")
	return err
}

func main() {}
