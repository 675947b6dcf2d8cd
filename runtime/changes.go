package runtime

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/runtime/config"
)

// changes says in lines for people what is different in next.
func changes(old, next *Snapshot) []string {
	if old == nil {
		return []string{"first snapshot"}
	}
	var lines []string
	diff := func(what string, a, b map[string]string) {
		for _, name := range sorted(b) {
			switch before, ok := a[name]; {
			case !ok:
				lines = append(lines, what+" "+name+" added")
			case before != b[name]:
				lines = append(lines, what+" "+name+" changed")
			}
		}
		for _, name := range sorted(a) {
			if _, ok := b[name]; !ok {
				lines = append(lines, what+" "+name+" removed")
			}
		}
	}
	diff("plugin", keys(old), keys(next))
	diff("api", apiTexts(old.config), apiTexts(next.config))
	diff("setting", settings(old.config), settings(next.config))
	if len(lines) == 0 {
		lines = []string{"nothing changed"}
	}
	return lines
}

// needRestart names settings that are read once, when the gateway starts.
func needRestart(old, next *Snapshot) []string {
	if old == nil {
		return nil
	}
	a, b := old.config, next.config
	var names []string
	check := func(name string, x, y any) {
		if !reflect.DeepEqual(x, y) {
			names = append(names, name)
		}
	}
	check("server.listen", a.Server.Listen, b.Server.Listen)
	check("server.admin", a.Server.Admin, b.Server.Admin)
	check("server.proxy_protocol", a.Server.ProxyProtocol, b.Server.ProxyProtocol)
	if a.Server.ProxyProtocol != config.ProxyProtocolOff {
		// Of requests they count at once, of PROXY headers not.
		check("server.trusted_proxies", a.Server.TrustedProxies, b.Server.TrustedProxies)
	}
	if frontHeader(a) != frontHeader(b) {
		check("server.max_header", a.Server.MaxHeader, b.Server.MaxHeader)
		check("server.max_url", a.Server.MaxURL, b.Server.MaxURL)
	}
	check("server.max_connections", a.Server.MaxConnections, b.Server.MaxConnections)
	check("server.header_timeout", a.Server.HeaderTimeout, b.Server.HeaderTimeout)
	check("server.read_timeout", a.Server.ReadTimeout, b.Server.ReadTimeout)
	check("server.write_timeout", a.Server.WriteTimeout, b.Server.WriteTimeout)
	check("server.idle_timeout", a.Server.IdleTimeout, b.Server.IdleTimeout)
	check("server.drain_timeout", a.Server.DrainTimeout, b.Server.DrainTimeout)
	check("log", a.Log, b.Log)
	check("store", a.Store, b.Store)
	check("plugins.cache", a.Plugins.Cache, b.Plugins.Cache)
	return names
}

func keys(s *Snapshot) map[string]string {
	m := map[string]string{}
	for _, p := range s.plugins.All() {
		m[p.Name()] = p.Key()
	}
	return m
}

func apiTexts(c *config.Config) map[string]string {
	m := map[string]string{}
	for _, a := range c.APIs {
		m[a.Name] = fmt.Sprintf("%+v", a)
	}
	return m
}

func settings(c *config.Config) map[string]string {
	return map[string]string{
		"server":     fmt.Sprintf("%+v", c.Server),
		"access_log": fmt.Sprintf("%+v", c.AccessLog),
		"plugins":    fmt.Sprintf("%+v", c.Plugins),
		"secrets":    secretsText(c),
		"store":      fmt.Sprintf("%+v", c.Store),
		"upstream":   fmt.Sprintf("%+v", c.Upstream),
		"log":        fmt.Sprintf("%+v", c.Log),
	}
}

func sorted(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
