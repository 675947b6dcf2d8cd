package capability

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/portico-gateway/portico/hostabi"
)

// Secret is a value that is never formatted: whatever prints it, prints
// [redacted].
type Secret struct {
	value []byte
	forms [][]byte // what is redacted
}

// NewSecret returns a secret. It keeps value, which must not change.
func NewSecret(value []byte) Secret { return Secret{value, formsOf(value)} }

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

// maxFormer is how many former values of a secret are redacted still. After a
// rotation a call that is under way, a guest that keeps what it should not, and a
// host that sends back what it got may have the old value, which is valid for some
// time as a rule. It is a number and no time, so that reloading often keeps
// nothing for ever; reloads that find the same value do not count.
const maxFormer = 4

// values are the secrets as they are, and as they were. They are not changed.
type values struct {
	now    Vault
	former map[string][]Secret // by name, the latest first
}

// next are the values once now is in force. Of names that are gone, those stay
// that somebody is granted.
func (v *values) next(now Vault, granted func(name string) bool) *values {
	n := &values{now, map[string][]Secret{}}
	names := maps.Clone(v.former)
	for name := range v.now {
		names[name] = v.former[name]
	}
	for name, former := range names {
		old, was := v.now[name]
		s, is := now[name]
		if !is && !granted(name) {
			continue
		}
		if was && !(is && bytes.Equal(old.value, s.value)) {
			former = slices.Insert(slices.Clone(former), 0, old)
		}
		if is { // it may be one of before again
			former = slices.DeleteFunc(slices.Clone(former), func(o Secret) bool { return bytes.Equal(o.value, s.value) })
		}
		if former = former[:min(len(former), maxFormer)]; len(former) > 0 {
			n.former[name] = former
		}
	}
	return n
}

// of are all values of some names.
func (v *values) of(names iter.Seq[string]) iter.Seq[Secret] {
	return func(yield func(Secret) bool) {
		for name := range names {
			for _, s := range append([]Secret{v.now[name]}, v.former[name]...) {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// secrets are those of one lease: which, where their values are now, and what is
// redacted.
type secrets struct {
	values   *atomic.Pointer[values]
	read     map[string]bool // by name; false is for use alone
	redactor atomic.Pointer[redactor]
}

var _ hostabi.Secrets = (*secrets)(nil)

// newSecrets are those that the operator granted. The caller holds State.mu.
func (s *State) newSecrets(grants []SecretGrant) *secrets {
	l := &secrets{values: &s.values, read: map[string]bool{}}
	for _, grant := range grants {
		l.read[grant.Name] = grant.Read
	}
	l.learn(s.values.Load())
	return l
}

// learn has the secrets redacted as they are in v.
func (s *secrets) learn(v *values) {
	r := newRedactor(v.of(maps.Keys(s.read)))
	s.redactor.Store(&r)
}

// value finds the value of a secret that was granted.
func (s *secrets) value(name string) (value []byte, read bool, err error) {
	read, ok := s.read[name]
	if !ok {
		return nil, false, hostabi.ENOENT
	}
	// An old version of a plugin may still be granted what the new
	// configuration does not have any more.
	v, ok := s.values.Load().now[name]
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

// Redact replaces those for use alone too, since a host that got one can send it
// back, and former values.
func (s *secrets) Redact(text []byte) []byte { return s.redactor.Load().redact(text) }

func (s *secrets) Begun(text []byte) int { return s.redactor.Load().begun(text) }

// SetSecrets gives all leases, those under way too, the values of v.
func (s *State) SetSecrets(v Vault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.values.Load().next(v, func(name string) bool {
		for l := range s.leases {
			if _, ok := l.secrets.read[name]; ok {
				return true
			}
		}
		return false
	})
	// Nobody gets a value before it is redacted.
	for l := range s.leases {
		l.secrets.learn(next)
	}
	s.learn(next)
	s.values.Store(next)
}

// learn has Redact know the secrets of all leases as they are in v. The caller
// holds mu.
func (s *State) learn(v *values) {
	names := map[string]bool{}
	for l := range s.leases {
		maps.Copy(names, l.secrets.read)
	}
	if len(names) == 0 {
		s.redactor.Store(nil)
		return
	}
	r := newRedactor(v.of(maps.Keys(names)))
	s.redactor.Store(&r)
}

// Redact returns text with the values of all secrets replaced that any plugin was
// granted, text itself if there are none in it: for what may come from any plugin.
// Where no plugin has a secret it costs nothing.
func (s *State) Redact(text []byte) []byte {
	r := s.redactor.Load()
	if r == nil {
		return text
	}
	return r.redact(text)
}
