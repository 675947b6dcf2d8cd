package runtime_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// probes are what is asked after each attempt.
var probes = []string{"/secret", "/stamped", "/", "/nowhere", "/dev/secret"}

// seen is the answer to one probe, without what differs from call to call.
func (s *stand) seen(t *testing.T, path string) string {
	t.Helper()
	return s.bytes("GET "+path, "Authorization: Bearer let-me-in")
}

func (s *stand) seenAll(t *testing.T) (all []string) {
	t.Helper()
	for _, p := range probes {
		all = append(all, s.seen(t, p))
	}
	return all
}

// calm: what a reload left behind answers every probe, twice the same, and
// nothing has panicked.
func (s *stand) calm(t *testing.T) {
	t.Helper()
	for _, r := range s.Routes() {
		for _, step := range r.Chain {
			if strings.HasPrefix(step, "http") {
				return // nobody is asked outside
			}
		}
	}
	for _, p := range probes {
		once := s.seen(t, p)
		if again := s.seen(t, p); once != again || !strings.HasPrefix(once, "HTTP/1.1 ") {
			t.Errorf("%s: got\n%s\nand then\n%s", p, once, again)
		}
	}
	if strings.Contains(s.log.String(), "panic") {
		t.Error("something panicked")
	}
}

// unchanged: a failed reload has changed nothing.
func (s *stand) unchanged(t *testing.T, snapshot int, before []string) {
	t.Helper()
	if s.Snapshot() != snapshot {
		t.Errorf("snapshot %d serves, it was %d", s.Snapshot(), snapshot)
	}
	for i, got := range s.seenAll(t) {
		if got != before[i] {
			t.Errorf("%s after a failed reload: got\n%s\nwant\n%s", probes[i], got, before[i])
		}
	}
}

// FuzzReload: whatever the gateway file holds, a reload that fails leaves
// number and answers of the snapshot as they were, and one that works serves.
func FuzzReload(f *testing.F) {
	f.Add(good)
	f.Add("")
	f.Add("map_request = [\"moods\"]\n" + good)
	f.Add(strings.Replace(good, `"rest"`, `"http"`, 1))
	f.Add(good + "[apis.a.stages.dev]\nvariables = { a = \"b\" }\n[apis.a.gateway_responses.DEFAULT_4XX]\nstatus = 418\nheaders = { \"X-Path\" = \"context.path\" }\nbody = { \"text/plain\" = \"$context.error.message\" }\n")
	f.Add(good + "[[apis.a.routes]]\nroute = \"ANY /{proxy+}\"\nintegration = { type = \"mock\", status = 204, responses = [{ status = 200, pattern = \"2..\", body = \"x\" }] }\n[apis.b]\nprotocol = \"http\"\nhosts = [\"*.example.com\"]\n[[apis.b.routes]]\nroute = \"$default\"\nintegration = { type = \"plugin\", plugin = \"moods\", timeout = \"50ms\" }\n")
	f.Add(good + "[[apis.a.routes]]\nroute = \"GET /out/{id}\"\nintegration = { type = \"http_proxy\", uri = \"http://127.0.0.1:9/{id}\", request_parameters = { \"integration.request.header.x\" = \"'y'\" } }\n[upstream]\nidle_connections = 3\n")
	f.Add(good + "[apis.c]\nprotocol = \"rest\"\nbase_path = \"/c\"\n[[apis.c.routes]]\nroute = \"GET /a{b}\"\nintegration = { type = \"mock\" }\n")

	dir := files(f, good, "session", "session.toml", tokens, "stamp", "stamp.toml", "[config]\nstamp = \"1\"\n", "echo", "moods")
	s := serve(f, dir)
	f.Fuzz(func(t *testing.T, text string) {
		s := &stand{Gateway: s.Gateway, t: t, dir: s.dir, addr: s.addr, client: s.client, log: s.log}
		if strings.Contains(text, "file") || strings.Contains(text, "directory") {
			return // it could name any file of this machine
		}
		s.log.reset()
		snapshot, before := s.Snapshot(), s.seenAll(t)
		s.configure(text)
		if _, err := s.Reload(context.Background()); err != nil {
			s.unchanged(t, snapshot, before)
		} else {
			s.calm(t)
		}
		s.configure(good)
		s.reload()
		s.answers(t, "1")
	})
}

