package jwt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// FetchTimeout bounds a fetch from resolving the name to the last byte. It is API
// Gateway's (Developer Guide, "Quotas for HTTP APIs").
const FetchTimeout = 1500 * time.Millisecond

var errOutside = errors.New("over http, anybody on the way can give keys of their own; use https, or an address of this machine or its network")

// inside reports whether an address is of this machine or its network.
func inside(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

// onlyInside refuses to connect to other addresses.
func onlyInside(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !inside(a.Addr()) {
		return fmt.Errorf("%s: %w", a.Addr(), errOutside)
	}
	return nil
}

// download fetches a document, or the part of a larger one that shows that it is.
func (r *Registry) download(ctx context.Context, source string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, FetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	req.Header.Set("User-Agent", "portico")
	via := r.double
	if via == nil {
		via = r.transport(req)
	}
	resp, err := via.RoundTrip(req) // it follows no redirect
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err := fmt.Errorf("the source answered %d", resp.StatusCode)
		if to := resp.Header.Get("Location"); to != "" {
			err = fmt.Errorf("%w and points to %.200q; name the URL that has the keys", err, printable(to))
		}
		return nil, err
	}
	return io.ReadAll(io.LimitReader(resp.Body, MaxDocument+1))
}

// transport connects for one request: over http, within this network alone.
func (r *Registry) transport(req *http.Request) *http.Transport {
	dialer := &net.Dialer{}
	if req.URL.Scheme == "http" {
		dialer.Control = onlyInside
	}
	return &http.Transport{ // one connection in minutes: none is kept
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true,
		TLSClientConfig:        &tls.Config{RootCAs: r.roots.Load(), MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: 64 << 10,
	}
}
