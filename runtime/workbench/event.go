package workbench

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/runtime/config"
)

// lambdaEvent is what an event of API Gateway says about its request: a TOKEN
// or REQUEST authorizer's, a proxy integration's, in either payload format.
type lambdaEvent struct {
	Type, AuthorizationToken, MethodARN string

	HTTPMethod, Path                string
	Headers                         map[string]string
	MultiValueHeaders               map[string][]string
	QueryStringParameters           map[string]string
	MultiValueQueryStringParameters map[string][]string

	RawPath, RawQueryString string
	Cookies                 []string

	StageVariables  map[string]string
	Body            string
	IsBase64Encoded bool
	RequestContext  struct {
		DomainName string
		Identity   struct{ SourceIP string }
		HTTP       struct{ Method, Path, SourceIP string }
		Authorizer map[string]any
	}
}

var errNoRequest = errors.New("the event says neither httpMethod and path, nor requestContext.http.method and rawPath, nor methodArn")

// requestOfEvent finds the request that would have the event, and the stage
// variables that it met.
func requestOfEvent(text []byte) (r config.CaseRequest, variables map[string]string, err error) {
	var e lambdaEvent
	if err := json.Unmarshal(text, &e); err != nil {
		return r, nil, fmt.Errorf("event: %w", err)
	}
	r = config.CaseRequest{Host: "api.example.com", SourceIP: "192.0.2.1", Method: e.HTTPMethod}
	query := e.RawQueryString
	switch {
	case e.RequestContext.HTTP.Method != "":
		r.Method, r.Path = e.RequestContext.HTTP.Method, e.RawPath
	case e.HTTPMethod != "":
		r.Path, query = escape(e.Path), e.query()
	case e.MethodARN != "":
		if r.Method, r.Path, err = ofARN(e.MethodARN); err != nil {
			return r, nil, err
		}
	default:
		return r, nil, errNoRequest
	}
	if !strings.HasPrefix(r.Path, "/") {
		return r, nil, fmt.Errorf("event: the path %q does not start with \"/\"", r.Path)
	}
	if query != "" {
		r.Path += "?" + query
	}
	r.Headers = e.headers()
	if e.AuthorizationToken != "" {
		r.Headers = append(r.Headers, config.Pair{Name: "Authorization", Value: e.AuthorizationToken})
	}
	for _, ip := range []string{e.RequestContext.Identity.SourceIP, e.RequestContext.HTTP.SourceIP} {
		if _, err := netip.ParseAddr(ip); err == nil {
			r.SourceIP = ip
		}
	}
	if e.RequestContext.DomainName != "" {
		r.Host = e.RequestContext.DomainName
	}
	e.authorized(&r)
	r.Body = e.Body
	if e.IsBase64Encoded {
		b, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return r, nil, fmt.Errorf("event: body: %w", err)
		}
		r.Body = string(b)
	}
	return r, e.StageVariables, nil
}

// authorized takes over what an authorizer gave: the entries of the context,
// with the principal among them, or in format 2.0 those of "lambda".
func (e *lambdaEvent) authorized(r *config.CaseRequest) {
	r.Context = map[string]any{}
	entries := e.RequestContext.Authorizer
	if inner, ok := entries["lambda"].(map[string]any); ok {
		entries = inner
	}
	for key, value := range entries {
		if text, ok := value.(string); ok && key == "principalId" {
			r.Principal = text
		} else if key != "integrationLatency" {
			r.Context[key] = value
		}
	}
}

// ofARN reads method and path of arn:…:api/stage/METHOD/path.
func ofARN(arn string) (method, path string, err error) {
	parts := strings.SplitN(arn, "/", 4)
	if len(parts) < 3 || !strings.HasPrefix(arn, "arn:") {
		return "", "", fmt.Errorf("event: methodArn %q is not arn:…/STAGE/METHOD/PATH", arn)
	}
	if len(parts) == 3 {
		return parts[2], "/", nil
	}
	return parts[2], "/" + escape(parts[3]), nil
}

func escape(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// query puts the parameters together, sorted by name.
func (e *lambdaEvent) query() string {
	v := url.Values(e.MultiValueQueryStringParameters)
	if v == nil {
		v = url.Values{}
		for name, value := range e.QueryStringParameters {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

func (e *lambdaEvent) headers() (list []config.Pair) {
	if e.MultiValueHeaders != nil {
		for name, values := range e.MultiValueHeaders {
			for _, v := range values {
				list = append(list, config.Pair{Name: name, Value: v})
			}
		}
	} else {
		for name, v := range e.Headers {
			list = append(list, config.Pair{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(list, func(a, b config.Pair) int { return strings.Compare(a.Name, b.Name) })
	if len(e.Cookies) > 0 {
		list = append(list, config.Pair{Name: "Cookie", Value: strings.Join(e.Cookies, "; ")})
	}
	return list
}
