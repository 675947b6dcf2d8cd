package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// gatewayFile is the file that a Portico under measurement serves, with the shipped
// defaults and an access log to a file.
const gatewayFile = `
[server]
listen = "127.0.0.1:0"
admin = "unix:%[1]s/admin.sock"
[access_log]
file = "%[1]s/access.log"
[plugins]
directory = "%[2]s"
cache = "%[1]s/cache"
[apis.orders]
protocol = "%[3]s"
%[4]s
[[apis.orders.routes]]
route = "GET /orders/{id}"
%[5]s
integration = { type = "http_proxy", uri = "http://%[6]s/orders/{id}" }
`

const authorizer = `[apis.orders.authorizers.check]
type = "request"
plugin = "%s"
identity_source = ["$request.header.Authorization"]
ttl = "%s"`

const chain = `authorizer = "check"
map_request = ["%s"]`

// variants are the Porticos that are measured.
var variants = []struct{ name, protocol, authorizer, mapper, ttl string }{
	{"plain", "http", "", "", ""},
	{"plain-rest", "rest", "", "", ""},
	{"plugin", "http", "session", "add-tenant", "0s"},
	{"cached", "http", "session", "add-tenant", "300s"},
	{"go-guest", "http", "check", "check", "0s"},
}

// gateway is a command that serves.
type gateway struct {
	name string
	args []string
}

// prepare builds everything and lists what is to be measured.
func prepare(dir, backend string, o options) (all []gateway, err error) {
	plugins := filepath.Join(dir, "plugins")
	if err := os.Mkdir(plugins, 0o755); err != nil {
		return nil, err
	}
	for _, f := range []string{"session.wasm", "session.toml", "add-tenant.wasm"} {
		b, err := os.ReadFile(filepath.Join("plugins", f))
		if err != nil {
			return nil, fmt.Errorf("run me at the top of the repository: %w", err)
		}
		if err := os.WriteFile(filepath.Join(plugins, f), b, 0o644); err != nil {
			return nil, err
		}
	}
	portico, gostd := o.portico, filepath.Join(dir, "gostd")
	builds := []*exec.Cmd{
		exec.Command("go", "build", "-o", gostd, "./bench/gostd"),
		guest(filepath.Join(plugins, "check.wasm")),
	}
	if portico == "" {
		portico = filepath.Join(dir, "portico")
		builds = append(builds, exec.Command("go", "build", "-o", portico, "./cmd/portico"))
	}
	for _, build := range builds {
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", strings.Join(build.Args, " "), err)
		}
	}
	all = []gateway{
		{"gostd", []string{gostd, "-upstream", backend}},
		{"gostd-plugin", []string{gostd, "-upstream", backend, "-plugins", plugins}},
		{"floor", []string{gostd, "-upstream", backend, "-lean"}},
	}
	for _, v := range variants {
		if len(o.only) > 0 && !slices.Contains(o.only, v.name) {
			continue
		}
		own := filepath.Join(dir, v.name)
		if err := os.Mkdir(own, 0o700); err != nil {
			return nil, err
		}
		auth, links := "", ""
		if v.authorizer != "" {
			auth, links = fmt.Sprintf(authorizer, v.authorizer, v.ttl), fmt.Sprintf(chain, v.mapper)
		}
		file := filepath.Join(own, "gateway.toml")
		text := fmt.Sprintf(gatewayFile, own, plugins, v.protocol, auth, links, backend)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return nil, err
		}
		all = append(all, gateway{v.name, []string{portico, "serve", "-file", file}})
	}
	return all, nil
}

// guest builds the Go guest, with the Go that runs this.
func guest(out string) *exec.Cmd {
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", out, ".")
	cmd.Dir = filepath.Join("bench", "guests", "check")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	return cmd
}
