package runtime_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recorded is where requests lie that were sent to Amazon API Gateway, with
// what it answered. They are not part of this repository.
var recorded = filepath.Join("..", "..", "shared", "conformance", "aws-recorded")

// misses are the recorded cases that do not hold, with every difference and
// its reason. One that holds after all, or differs elsewhere, fails the test.
var misses = map[string]struct {
	reason      string
	differences []string
}{
	"test_lambda_aws_proxy_integration_non_post_method#0": {
		"a function that is called with GET: a plugin has no integration method, so the mistake cannot be made here",
		[]string{"status: got 200, want 500"},
	},
	"test_lambda_aws_proxy_integration_request_data_mapping#0": {
		"net/http does not say how a client cased the names of its fields; there are no deployments yet, and so no id of one",
		[]string{
			"http-proxy-invocation-data-mapping.content.headers.foobar: missing",
			"http-proxy-invocation-data-mapping.content.headers.headerVar: missing",
			"http-proxy-invocation-data-mapping.content.multiValueHeaders.foobar: missing",
			"http-proxy-invocation-data-mapping.content.multiValueHeaders.headerVar: missing",
			"http-proxy-invocation-data-mapping.content.requestContext.deploymentId: got null, want \"<deployment-id:1>\"",
		},
	},
}

// recordedCase is one request and what is known of its answer.
type recordedCase struct {
	ID, Category, Config, API string
	Backends                  []struct {
		Handler string `json:"handler_file"`
	}
	Request struct {
		Method, Path, Query string
		Headers             map[string]string
		Body                any
	}
	Expect struct {
		Status  *int
		Asserts []struct {
			Subject, Rel string
			Value        any
		}
		Snapshots []struct {
			Name            string
			Shape, Expected any
			Joint           bool
		}
	}
}

// TestRecorded replays the recorded cases of routing and of functions against
// a gateway with the configuration that was recorded with them.
func TestRecorded(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(recorded, "dataplane-cases.json"))
	if errors.Is(err, os.ErrNotExist) {
		// Seen in the evidence, whose filter lets only such lines through.
		fmt.Println("recorded | not here: the cases of API Gateway are not beside this checkout")
		t.Skipf("NOT SHOWN: that answers are those that API Gateway gave: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []recordedCase
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	type score struct{ held, all int }
	scores := map[string]*score{}
	categories := []string{"routing", "lambda-proxy-response-format", "lambda-proxy-event"}
	stands := map[string]*stand{}
	for _, c := range all {
		if !slices.Contains(categories, c.Category) {
			continue
		}
		name := c.ID[strings.LastIndex(c.ID, "::")+2:]
		if scores[c.Category] == nil {
			scores[c.Category] = &score{}
		}
		scores[c.Category].all++
		key := c.Config + c.API
		if stands[key] == nil {
			stands[key] = serve(t, recordedFiles(t, &c))
		}
		t.Run(name, func(t *testing.T) {
			got := c.replay(t, stands[key])
			if miss, known := misses[name]; known {
				if !slices.Equal(got, miss.differences) {
					t.Errorf("differs by\n%s\nand not, as explained, by\n%s", strings.Join(got, "\n"), strings.Join(miss.differences, "\n"))
				}
				fmt.Printf("recorded | miss | %s: %s\n", name, miss.reason)
				return
			}
			if len(got) > 0 {
				t.Errorf("differs by\n%s", strings.Join(got, "\n"))
				return
			}
			scores[c.Category].held++
		})
	}
	for _, category := range categories {
		if s := scores[category]; s == nil {
			t.Errorf("no cases of %s", category)
		} else {
			fmt.Printf("recorded | %-28s | %d of %d hold\n", category, s.held, s.all)
		}
	}
}

// replay sends the request of a case and returns every difference.
func (c *recordedCase) replay(t *testing.T, s *stand) []string {
	// The client of the recordings; the cases' own fields replace these.
	fields := map[string]string{"User-Agent": "python-requests/2.32", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
	for name, value := range c.Request.Headers {
		for other := range fields {
			if strings.EqualFold(other, name) {
				delete(fields, other)
			}
		}
		fields[name] = value
	}
	var b bytes.Buffer
	target := c.Request.Path
	if c.Request.Query != "" {
		target += "?" + c.Request.Query
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n", c.Request.Method, target)
	for name, value := range fields {
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	b.WriteString("\r\n")
	switch body := c.Request.Body.(type) {
	case string:
		b.WriteString(body)
	case map[string]any:
		b.WriteString(body["$text"].(string))
	}
	raw := s.raw(b.String())
	a, err := parseAnswer(raw)
	if err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	return c.compare(a)
}

// wireAnswer is an answer with the names of its fields as they came.
type wireAnswer struct {
	status int
	fields map[string]any // values of one name joined by ", "
	body   string
}

func parseAnswer(raw string) (a wireAnswer, err error) {
	top, body, ok := strings.Cut(raw, "\r\n\r\n")
	if !ok {
		return a, io.ErrUnexpectedEOF
	}
	a.body, a.fields = body, map[string]any{}
	lines := strings.Split(top, "\r\n")
	if _, err := fmt.Sscanf(lines[0], "HTTP/1.1 %d ", &a.status); err != nil {
		return a, err
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		if old, ok := a.fields[name]; ok {
			value = old.(string) + ", " + value
		}
		a.fields[name] = value
	}
	return a, nil
}

// field finds a field by its name in any case.
func (a *wireAnswer) field(name string) (any, bool) {
	for n, v := range a.fields {
		if http.CanonicalHeaderKey(n) == http.CanonicalHeaderKey(name) {
			return v, true
		}
	}
	return nil, false
}

// json is the body as JSON, or as text where it is none.
func (a *wireAnswer) json() any {
	var v any
	if json.Unmarshal([]byte(a.body), &v) != nil {
		return a.body
	}
	return v
}
