package jwt

import (
	"encoding/base64"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// encoding is base64url without padding, and without bits that nobody reads.
var encoding = base64.RawURLEncoding.Strict()

// header is the part of a token's header that counts.
type header struct {
	algorithm int    // of algorithms; -1 for one that is not among them
	kid       string // the key that it names
	named     bool   // it names one; an empty name is one, too
}

// token is a compact JWS that has been read and not been verified.
type token struct {
	header
	signed    string // what the signature is of
	payload   []byte
	signature []byte
}

// usualMembers is how many members a header or claims have at most, mostly.
const usualMembers = 24

// read takes a token apart.
func (t *token) read(s string) error {
	head, rest, _ := strings.Cut(s, ".")
	payload, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.IndexByte(signature, '.') >= 0 {
		return hostabi.TokenMalformed
	}
	t.signed = s[:len(head)+1+len(payload)]
	if err := t.readHeader(head); err != nil {
		return err
	}
	if t.payload, ok = decode(payload); !ok {
		return hostabi.TokenMalformed
	}
	if t.signature, ok = decode(signature); !ok {
		return hostabi.TokenMalformed
	}
	return nil
}

func (t *token) readHeader(segment string) error {
	var list [usualMembers]member
	b, ok := decode(segment)
	if !ok {
		return hostabi.TokenMalformed
	}
	fields, ok := members(list[:0], b)
	if !ok {
		return hostabi.TokenMalformed
	}
	t.algorithm = -1
	found, critical := false, false
	for _, f := range fields {
		switch f.name {
		case "alg":
			name, ok := text(f.value)
			if !ok {
				return hostabi.TokenMalformed
			}
			found = true
			if i, ok := algorithmNamed(name); ok {
				t.algorithm = i
			}
		case "kid":
			kid, ok := text(f.value)
			if !ok {
				return hostabi.TokenMalformed
			}
			t.kid, t.named = kid, true
		case "crit":
			critical = true
		}
	}
	switch {
	case !found:
		return hostabi.TokenMalformed
	case critical:
		return hostabi.TokenAlgorithm
	}
	return nil
}

// decode decodes a segment.
func decode(segment string) (b []byte, ok bool) {
	b = make([]byte, encoding.DecodedLen(len(segment)))
	got, err := encoding.Decode(b, []byte(segment))
	// The decoder passes over line breaks, which nobody signed.
	return b[:got], err == nil && encoding.EncodedLen(got) == len(segment)
}
