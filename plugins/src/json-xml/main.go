// Json-xml is a mapper of requests and responses that stands between clients of
// one form and a backend of the other: JSON and XML.
//
// Built from this directory, with the compiler that internal/wat/compiled.txt
// names, by
//
//	CGO_ENABLED=0 GOOS=wasip1 GOARCH=wasm go build -trimpath -buildvcs=false -buildmode=c-shared -ldflags="-s -w -buildid=" -o ../../json-xml.wasm .
package main

import (
	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/requestmapper"
	"github.com/portico-gateway/portico/sdk/go/responsemapper"
)

func init() {
	portico.Configure(configure)
	requestmapper.Handle(mapRequest)
	responsemapper.Handle(mapResponse)
}

func main() {}
