// Package porticotest runs a plugin's handlers in ordinary Go tests, without
// WebAssembly and without a gateway: a host in memory stands for both. What it
// does not know is refused as the gateway would.
package porticotest
