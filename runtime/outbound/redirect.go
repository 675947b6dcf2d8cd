package outbound

import (
	"io"
	"net/http"
	"slices"

	"github.com/portico-gateway/portico/hostabi"
)

// redirect is the request that an answer sends on to, nil if the answer is for
// the guest: it is no redirect, or one that is not followed.
func (x *exchange) redirect(q *http.Request, resp *http.Response, hop int) (*http.Request, error) {
	location := resp.Header.Get("Location")
	if !x.redirects || hop >= x.client.o.Redirects || location == "" || !isRedirect(resp.StatusCode) {
		return nil, nil
	}
	u, err := q.URL.Parse(location)
	if err != nil {
		return nil, wrapped(hostabi.EPERM, "redirect to what is no URL")
	}
	u.Fragment, u.RawFragment = "", ""
	to, from := placeOf(u), placeOf(q.URL)
	if u.User != nil || u.Opaque != "" || !x.client.hosts.allows(to) {
		return nil, wrapped(hostabi.EPERM, "redirect to %s, which is not in the list of hosts", to)
	}
	method, keeps := methodAfter(q.Method, resp.StatusCode)
	sends := keeps && q.Body != http.NoBody
	if sends && (x.streams || to != from) {
		return nil, nil // the body is gone, or was meant for the other one
	}
	next := &http.Request{
		Method: method, URL: u, Host: u.Host, Header: q.Header.Clone(), Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if sends {
		next.ContentLength, next.GetBody = q.ContentLength, q.GetBody
		var body io.ReadCloser
		if body, err = q.GetBody(); err != nil {
			return nil, err
		}
		next.Body = body
	}
	if !keeps {
		for _, name := range [...]string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"} {
			next.Header.Del(name)
		}
	}
	if to != from {
		x.anonymous(next.Header)
	}
	return next.WithContext(q.Context()), nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// methodAfter is the method of the next request, and whether it has the body of
// the last (RFC 9110, section 15.4).
func methodAfter(method string, status int) (next string, keeps bool) {
	switch {
	case status == http.StatusSeeOther && method != http.MethodHead:
		return http.MethodGet, false
	case method == http.MethodPost && status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect:
		return http.MethodGet, false
	}
	return method, true
}

// impersonal are the fields that do not say who asks.
var impersonal = []string{"Accept", "Accept-Language", "Accept-Encoding", "Content-Type", "Content-Language", "User-Agent"}

// anonymous removes what is for the host that was asked first.
func (x *exchange) anonymous(h http.Header) {
	for name := range h {
		if !slices.Contains(impersonal, name) || slices.Contains(x.secret, name) {
			delete(h, name)
		}
	}
}
