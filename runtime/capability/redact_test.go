package capability_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
	"github.com/portico-gateway/portico/runtime/capability"
)

// vault has one secret, s.
func vault(value string) capability.Vault {
	return capability.Vault{"s": capability.NewSecret([]byte(value))}
}

var grantS = capability.Grants{Has: has(hostabi.CapabilitySecrets), Secrets: []capability.SecretGrant{{Name: "s", Read: true}}}

// keeper is a guest that read the secret of s once and logs what it keeps. Logged
// gives the messages of one call.
func keeper(t *testing.T, s *capability.State) (logged func() []string) {
	t.Helper()
	wasm, err := os.ReadFile("testdata/keep.wasm")
	if err != nil {
		t.Fatal(err)
	}
	var m messages
	p, err := loadWith(t, wasm, native.Options{Name: "keep", Log: slog.New(&m), Capabilities: acquire(t, s, "keep", grantS).Capabilities(),
		Instances: 1, Allowance: hostabi.Allowance{Lines: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		t.Helper()
		m = nil
		if _, err := p.Call(context.Background(), hostabi.Authorize, tck.NewHost(tck.Setup{})); err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// messages is a handler that keeps what the lines of one goroutine say.
type messages []string

func (*messages) Enabled(context.Context, slog.Level) bool { return true }
func (m *messages) WithAttrs([]slog.Attr) slog.Handler     { return m }
func (m *messages) WithGroup(string) slog.Handler          { return m }
func (m *messages) Handle(_ context.Context, r slog.Record) error {
	*m = append(*m, r.Message)
	return nil
}

func TestWhatAGuestKeepsIsRedactedAfterRotations(t *testing.T) {
	s := newState(t, capability.Stores{})
	s.SetSecrets(vault("the first value"))
	logged := keeper(t, s)
	want := fmt.Sprint([]string{strings.Repeat("[redacted]", 15), "[redacted]"}) // what is printed ends with the call
	for n, next := range []string{"the first value", "the second value", "the second value", "the second value", "3", "4", "the first value", "5"} {
		s.SetSecrets(vault(next))
		if got := fmt.Sprint(logged()); got != want {
			t.Errorf("after %d reloads it logs %s, want %s", n+1, got, want)
		}
	}
	s.SetSecrets(capability.Vault{}) // taken away, and granted still
	if got := fmt.Sprint(logged()); got != want {
		t.Errorf("without the secret it logs %s, want %s", got, want)
	}
}

func TestFormerValuesAreBounded(t *testing.T) {
	s := newState(t, capability.Stores{})
	c := acquire(t, s, "p", grantS).Capabilities().Secrets
	for n := range 10 {
		s.SetSecrets(vault(fmt.Sprint("value ", n)))
	}
	want := "value 0 value 4 [redacted] [redacted] [redacted] [redacted] [redacted]"
	if got := string(c.Redact([]byte("value 0 value 4 value 5 value 6 value 7 value 8 value 9"))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// pem is a key as files have it, with CRLF as some have it.
const pem = "-----BEGIN PRIVATE KEY-----\r\n" +
	"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\r\n" +
	"b2Jlcw==\r\n" +
	"Qg==\r\n" +
	"-----END PRIVATE KEY-----"

func TestASecretOfSeveralLinesIsRedactedLineByLine(t *testing.T) {
	s := newState(t, capability.Stores{})
	s.SetSecrets(vault(pem))
	want := []string{"-----BEGIN PRIVATE KEY-----\r", "[redacted]\r", "[redacted]\r", "Qg==\r", strings.Repeat("[redacted]", 15), "-----END PRIVATE KEY-----"}
	if got := keeper(t, s)(); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("logged %q, want %q", got, want)
	}
	c := acquire(t, s, "p", grantS).Capabilities().Secrets
	for _, tt := range []struct{ name, text, want string }{
		{"a line within others", "key: MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC;", "key: [redacted];"},
		{"a line that is too short to tell", "Qg== }", "Qg== }"},
		{"armor", "no -----BEGIN PRIVATE KEY----- found", "no -----BEGIN PRIVATE KEY----- found"},
		{"all of it", "a " + pem + " b", "a [redacted] b"},
		{"all of it, quoted", fmt.Sprintf("a %q b", pem), `a "[redacted]" b`},
	} {
		if got := string(c.Redact([]byte(tt.text))); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestALogLineThatIsTooLongEndsBeforeASecretThatGoesOn(t *testing.T) {
	for _, n := range []int{5000, 6553, 6554, 8191, 8192, 8193, 65535, 65536} {
		s := newState(t, capability.Stores{})
		value := strings.Repeat("0123456789abcdefghi", 4000)[:n-1] + "$"
		s.SetSecrets(vault(value))
		lines := keeper(t, s)()
		got := lines[0]
		if strings.ReplaceAll(got, "[redacted]", "") != "" || len(got) != len("[redacted]")*(65536/n) {
			t.Errorf("of fifteen values of %d bytes it logs %.200q, want %d redacted", n, got, 65536/n)
		}
		if lines[1] != "[redacted]" {
			t.Errorf("a value of %d bytes is printed as %.100q", n, lines[1])
		}
	}
}

func TestBegun(t *testing.T) {
	s := newState(t, capability.Stores{})
	s.SetSecrets(capability.Vault{"a": capability.NewSecret([]byte("abcabcd")), "b": capability.NewSecret([]byte("bb")), "c": capability.NewSecret([]byte("short\nlong enough"))})
	c := acquire(t, s, "p", capability.Grants{Has: grantS.Has, Secrets: []capability.SecretGrant{{Name: "a"}, {Name: "b"}, {Name: "c"}}}).Capabilities().Secrets
	for text, want := range map[string]int{
		"": 0, "x": 0, "xa": 1, "xabc": 3, "xabcabc": 6, "abcabc": 6, "abcabcabc": 6, "xabcabcd": 0, "xabcabcx": 0,
		"bb": 0, "xb": 1, "xbbb": 1, // of three one is left
		"a long": 4, "short\nlong": 10, "ca": 1, "long enough": 0,
	} {
		if got := c.Begun([]byte(text)); got != want {
			t.Errorf("Begun(%q) = %d, want %d", text, got, want)
		}
	}
}

// Where no plugin has a secret, what may come from any of them costs nothing.
func TestRedactingForAll(t *testing.T) {
	s := newState(t, capability.Stores{})
	s.SetSecrets(vault("the value"))
	text := []byte("it is the value")
	acquire(t, s, "without", capability.Grants{})
	if got := s.Redact(text); !bytes.Equal(got, text) {
		t.Errorf("got %q where no plugin has the secret", got)
	}
	l, err := s.Acquire("p", grantS)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Redact(text); string(got) != "it is [redacted]" {
		t.Errorf("got %q where one has it", got)
	}
	s.SetSecrets(vault("another"))
	if got := s.Redact(text); string(got) != "it is [redacted]" {
		t.Errorf("got %q after a rotation", got)
	}
	other := []byte("user-17")
	if n := testing.AllocsPerRun(100, func() { s.Redact(other) }); n != 0 {
		t.Errorf("%v allocations where there is nothing to redact", n)
	}
	l.Release()
	if got := s.Redact(text); !bytes.Equal(got, text) {
		t.Errorf("got %q after the last lease", got)
	}
}

// Labels that differ in a secret alone are one series: two would spoil what
// Prometheus gets.
func TestSecretsInLabelsAreRedacted(t *testing.T) {
	s := newState(t, capability.Stores{})
	g := metricsOf(capability.Metric{Name: "m", Labels: []string{"who", "what"}, Series: 2})
	g.Has[hostabi.CapabilitySecrets], g.Secrets = true, grantS.Secrets
	m := acquire(t, s, "p", g).Capabilities().Metrics
	for _, value := range []string{"first", "second", "third"} {
		s.SetSecrets(vault(value))
		for _, who := range []string{value, "first", "Bearer " + value} {
			if err := m.Add("m", append(label("who", who), label("what", "x")...), 1); err != nil {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
	want := []string{"portico_custom_m{plugin=p,what=x,who=Bearer [redacted]} 3", "portico_custom_m{plugin=p,what=x,who=[redacted]} 6"}
	if got := gathered(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("gathered %q, want %q", got, want)
	}
	if err := m.Add("m", label("who", "third"), 1); !errors.Is(err, hostabi.E2BIG) {
		t.Errorf("a series too many gave %v", err)
	}
}

// BenchmarkRedact is what a value in the access log costs with some secrets.
func BenchmarkRedact(b *testing.B) {
	s := newState(b, capability.Stores{})
	g := capability.Grants{Has: grantS.Has}
	v := capability.Vault{}
	for n := range 3 {
		name := fmt.Sprint("s", n)
		g.Secrets = append(g.Secrets, capability.SecretGrant{Name: name, Read: true})
		v[name] = capability.NewSecret([]byte(fmt.Sprintf("a value of 32 bytes, number %5d", n)))
	}
	text := []byte("/orders/12345678/items/42")
	redact := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Redact(text)
		}
	}
	b.Run("no plugin has a secret", redact)
	s.SetSecrets(v)
	acquire(b, s, "p", g)
	b.Run("three secrets that are longer", redact)
	v = capability.Vault{"s0": capability.NewSecret([]byte("short one")), "s1": capability.NewSecret([]byte("hunter2")), "s2": capability.NewSecret([]byte(pem))}
	s.SetSecrets(v)
	b.Run("three others, and three before", redact)
}
