// Package resolve finds the API and the stage of a request from its host and
// the beginning of its path.
//
// An API is reached under its hosts and base path, there with the stage as the
// next segment or, where it has one, as "$default" without. A stage may have
// hosts and a base path of its own, the mapping of a custom domain: then no
// path names it. Hosts are compared first: an exact one, then the longest
// wildcard, then APIs without hosts; within a host the longest base path wins
// and routes decide nothing (AWS guide, "API mappings for REST APIs").
package resolve

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Mount is one way to an API.
type Mount struct {
	// Hosts are host names in any case, "*.example.com" for all one or more
	// labels below; none means any host that no other mount names.
	Hosts []string
	// BasePath is "" or a path such as "/orders", without a slash at its end.
	BasePath string
	// Target is handed back by Resolve; runtime keeps its tables under it.
	Target int
	API    *exchange.API
	// Stages are those that a path may name, and "$default".
	Stages []*exchange.Stage
	// Stage is set where the mount leads to this one stage.
	Stage *exchange.Stage
}

// ErrTaken reports two mounts under one host and base path.
var ErrTaken = errors.New("host and base path are taken")

// Table resolves requests. It does not change and is safe for concurrent use.
type Table struct {
	exact    map[string]site
	wildcard []suffix // longest first
	any      site
}

// site holds the mounts of one host, longest base path first.
type site []*Mount

type suffix struct {
	suffix string // ".example.com"
	site   site
}

// New builds a table. Its error joins every conflict.
func New(mounts []Mount) (*Table, error) {
	t := &Table{exact: map[string]site{}}
	wild := map[string]site{}
	var errs []error
	put := func(s site, host string, m *Mount) site {
		for _, other := range s {
			if other.BasePath == m.BasePath {
				errs = append(errs, fmt.Errorf("api %q: %w by api %q: host %q, base path %q: give one of them a base_path or hosts",
					m.API.Name, ErrTaken, other.API.Name, host, m.BasePath+"/"))
				return s
			}
		}
		return append(s, m)
	}
	for i := range mounts {
		m := &mounts[i]
		if len(m.Hosts) == 0 {
			t.any = put(t.any, "*", m)
		}
		for _, h := range m.Hosts {
			h = strings.ToLower(h)
			if rest, ok := strings.CutPrefix(h, "*"); ok {
				wild[rest] = put(wild[rest], h, m)
			} else {
				t.exact[h] = put(t.exact[h], h, m)
			}
		}
	}
	for s, list := range wild {
		t.wildcard = append(t.wildcard, suffix{s, list})
	}
	sort.Slice(t.wildcard, func(i, j int) bool {
		a, b := t.wildcard[i].suffix, t.wildcard[j].suffix
		return len(a) > len(b) || len(a) == len(b) && a < b
	})
	t.any.sort()
	for _, s := range t.exact {
		s.sort()
	}
	for _, w := range t.wildcard {
		w.site.sort()
	}
	return t, errors.Join(errs...)
}

func (s site) sort() {
	sort.SliceStable(s, func(i, j int) bool { return len(s[i].BasePath) > len(s[j].BasePath) })
}

// Refusals of this phase.
var (
	// noMapping: no API under this host and path (AWS guide, "API mappings").
	noMapping = &exchange.Refusal{Type: exchange.BadProtocol, Status: 403, ErrorType: "ForbiddenException", Message: "Forbidden"}
	// noStage: a REST API's path begins with no stage of it.
	noStage = noMapping
	// notFound: an HTTP API has neither that stage nor "$default".
	notFound = &exchange.Refusal{Type: exchange.ResourceNotFound}
)

// Resolve sets x.API, x.Stage and x.Request.Path and returns the target of
// the mount. The refusal is nil when it found both.
func (t *Table) Resolve(x *exchange.Exchange) (target int, refusal *exchange.Refusal) {
	path := exchange.NormalPath(x.Request.RawPath)
	m := t.site(x.DomainName()).mount(path)
	if m == nil {
		return 0, noMapping
	}
	x.API = m.API
	path = path[len(m.BasePath):]
	if m.Stage != nil {
		x.Stage = m.Stage
	} else if x.Stage, path = m.stage(path); x.Stage == nil {
		if m.API.Protocol == exchange.HTTP {
			return m.Target, notFound
		}
		return m.Target, noStage
	}
	if path == "" {
		path = "/"
	}
	x.Request.Path = path
	return m.Target, nil
}

// stage takes the stage from the front of path, or "$default" and the path
// as it is.
func (m *Mount) stage(path string) (*exchange.Stage, string) {
	segment := strings.TrimPrefix(path, "/")
	rest := ""
	if i := strings.IndexByte(segment, '/'); i >= 0 {
		segment, rest = segment[:i], segment[i:]
	}
	var byDefault *exchange.Stage
	for _, s := range m.Stages {
		if s.Default {
			byDefault = s
		} else if s.Name == segment {
			return s, rest
		}
	}
	return byDefault, path
}

func (s site) mount(path string) *Mount {
	for _, m := range s {
		if strings.HasPrefix(path, m.BasePath) && (len(path) == len(m.BasePath) || path[len(m.BasePath)] == '/') {
			return m
		}
	}
	return nil
}

func (t *Table) site(host string) site {
	if len(t.exact) == 0 && len(t.wildcard) == 0 {
		return t.any
	}
	host = strings.TrimSuffix(host, ".") // the same name, fully qualified
	host = strings.ToLower(host)         // host itself when it has no upper case
	if s, ok := t.exact[host]; ok {
		return s
	}
	for _, w := range t.wildcard {
		if len(host) > len(w.suffix) && strings.HasSuffix(host, w.suffix) {
			return w.site
		}
	}
	return t.any
}
