package policy

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Request is what a document is asked about. The caller fills it per request;
// it holds nothing that needs allocating.
type Request struct {
	Action Action
	// Resource is the ARN that is called,
	// arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}.
	Resource string
	// Principal is the caller's ARN, "" when anonymous. Only resource
	// policies look at it.
	Principal string

	// Time is aws:CurrentTime and aws:EpochTime.
	Time time.Time
	// SourceIP is aws:SourceIp. An invalid address is a missing key.
	SourceIP netip.Addr
	// Secure is aws:SecureTransport.
	Secure bool
	// UserAgent and Referer are the fields of those names; their keys are
	// missing when "".
	UserAgent, Referer string
	// Keys are all other condition keys, such as aws:PrincipalOrgID. A key
	// with several values stands there several times.
	Keys []Key
}

// Key is one value of a condition key. Names are compared without regard to
// case.
type Key struct {
	Name, Value string
}

// keyID names a condition key that has a field of its own in Request.
type keyID uint8

const (
	keyOther keyID = iota
	keyCurrentTime
	keyEpochTime
	keySourceIP
	keySecureTransport
	keyUserAgent
	keyReferer
	keyPrincipalARN
	keyPrincipalAccount
)

func keyOf(name string) keyID {
	switch strings.ToLower(name) {
	case "aws:currenttime":
		return keyCurrentTime
	case "aws:epochtime":
		return keyEpochTime
	case "aws:sourceip":
		return keySourceIP
	case "aws:securetransport":
		return keySecureTransport
	case "aws:useragent":
		return keyUserAgent
	case "aws:referer":
		return keyReferer
	case "aws:principalarn":
		return keyPrincipalARN
	case "aws:principalaccount":
		return keyPrincipalAccount
	}
	return keyOther
}

// value returns the i-th value of a key as text. Keys with a field of their
// own have at most one value.
func (r *Request) value(id keyID, name string, i int) (string, bool) {
	if id == keyOther {
		for k := range r.Keys {
			if strings.EqualFold(r.Keys[k].Name, name) {
				if i == 0 {
					return r.Keys[k].Value, true
				}
				i--
			}
		}
		return "", false
	}
	if i > 0 {
		return "", false
	}
	switch id {
	case keyCurrentTime:
		return r.Time.UTC().Format(time.RFC3339), !r.Time.IsZero()
	case keyEpochTime:
		return strconv.FormatInt(r.Time.Unix(), 10), !r.Time.IsZero()
	case keySourceIP:
		if !r.SourceIP.IsValid() {
			return "", false
		}
		return r.SourceIP.Unmap().WithZone("").String(), true
	case keySecureTransport:
		return strconv.FormatBool(r.Secure), true
	case keyUserAgent:
		return r.UserAgent, r.UserAgent != ""
	case keyReferer:
		return r.Referer, r.Referer != ""
	case keyPrincipalARN:
		return roleOf(r.Principal), r.Principal != ""
	case keyPrincipalAccount:
		account := accountOf(r.Principal)
		return account, account != ""
	}
	return "", false
}

// has reports whether a key is there, without making its text.
func (r *Request) has(id keyID, name string) bool {
	switch id {
	case keyCurrentTime, keyEpochTime:
		return !r.Time.IsZero()
	case keySourceIP:
		return r.SourceIP.IsValid()
	case keyPrincipalARN:
		return r.Principal != ""
	}
	_, ok := r.value(id, name, 0)
	return ok
}
