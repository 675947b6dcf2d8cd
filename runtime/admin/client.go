package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ErrRejected reports a reload that failed: the gateway serves what it served.
var ErrRejected = errors.New("reload failed")

// ReloadError is a reload that failed.
type ReloadError struct {
	Problems []string
}

// Error has one problem a line, and nothing else.
func (e *ReloadError) Error() string { return strings.Join(e.Problems, "\n") }

// Unwrap is ErrRejected.
func (e *ReloadError) Unwrap() error { return ErrRejected }

// maxAnswer bounds what is read of an answer: some ten thousand problems.
const maxAnswer = 4 << 20

// Reload asks the gateway whose control listener is at address, "host:port" or
// "unix:/path", to read its files again. token may be empty. When a file is
// wrong the error is a [*ReloadError]. ctx bounds the wait; the gateway does
// not stop reloading when it ends.
func Reload(ctx context.Context, address, token string) (Result, error) {
	status, b, err := ask(ctx, http.MethodPost, "/reload", address, token)
	if err != nil {
		return Result{}, err
	}
	return readResult(address, status, b)
}

// Plugin is what a gateway says of one plugin of its directory; see
// plugin.Status.
type Plugin struct {
	Name     string   `json:"name"`
	Digest   string   `json:"digest"`
	State    string   `json:"state"`
	Problems []string `json:"problems"`
}

// Plugins asks the gateway at address what is in its plugin directory, and what
// it makes of it.
func Plugins(ctx context.Context, address, token string) ([]Plugin, error) {
	status, b, err := ask(ctx, http.MethodGet, "/plugins", address, token)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Plugins []Plugin `json:"plugins"`
		Error   string   `json:"error"`
	}
	switch err := json.Unmarshal(b, &answer); {
	case err != nil:
		return nil, fmt.Errorf("what answers at %s is no control listener of a gateway (status %d)", address, status)
	case status != http.StatusOK:
		return nil, fmt.Errorf("the gateway at %s answers %d: %s", address, status, answer.Error)
	}
	return answer.Plugins, nil
}

// ask makes one request to a control listener.
func ask(ctx context.Context, method, path, address, token string) (status int, body []byte, err error) {
	to, host := target(address)
	client := &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				d := net.Dialer{Timeout: dialTimeout}
				return d.DialContext(ctx, to.network, to.address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, method, (&url.URL{Scheme: "http", Host: host, Path: path}).String(), nil)
	if err != nil {
		return 0, nil, fmt.Errorf("admin address %q: %w", address, err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return 0, nil, fmt.Errorf("no answer from a gateway at %s: %w", address, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("answer of the gateway at %s: %w", address, err)
	}
	return res.StatusCode, b, nil
}

type dialTarget struct{ network, address string }

// target gives where to connect to and what to call it in the Host header.
func target(address string) (dialTarget, string) {
	if path, ok := strings.CutPrefix(address, unixPrefix); ok {
		return dialTarget{"unix", path}, "localhost"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return dialTarget{"tcp", address}, address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost" // a listener on all addresses is on this one
	}
	address = net.JoinHostPort(host, port)
	return dialTarget{"tcp", address}, address
}

func readResult(address string, status int, b []byte) (Result, error) {
	var r Result
	err := json.Unmarshal(b, &r)
	switch {
	case status == http.StatusOK && err == nil:
		return r, nil
	case status == http.StatusUnprocessableEntity && err == nil && len(r.Problems) > 0:
		return r, &ReloadError{r.Problems}
	case err == nil && r.Error != "":
		return r, fmt.Errorf("the gateway at %s answers %d: %s", address, status, r.Error)
	}
	return Result{}, fmt.Errorf("what answers at %s is no control listener of a gateway (status %d)", address, status)
}
