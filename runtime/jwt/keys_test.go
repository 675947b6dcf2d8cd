package jwt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// long is a token's claims that hold for the time of these tests: a bubble begins
// in the year 2000.
const long = `{"exp":4000000000}`

// stand is a source, a verifier with its keys, and signers for it.
type stand struct {
	t        *testing.T
	source   source
	log      bytes.Buffer
	registry *Registry
	keys     *Keys
	v        *Verifier
	a, b     signer
}

var signers = sync.OnceValue(func() [2]signer { return [2]signer{newSigner("ES256", "a"), newSigner("ES256", "b")} })

// newStand is called in a bubble and begins with the key a.
func newStand(t *testing.T) *stand {
	s := &stand{t: t, a: signers()[0], b: signers()[1]}
	s.source.document = document(s.a.public)
	s.registry = NewRegistry(RegistryOptions{Log: slog.New(slog.NewTextHandler(&s.log, nil))})
	s.registry.get = s.source.get
	s.keys = s.registry.Acquire("https://keys.test/jwks?secret=x")
	v, err := New(Options{Keys: s.keys})
	if err != nil {
		t.Fatal(err)
	}
	s.v = v
	return s
}

// want verifies and compares the outcome and how often keys were fetched so far.
func (s *stand) want(what string, by signer, err error, fetches int) {
	s.t.Helper()
	_, got := s.v.Verify(s.t.Context(), by.sign(long))
	synctest.Wait()
	if got != err || s.source.count() != fetches {
		s.t.Errorf("%s: %v after %d fetches, want %v after %d", what, got, s.source.count(), err, fetches)
	}
}

func bubble(t *testing.T, f func(t *testing.T, s *stand)) {
	signers() // outside, since it makes goroutines wait
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		defer s.registry.Close()
		f(t, s)
	})
}

func TestKeysAreFetchedWhenTheyAreNeededAndKept(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		if s.source.count() != 0 {
			t.Error("they are fetched before anybody asks")
		}
		s.want("the first", s.a, nil, 1)
		s.want("the second", s.a, nil, 1)
		time.Sleep(refreshAfter - time.Millisecond)
		s.want("just before they are fetched again", s.a, nil, 1)
		time.Sleep(time.Millisecond)
		s.want("when they are fetched again behind it", s.a, nil, 2)
		s.want("after that", s.a, nil, 2)
	})
}

func TestARemovedKeyHoldsNoLongerThanItsLife(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.want("the first", s.a, nil, 1)
		s.source.set(document(s.b.public), nil)
		time.Sleep(Life - time.Millisecond)
		s.want("a token at the end of its life, which has keys fetched", s.a, nil, 2)
		s.want("the next", s.a, hostabi.TokenKey, 2)

		s.source.set(document(s.a.public), nil)
		time.Sleep(Life)
		s.want("after its life it waits for the new ones", s.b, hostabi.TokenKey, 3)
		s.source.set(document(), nil)
		time.Sleep(Life)
		s.want("an empty document takes all keys away", s.a, hostabi.TokenKey, 4)
	})
}

func TestKeysHoldWhileTheirSourceFails(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.want("the first", s.a, nil, 1)
		s.source.set(nil, errors.New("no such host"))
		time.Sleep(Life)
		s.want("the one that finds out", s.a, nil, 2)
		s.want("the next", s.a, nil, 2)
		time.Sleep(Every)
		s.source.mu.Lock()
		s.source.hold = make(chan struct{})
		s.source.mu.Unlock()
		s.want("one that waits for no fetch that will fail", s.a, nil, 3)
		close(s.source.hold)
		s.source.mu.Lock()
		s.source.hold = nil
		s.source.mu.Unlock()
		time.Sleep(Kept - Life - Every - time.Millisecond)
		s.want("the last", s.a, nil, 4)
		time.Sleep(time.Millisecond)
		s.want("after two hours", s.a, hostabi.ECONN, 4)
		time.Sleep(Every)
		s.want("still", s.a, hostabi.ECONN, 5)
		s.source.set(document(s.a.public), nil)
		s.want("before it may be asked again", s.a, hostabi.ECONN, 5)
		time.Sleep(Every)
		s.want("when it is there again", s.a, nil, 6)
		log := s.log.String()
		if strings.Count(log, "level=WARN") != 1 || strings.Count(log, "fetched again") != 1 || strings.Contains(log, "secret") {
			t.Errorf("logged\n%s", log)
		}
	})
}

func TestASourceThatWasNeverThere(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.source.set(nil, errors.New("no such host"))
		s.want("the first", s.a, hostabi.ECONN, 1)
		s.want("the second, for which nobody is asked", s.a, hostabi.ECONN, 1)
		time.Sleep(Every)
		s.source.set([]byte("<html>"), nil)
		s.want("what is no document", s.a, hostabi.ECONN, 2)
		time.Sleep(Every)
		s.source.set(document(s.a.public), nil)
		s.want("a document", s.a, nil, 3)
	})
}

func TestANewKeyIsFetchedAndAFloodOfNamesIsNot(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.want("the first", s.a, nil, 1)
		s.want("a name that is not there, at once", s.b, hostabi.TokenKey, 1)
		time.Sleep(Every)
		s.source.set(document(s.a.public, s.b.public), nil)
		s.want("one that is new", s.b, nil, 2)
		time.Sleep(Every)
		for i := range 100 {
			c := signer{"ES256", s.b.private, map[string]any{"kid": fmt.Sprint("c", i)}}
			s.want("a name that nobody has", c, hostabi.TokenKey, 3)
		}
		s.source.set(nil, errors.New("no such host"))
		time.Sleep(Every)
		c := signer{"ES256", s.b.private, map[string]any{"kid": "c"}}
		s.want("one that nobody can know now", c, hostabi.ECONN, 4)
		s.want("one that is there", s.a, nil, 4)
	})
}

func TestAStampedeFetchesOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.source.hold = make(chan struct{})
		token := s.a.sign(long)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if _, err := s.v.Verify(context.Background(), token); err != nil {
					t.Error(err)
				}
			})
		}
		// Whoever leaves takes nothing with it.
		ctx, cancel := context.WithCancel(context.Background())
		all.Go(func() {
			if _, err := s.v.Verify(ctx, token); err != context.Canceled {
				t.Errorf("who left got %v", err)
			}
		})
		all.Go(func() {
			ctx := deadline{context.Background(), time.Now().Add(time.Second)}
			if _, err := s.v.Verify(ctx, token); err != context.DeadlineExceeded {
				t.Errorf("who had a second got %v", err)
			}
		})
		synctest.Wait()
		cancel()
		time.Sleep(time.Second)
		synctest.Wait()
		close(s.source.hold)
		all.Wait()
		if s.source.count() != 1 {
			t.Errorf("%d fetches, want 1", s.source.count())
		}
	})
}

// deadline is a context whose Done never closes, as that of a call into a guest.
type deadline struct {
	context.Context
	at time.Time
}

func (d deadline) Deadline() (time.Time, bool) { return d.at, true }

func TestAClosedRegistryEndsItsFetches(t *testing.T) {
	bubble(t, func(t *testing.T, s *stand) {
		s.source.hold = make(chan struct{}) // never closed
		got := make(chan error)
		go func() {
			_, err := s.v.Verify(context.Background(), s.a.sign(long))
			got <- err
		}()
		synctest.Wait()
		s.registry.Close()
		if err := <-got; err != hostabi.ECONN {
			t.Errorf("the fetch that was broken off gave %v", err)
		}
		time.Sleep(Every)
		s.want("after it", s.a, hostabi.ECONN, 1)
	})
}

func TestTheKeyOfATokenIsTheOnlyOneThatFits(t *testing.T) {
	a, b, c := signers()[0], signers()[1], newSigner("ES384", "c")
	nameless := sign("ES256", a.private, `{"alg":"ES256"}`, long)
	twin := signer{"ES256", b.private, b.with("kid", "a")}
	empty := sign("ES256", a.private, `{"alg":"ES256","kid":""}`, long)
	tests := []struct {
		name, token string
		document    []byte
		want        error
	}{
		{"the only key needs no name", nameless, document(a.public), nil},
		{"nor one among those for others", nameless, document(a.public, c.public), nil},
		{"two that fit need one", nameless, document(a.public, b.public), hostabi.TokenKey},
		{"a key without a name is found without one", nameless, document(a.with("kid", nil)), nil},
		{"and not with one", a.sign(long), document(a.with("kid", nil)), hostabi.TokenKey},
		{"an empty name is a name", empty, document(a.public), hostabi.TokenKey},
		{"which a key may have", empty, document(a.with("kid", "")), nil},
		{"a name that two have is nobody's", a.sign(long), document(a.public, twin.public), hostabi.TokenKey},
		{"unless they are for different algorithms", a.sign(long), document(a.public, c.with("kid", "a")), nil},
		{"a name whose key is for another algorithm", a.sign(long), document(c.with("kid", "a"), b.public), hostabi.TokenKey},
		{"a key for encryption", a.sign(long), document(a.with("use", "enc")), hostabi.TokenKey},
		{"a key for signing alone", a.sign(long), document(a.with("key_ops", []string{"sign"})), hostabi.TokenKey},
		{"a key for verifying", a.sign(long), document(a.with("key_ops", []string{"sign", "verify"})), nil},
		{"a key for nothing", a.sign(long), document(a.with("key_ops", []string{})), hostabi.TokenKey},
		{"a key of another algorithm of its curve", a.sign(long), document(a.with("alg", "ES384")), hostabi.TokenKey},
		{"another's key of that name", a.sign(long), document(b.with("kid", "a")), hostabi.TokenSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := verifier(t, Options{Keys: keysOf(t, &source{document: tt.document}, RegistryOptions{})})
			if _, err := v.Verify(context.Background(), tt.token); err != tt.want {
				t.Errorf("Verify gave %v, want %v", err, tt.want)
			}
		})
	}
}

func TestARegistrySharesKeysAndForgetsThem(t *testing.T) {
	r := NewRegistry(RegistryOptions{})
	defer r.Close()
	s := &source{document: document(signers()[0].public)}
	r.get = s.get
	const url = "https://user.test/keys?key=secret"
	k, again, other := r.Acquire(url), r.Acquire(url), r.Acquire("https://other.test/")
	if k != again || k == other {
		t.Error("one URL has two sets of keys, or two have one")
	}
	v := verifier(t, Options{Keys: k, Now: time.Now})
	if _, err := v.Verify(context.Background(), signers()[0].sign(long)); err != nil {
		t.Fatal(err)
	}
	r.Release(other)
	r.Release(k)
	stats := r.Stats()
	if len(stats) != 1 || stats[0].URL != "https://user.test/keys" || stats[0].Keys != 1 || stats[0].Succeeded != 1 || !stats[0].Fetched {
		t.Errorf("Stats = %+v", stats)
	}
	r.Release(again)
	if stats := r.Stats(); len(stats) != 0 {
		t.Errorf("Stats = %+v, want none", stats)
	}
}
