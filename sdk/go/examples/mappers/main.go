// Two mappers in one plugin: the request's adds a configured header, the
// response's names the path that the client asked for, which the first kept
// for it.
package main

import (
	"encoding/json"
	"errors"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
	"github.com/portico-gateway/portico/sdk/go/responsemapper"
)

// settings come from the plugin's configuration.
var settings struct{ Header, Value string }

func init() {
	portico.Configure(func(config []byte) error {
		if err := json.Unmarshal(config, &settings); err != nil {
			return err
		}
		if settings.Header == "" {
			return errors.New("header is missing")
		}
		return nil
	})
	requestmapper.Handle(func(r *requestmapper.Request) error {
		if err := r.SetScratch([]byte(r.Path())); err != nil {
			return err
		}
		return r.SetHeader(settings.Header, settings.Value)
	})
	responsemapper.Handle(func(w *responsemapper.Response, r *responsemapper.Request) error {
		return w.SetHeader("X-Asked-For", string(r.Scratch()))
	})
}

func main() {}
