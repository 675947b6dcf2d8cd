package capability

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/portico-gateway/portico/hostabi"
)

// Secret is a value that is never formatted: whatever prints it, prints
// [redacted].
type Secret struct {
	value  []byte
	quoted []byte // as %q writes it, without the quotes; nil if that is value
}

// NewSecret returns a secret. It keeps value, which must not change.
func NewSecret(value []byte) Secret {
	s := Secret{value: value}
	q := strconv.AppendQuote(nil, string(value))
	if q = q[1 : len(q)-1]; !bytes.Equal(q, value) {
		s.quoted = q
	}
	return s
}

// Len is how many bytes the secret has.
func (s Secret) Len() int { return len(s.value) }

var redacted = []byte("[redacted]")

var (
	_ fmt.Formatter  = Secret{}
	_ slog.LogValuer = Secret{}
)

// Format prints [redacted] for every verb.
func (Secret) Format(s fmt.State, _ rune) { _, _ = s.Write(redacted) }

// LogValue is [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(string(redacted)) }

// MarshalText gives [redacted].
func (Secret) MarshalText() ([]byte, error) { return slices.Clone(redacted), nil }

// Vault is the secrets of a configuration, by name. It is not changed.
type Vault map[string]Secret

// secrets are those of one lease: which, and where their values are now.
type secrets struct {
	vault *atomic.Pointer[Vault]
	read  map[string]bool // by name; false is for use alone
}

var _ hostabi.Secrets = (*secrets)(nil)

// secrets are those that the operator granted.
func (l *Lease) secrets() *secrets {
	read := map[string]bool{}
	for _, grant := range l.grants.Secrets {
		read[grant.Name] = grant.Read
	}
	return &secrets{&l.state.vault, read}
}

// value finds the value of a secret that was granted.
func (s *secrets) value(name string) (value []byte, read bool, err error) {
	read, ok := s.read[name]
	if !ok {
		return nil, false, hostabi.ENOENT
	}
	// An old version of a plugin may still be granted what the new
	// configuration does not have any more.
	v, ok := (*s.vault.Load())[name]
	if !ok {
		return nil, false, hostabi.ENOENT
	}
	return v.value, read, nil
}

func (s *secrets) Read(name string) ([]byte, error) {
	v, read, err := s.value(name)
	switch {
	case err != nil:
		return nil, err
	case !read:
		return nil, hostabi.EPERM
	}
	return v, nil
}

func (s *secrets) HMAC(name string, h hostabi.Hash, data []byte) ([]byte, error) {
	var f func() hash.Hash
	switch h {
	case hostabi.HashSHA1:
		f = sha1.New
	case hostabi.HashSHA256:
		f = sha256.New
	case hostabi.HashSHA512:
		f = sha512.New
	default:
		return nil, hostabi.EINVAL
	}
	key, _, err := s.value(name)
	if err != nil {
		return nil, err
	}
	m := hmac.New(f, key)
	m.Write(data)
	return m.Sum(nil), nil
}

// Redact replaces the longest values first: one may hold another. Those for use
// alone are among them, since a host that got one can send it back; and a value
// also stands as %q writes it, since errors quote what a host has sent.
func (s *secrets) Redact(text []byte) []byte {
	var values [][]byte
	vault := *s.vault.Load()
	for name := range s.read {
		v := vault[name]
		for _, form := range [...][]byte{v.value, v.quoted} {
			if len(form) > 0 && bytes.Contains(text, form) {
				values = append(values, form)
			}
		}
	}
	slices.SortFunc(values, func(a, b []byte) int { return len(b) - len(a) })
	for _, v := range values {
		text = bytes.ReplaceAll(text, v, redacted)
	}
	return text
}
