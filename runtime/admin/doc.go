// Package admin is the control listener: what runs, how it is, and reloading
// it, as JSON over HTTP on loopback or a unix socket.
//
//	GET  /healthz  the process works
//	GET  /readyz   it should get requests
//	GET  /plugins  the plugin directory, file by file
//	GET  /routes   what answers what
//	GET  /metrics  for Prometheus
//	POST /reload   read all files again; 422 with every problem if that fails
//
// # Who may ask
//
// On loopback everybody on the machine may, so the danger is a web page that
// makes a browser ask. A page that lets its own name resolve to 127.0.0.1 is
// refused by the Host header, one that posts by the Origin header, and none
// can read an answer, since no header allows it to. Off loopback a bearer token
// is required, else nothing is served; health and readiness alone answer
// without it, by status only, because probes have no secrets.
//
// On a unix socket the mode of the file, 0600, decides.
package admin
