// Lambda-handler answers requests in place of a Lambda function: it takes the
// event of payload format 2.0 and answers with the JSON that a function would
// return. What is in handle could run on Lambda unchanged.
package main

import (
	"encoding/base64"
	"encoding/json"

	"github.com/portico-gateway/portico/sdk/go/integration"
)

// event holds the parts of the event that handle needs. Its keys are those of
// AWS's "Working with AWS Lambda proxy integrations for HTTP APIs".
type event struct {
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	PathParameters  map[string]string `json:"pathParameters"`
	RequestContext  struct {
		HTTP struct {
			Method   string `json:"method"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
		RouteKey string `json:"routeKey"`
	} `json:"requestContext"`
}

type answer struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers,omitempty"`
	Cookies    []string          `json:"cookies,omitempty"`
	Body       string            `json:"body"`
}

// handle is the function.
func handle(e event) (answer, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return answer{}, err
		}
	}
	var order struct {
		Quantity int `json:"quantity"`
	}
	if json.Unmarshal(body, &order) != nil || order.Quantity < 1 {
		return reply(400, map[string]any{"error": "quantity must be at least 1"})
	}
	a, err := reply(201, map[string]any{"item": e.PathParameters["item"], "quantity": order.Quantity, "route": e.RequestContext.RouteKey})
	a.Cookies = []string{"last=" + e.PathParameters["item"] + "; HttpOnly"}
	return a, err
}

func reply(status int, body any) (answer, error) {
	text, err := json.Marshal(body)
	return answer{StatusCode: status, Headers: map[string]string{"content-type": "application/json"}, Body: string(text)}, err
}

func init() {
	integration.Handle(func(w *integration.Response, r *integration.Request) error {
		text, err := r.Event(nil)
		if err != nil {
			return err
		}
		var e event
		if err := json.Unmarshal(text, &e); err != nil {
			return err
		}
		a, err := handle(e)
		if err != nil {
			return err
		}
		result, err := json.Marshal(a)
		if err != nil {
			return err
		}
		return w.Result(result)
	})
}

func main() {}
