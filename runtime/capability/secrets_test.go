package capability_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
)

func TestNothingPrintsASecret(t *testing.T) {
	const value = "hunter2"
	s := capability.NewSecret([]byte(value))
	vault := capability.Vault{"a": s}
	text, err := json.Marshal(vault)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("a line", "secret", s, "pointer", &s, "vault", vault, "any", []any{s, struct{ S capability.Secret }{s}})
	}
	printed := []string{string(text), log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3s"} {
		for _, x := range []any{s, &s, vault, []capability.Secret{s}, struct{ S capability.Secret }{s}} {
			printed = append(printed, fmt.Sprintf(verb, x))
		}
	}
	for _, p := range printed {
		for _, form := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value), fmt.Sprint([]byte(value)), "hun"} {
			if strings.Contains(p, form) {
				t.Errorf("printed %s", p)
			}
		}
	}
	if got := fmt.Sprint(s); got != "[redacted]" {
		t.Errorf("it prints as %s", got)
	}
}

func TestSecretsFollowTheVault(t *testing.T) {
	s := newState(t, capability.Stores{})
	c := acquire(t, s, "p", capability.Grants{Has: has(hostabi.CapabilitySecrets),
		Secrets: []capability.SecretGrant{{Name: "read", Read: true}, {Name: "use"}}}).Capabilities().Secrets
	read := func(name, want string, code error) {
		t.Helper()
		if v, err := c.Read(name); string(v) != want || !errors.Is(err, code) {
			t.Errorf("Read(%q) = %q, %v, want %q, %v", name, v, err, want, code)
		}
	}
	read("read", "", hostabi.ENOENT) // granted, and not there
	s.SetSecrets(capability.Vault{"read": capability.NewSecret([]byte("one")), "use": capability.NewSecret([]byte("two")),
		"other": capability.NewSecret([]byte("three"))})
	read("read", "one", nil)
	read("use", "", hostabi.EPERM)
	read("other", "", hostabi.ENOENT)
	before, err := c.HMAC("use", hostabi.HashSHA256, []byte("data"))
	if err != nil {
		t.Fatal(err)
	}
	s.SetSecrets(capability.Vault{"read": capability.NewSecret([]byte("1")), "use": capability.NewSecret([]byte("2"))})
	read("read", "1", nil)
	if after, err := c.HMAC("use", hostabi.HashSHA256, []byte("data")); err != nil || bytes.Equal(before, after) {
		t.Errorf("a new value signs as the old one, %v", err)
	}
	if _, err := c.HMAC("use", 9, nil); !errors.Is(err, hostabi.EINVAL) {
		t.Errorf("a hash that is not there gave %v", err)
	}
}

func TestWhatAPluginWasGrantedIsRedacted(t *testing.T) {
	s := newState(t, capability.Stores{})
	s.SetSecrets(capability.Vault{"a": capability.NewSecret([]byte("abc")), "b": capability.NewSecret([]byte("xabcx")), "u": capability.NewSecret([]byte("used")),
		"q": capability.NewSecret([]byte("a\"b\\c")), "other": capability.NewSecret([]byte("theirs"))})
	c := acquire(t, s, "p", capability.Grants{Has: has(hostabi.CapabilitySecrets),
		Secrets: []capability.SecretGrant{{Name: "a", Read: true}, {Name: "b", Read: true}, {Name: "u"}, {Name: "q"}}}).Capabilities().Secrets
	tests := []struct{ text, want string }{
		{"nothing in it", "nothing in it"},
		{"key=abc, key=abc", "key=[redacted], key=[redacted]"},
		{"one in another: xabcx", "one in another: [redacted]"},
		{"what a host sent back: used", "what a host sent back: [redacted]"},
		{`quoted "a\"b\\c", bare a"b\c`, `quoted "[redacted]", bare [redacted]`},
		{"another plugin's: theirs", "another plugin's: theirs"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := string(c.Redact([]byte(tt.text))); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
