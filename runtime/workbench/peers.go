package workbench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
)

// peers answer the requests that a plugin sends: what the case says, in place
// of the network. The gateway's own client asks them, so that the operator's
// list of hosts, secrets in headers, redirects and bounds hold.
type peers struct {
	record *record

	mu   sync.Mutex // guards what follows
	list []config.HTTPAnswer
	used []int
}

func newPeers(list []config.HTTPAnswer, r *record) *peers {
	return &peers{record: r, list: list, used: make([]int, len(list))}
}

// errNoPeer is for the log; the plugin gets ECONN.
var errNoPeer = errors.New("no [[case.http]] of the case answers")

func (p *peers) RoundTrip(q *http.Request) (*http.Response, error) {
	var body []byte
	if q.Body != nil {
		defer q.Body.Close()
		var err error
		if body, err = io.ReadAll(q.Body); err != nil {
			return nil, err
		}
	}
	a := p.find(q)
	if a == nil {
		p.record.fault(fmt.Sprintf("http: no [[case.http]] answers %s %s", q.Method, q.URL))
		p.record.ended(q.Context(), "no answer")
		return nil, errNoPeer
	}
	if a.Expect != nil {
		c := &comparison{}
		got := &BackendRequest{Method: q.Method, Path: q.URL.RequestURI(), Header: header(q.Header), Body: body}
		c.backend("http "+q.URL.String(), got, a.Expect)
		for _, problem := range c.problems {
			p.record.fault(problem)
		}
	}
	if !sleep(q.Context(), a.Delay) {
		p.record.ended(q.Context(), "given up")
		return nil, context.Cause(q.Context())
	}
	if a.Error != "" {
		code := map[string]hostabi.Code{"connect": hostabi.ECONN, "timeout": hostabi.ETIMEDOUT, "refused": hostabi.EPERM}[a.Error]
		p.record.ended(q.Context(), code.Error())
		return nil, code
	}
	p.record.ended(q.Context(), strconv.Itoa(a.Status))
	return a.response(q), nil
}

// find takes the first answer that fits and is not used up.
func (p *peers) find(q *http.Request) *peerAnswer {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.list {
		a := &p.list[i]
		fits := matches(a.URL, q.URL.String()) && (a.Method == "" || strings.EqualFold(a.Method, q.Method))
		if fits && (a.Times == 0 || p.used[i] < a.Times) {
			p.used[i]++
			return (*peerAnswer)(a)
		}
	}
	return nil
}

type peerAnswer config.HTTPAnswer

func (a *peerAnswer) response(q *http.Request) *http.Response {
	h := http.Header{}
	for _, f := range a.Headers {
		h.Add(f.Name, f.Value)
	}
	body := content(a.Body, a.JSON)
	return &http.Response{StatusCode: a.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Request: q,
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body))}
}

// recordedHTTP has a line for each request, in the order of starting.
type recordedHTTP struct {
	hostabi.HTTP
	r *record
}

// lineKey is the key of a request's line in its context.
type lineKey struct{}

func (h recordedHTTP) Start(ctx context.Context, q hostabi.HTTPRequest) (hostabi.HTTPExchange, error) {
	l := h.r.call("http." + q.Method + " " + q.URL.String())
	x, err := h.HTTP.Start(context.WithValue(ctx, lineKey{}, l), q)
	if err != nil {
		h.r.end(l, err.Error())
	}
	return x, err
}

// ended adds to the line of the request of ctx; one that was redirected has
// several ends.
func (r *record) ended(ctx context.Context, how string) {
	if l, ok := ctx.Value(lineKey{}).(*line); ok {
		r.end(l, how)
	}
}
