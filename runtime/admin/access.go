package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// reach is from where a connection can come.
type reach uint8

const (
	fromMachine reach = iota // loopback, where browsers are
	fromSocket               // a unix socket, which browsers cannot reach
	fromNetwork
)

func reachOf(a net.Addr) reach {
	switch a := a.(type) {
	case *net.UnixAddr:
		return fromSocket
	case *net.TCPAddr:
		if !a.IP.IsLoopback() {
			return fromNetwork
		}
	}
	return fromMachine
}

func reachOfRequest(r *http.Request) reach {
	a, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return reachOf(a)
}

// hostAllowed keeps a page whose name resolves to 127.0.0.1 from being of the
// same origin as the listener (DNS rebinding). Elsewhere the token does that.
func hostAllowed(r *http.Request) bool {
	if reachOfRequest(r) != fromMachine {
		return true
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return strings.EqualFold(host, "localhost") || host == "127.0.0.1" || host == "::1"
}

// fromPage reports a request that a browser sends for a web page. Browsers set
// Origin at every POST, and pages cannot unset it.
func fromPage(r *http.Request) bool {
	if len(r.Header.Values("Origin")) > 0 {
		return true
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "none"
}

// Why a request is not let in.
const (
	noToken    = "this address can be reached from outside and no admin token is set"
	wantsToken = `an admin token is required: send "Authorization: Bearer TOKEN"`
	wrongToken = "the admin token is wrong"
)

// authorized says whether a request has the token, where it needs one.
func (h *handler) authorized(r *http.Request) (ok bool, reason string) {
	token, required := "", false
	if h.o.Token != nil {
		token, required = h.o.Token()
	}
	if !required {
		return reachOfRequest(r) != fromNetwork, noToken
	}
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false, wantsToken
	}
	// Digests are compared, so that the time tells nothing of the length.
	a, b := sha256.Sum256([]byte(strings.TrimSpace(got))), sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(a[:], b[:]) != 1 || token == "" {
		return false, wrongToken
	}
	return true, ""
}
