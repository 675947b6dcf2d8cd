// {{name}} changes requests before their integration, and responses before
// they are sent.
package main

import (
	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
	"github.com/portico-gateway/portico/sdk/go/responsemapper"
)

func init() {
	requestmapper.Handle(mapRequest)
	responsemapper.Handle(mapResponse)
}

func mapRequest(r *requestmapper.Request) error {
	return r.SetHeader("X-Request-Id", r.Get(portico.RequestID))
}

func mapResponse(w *responsemapper.Response, _ *responsemapper.Request) error {
	return w.RemoveHeader("Server")
}

func main() {}
