package workbench

import (
	"context"
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// content is a body: text, or a value that is written as JSON.
func content(body string, value any) []byte {
	if value == nil {
		return []byte(body)
	}
	text, err := json.Marshal(value)
	if err != nil { // values of TOML have none
		panic(err)
	}
	return text
}

// prepare finds what each step sends: its request, or the one that its event
// stands for. Stage variables of events become the case's.
func prepare(file *config.Cases, c *config.Case) (config.Case, []config.CaseRequest, error) {
	own := *c
	var list []config.CaseRequest
	for _, step := range c.Step {
		text := []byte(nil)
		switch {
		case step.Event.File != "":
			b, err := os.ReadFile(file.Resolve(step.Event.File))
			if err != nil {
				return own, nil, file.At(config.Join(step.Key, "event"), err)
			}
			text = b
		case step.Event.Table != nil:
			text = content("", step.Event.Table)
		default:
			list = append(list, step.Request)
			continue
		}
		r, variables, err := requestOfEvent(text)
		if err != nil {
			return own, nil, file.At(config.Join(step.Key, "event"), err)
		}
		list = append(list, r)
		own.StageVariables = slices.Concat(own.StageVariables, missing(own.StageVariables, variables))
	}
	return own, list, nil
}

// missing are the variables that have does not have.
func missing(have []config.Pair, variables map[string]string) (list []config.Pair) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !slices.ContainsFunc(have, func(p config.Pair) bool { return p.Name == name }) {
			list = append(list, config.Pair{Name: name, Value: variables[name]})
		}
	}
	return list
}

// send takes a request through the gateway.
func (s *scene) send(ctx context.Context, r *config.CaseRequest) (*exchange.Exchange, *sink) {
	x, out := new(exchange.Exchange), new(sink)
	s.serve(ctx, x, out, r)
	return x, out
}

// serve does so with an exchange and a sink that may have been used before.
func (s *scene) serve(ctx context.Context, x *exchange.Exchange, out *sink, r *config.CaseRequest) {
	x.Reset()
	out.header, out.trailer, out.body = out.header[:0], out.trailer[:0], out.body[:0]
	x.Sink, x.Start = out, s.bench.clock.Now()
	q := &x.Request
	q.Method, q.Host, q.Scheme, q.Proto, q.Port = r.Method, r.Host, "https", "HTTP/1.1", "443"
	q.RawPath, q.Query, _ = strings.Cut(r.Path, "?")
	q.Path = q.RawPath
	q.Client = netip.MustParseAddr(r.SourceIP) // config has parsed it
	q.Peer = netip.AddrPortFrom(q.Client, 40000)
	for _, p := range r.Headers {
		if !exchange.Framing(p.Name) {
			q.Header = append(q.Header, hostabi.Field{Name: p.Name, Value: p.Value})
		}
	}
	sortHeader(q.Header) // as the front does
	if r.Principal != "" || len(r.Context) > 0 {
		x.Principal = r.Principal
		for _, key := range slices.Sorted(maps.Keys(r.Context)) {
			x.AuthContext = append(x.AuthContext, authContext(key, r.Context[key]))
		}
	}
	body := content(r.Body, r.JSON)
	if _, ok := q.Header.Get("Content-Type"); r.JSON != nil && !ok {
		q.Header.Add("Content-Type", "application/json")
	}
	if len(body) > 0 {
		q.Body.SetBytes(body)
	}
	s.gateway.Serve(ctx, x)
}

// authContext is an entry of the context that an authorizer would have given.
func authContext(key string, value any) exchange.AuthValue {
	v := exchange.AuthValue{Key: key}
	switch value := value.(type) {
	case string:
		v.Value = value
		return v
	case bool:
		v.Kind = hostabi.ValueBoolean
	case int64, float64, json.Number:
		v.Kind = hostabi.ValueNumber
	default:
		v.Kind = hostabi.ValueJSON
	}
	v.Value = string(content("", value))
	return v
}

// sink takes an answer into memory.
type sink struct {
	status  int
	header  hostabi.Header
	trailer hostabi.Header
	body    []byte
	aborted bool
}

func (s *sink) Interim(int, hostabi.Header) error { return nil }

func (s *sink) WriteHead(status int, h hostabi.Header, _ int64, _ bool) error {
	s.status = status
	s.header = append(s.header, h...)
	return nil
}

func (s *sink) Write(p []byte) (int, error) {
	s.body = append(s.body, p...)
	return len(p), nil
}

func (s *sink) Flush() error { return nil }

func (s *sink) WriteTrailer(h hostabi.Header) error {
	s.trailer = append(s.trailer, h...)
	return nil
}

func (s *sink) Hijack() (exchange.Conn, error) { return nil, os.ErrInvalid }
func (s *sink) Abort()                         { s.aborted = true }