// FuzzModule: whatever stands in NAME.wasm, a reload that fails leaves number
// and answers of the snapshot as they were, and one that works serves: the
// guest's own routes in whatever way, all others as before.
func FuzzModule(f *testing.F) {
	for _, name := range []string{"stamp", "echo", "moods", "function", "session", "add-tenant"} {
		wasm := guest(f, name)
		for i, place := range []string{"stamp", "echo"} {
			f.Add(place, wasm)
			f.Add(place, wasm[:len(wasm)/2])
			f.Add(place, mutant(wasm, uint64(i)))
		}
	}
	s := serveModule(f)
	f.Fuzz(func(t *testing.T, place string, wasm []byte) {
		if place == "stamp" || place == "echo" {
			s.module(t, place, wasm)
		}
	})
}

func serveModule(t testing.TB) *stand {
	text := strings.Replace(good, `plugin = "echo"`, `plugin = "echo", timeout = "100ms"`, 1)
	return serve(t, files(t, text, "session", "session.toml", tokens, "echo",
		"stamp", "stamp.toml", "timeout = \"100ms\"\nmemory = \"4MiB\"\n[config]\nstamp = \"1\"\n[breaker]\nfailures = 0\n",
		"echo.toml", "memory = \"4MiB\"\n[breaker]\nfailures = 0\n"))
}

// module tries one module in the place of a plugin and reports whether it was
// accepted.
func (s *stand) module(t *testing.T, place string, wasm []byte) (accepted bool) {
	s = &stand{Gateway: s.Gateway, t: t, dir: s.dir, addr: s.addr, client: s.client, log: s.log}
	s.log.reset()
	snapshot, before := s.Snapshot(), s.seenAll(t)
	write(t, s.plugin(place+".wasm"), string(wasm))
	if _, err := s.Reload(context.Background()); err != nil {
		s.unchanged(t, snapshot, before)
	} else {
		accepted = true
		s.get("/stamped")
		if status, body := s.get("/secret", "Authorization: Bearer let-me-in"); status != 200 || body != "good" {
			t.Errorf("another route: got %d %q", status, body)
		}
		if strings.Contains(s.log.String(), "panic") {
			t.Error("something panicked")
		}
	}
	write(t, s.plugin(place+".wasm"), string(guest(t, place)))
	s.reload()
	s.answers(t, "1")
	return accepted
}

// mutant changes a few bytes of a module behind its header: for three seeds of
// four so that most of what comes is valid still, else at random.
func mutant(wasm []byte, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	m := append([]byte(nil), wasm...)
	for left := 1 + r.IntN(3); left > 0; {
		i := 9 + r.IntN(len(m)-10)
		switch b := m[i]; {
		case seed%4 == 0:
			m[i] = byte(r.Uint32())
		case inName(m[i-1]) || inName(m[i+1]):
			continue
		case b >= 0x6a && b <= 0x78: // an operation on two i32 for another
			m[i] = 0x6a + byte(r.IntN(15))
		case b >= 0x46 && b <= 0x4f: // a comparison of two i32 for another
			m[i] = 0x46 + byte(r.IntN(10))
		case m[i-1] == 0x41 && b < 0x80: // a small i32.const for another
			m[i] = byte(r.IntN(0x80))
		default:
			continue
		}
		left--
	}
	return m
}

// inName reports whether a byte may be a letter of an import or an export.
func inName(b byte) bool { return b >= '_' && b <= 'z' }

// TestEvidenceMutants drops mutated modules into the plugin directory.
func TestEvidenceMutants(t *testing.T) {
	n := scale(100, 3000)
	s := serveModule(t)
	accepted := 0
	for i := range n {
		place := "echo"
		if i%5 == 0 {
			place = "stamp"
		}
		m := mutant(guest(t, place), uint64(i))
		if s.module(t, place, m) {
			accepted++
		}
		if t.Failed() {
			file := filepath.Join(os.TempDir(), "mutant.wasm")
			if err := os.WriteFile(file, m, 0o600); err == nil {
				t.Fatalf("mutant %d is in %s", i, file)
			}
		}
	}
	shown(t, "mutated modules", "%d dropped into the directory: %d serve, %d are refused and change nothing", n, accepted, n-accepted)
	if accepted < n/2 || accepted == n {
		t.Error("the mutants prove little: at least half should be valid, and not all")
	}
}
