// Gostd is the obvious gateway, the baseline of bench/compare: net/http,
// httprouter, httputil.ReverseProxy over http.Transport and, with -plugins, the
// same native guests on plain wazero, in a sync.Pool.
package main

import (
	"flag"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/julienschmidt/httprouter"
)

func main() {
	upstream := flag.String("upstream", "", "host:port of the backend")
	plugins := flag.String("plugins", "", "directory of session.wasm and add-tenant.wasm, empty for none")
	floor := flag.Bool("lean", false, "use the gateway's own upstream client, and nothing else of it")
	flag.Parse()

	target := &url.URL{Scheme: "http", Host: *upstream}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
		},
		Transport: transport,
	}
	var handler http.Handler = proxy
	if *floor {
		handler = newLean(*upstream)
	}
	if *plugins != "" {
		var err error
		if handler, err = newFilter(*plugins, proxy); err != nil {
			log.Fatal(err)
		}
	}
	router := httprouter.New()
	router.GET("/orders/:id", func(w http.ResponseWriter, r *http.Request, _ httprouter.Params) { handler.ServeHTTP(w, r) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	log.SetFlags(0)
	log.Printf("listening on %s", l.Addr())
	log.Fatal(http.Serve(l, router))
}
