package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/internal/freeport"
)

// root is the top of the repository.
const root = "../.."

// TestMain puts this test binary into PATH as "portico": scripts and the
// commands of the documentation run the program without building it again.
func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"portico": func() { os.Exit(Main()) }})
}

// leakless fails tests that leave goroutines behind.
type leakless struct{ *testing.M }

func (l leakless) Run() int {
	code := l.M.Run()
	if code == 0 {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}

// ports stand for 8080 and 9180 of the documentation and of gateway files, so
// that tests run beside a gateway and beside each other.
type ports struct{ listen, admin string }

func freePorts() (ports, error) {
	var p ports
	for _, to := range []*string{&p.listen, &p.admin} {
		address, err := freeport.Local()
		if err != nil {
			return p, err
		}
		if _, *to, err = net.SplitHostPort(address); err != nil {
			return p, err
		}
	}
	return p, nil
}

// move puts the ports into a text.
func (p ports) move(text string) string {
	return strings.NewReplacer(":8080", ":"+p.listen, ":9180", ":"+p.admin).Replace(text)
}

var serverHead = regexp.MustCompile(`(?m)^\[server\]\n`)

// moveFile puts the ports into a gateway file; where it leaves the admin
// listener at its default, it gets a line that does not.
func (p ports) moveFile(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := string(b)
	if !strings.Contains(text, "\nadmin") {
		if !serverHead.MatchString(text) {
			text += "\n[server]\n"
		}
		text = serverHead.ReplaceAllString(text, "[server]\nadmin = \"127.0.0.1:9180\"\n")
	}
	return os.WriteFile(file, []byte(p.move(text)), 0o600)
}

// clone copies the parts of the repository that commands read and write: not
// the code of the gateway, for which "portico" stands.
func clone(dir string) error {
	for _, name := range []string{"plugins", "examples", "sdk/go"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			return err
		}
	}
	b, err := os.ReadFile(filepath.Join(root, "gateway.toml"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "gateway.toml"), b, 0o600)
}
