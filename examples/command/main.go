// Command answers requests as a Lambda function would, and is a plain program:
// it reads the event on standard input, writes the answer to standard output,
// and knows nothing of Portico. Whatever compiles to WASI can do the same.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event holds the parts of two events that the program needs: that of a REQUEST
// authorizer and that of an integration, both of format 2.0. Only the
// authorizer's has a type.
type event struct {
	Type           string            `json:"type"`
	IdentitySource []string          `json:"identitySource"`
	PathParameters map[string]string `json:"pathParameters"`
	RequestContext struct {
		Authorizer struct {
			Lambda struct {
				Partner string `json:"partner"`
			} `json:"lambda"`
		} `json:"authorizer"`
	} `json:"requestContext"`
}

// config is [config] of shipping.toml.
type config struct {
	Rates map[string]float64 `json:"rates"` // by country, for a parcel
}

type object map[string]any

// answer is what a Lambda function would return.
func answer(e event, c config) object {
	if e.Type == "REQUEST" {
		partner, ok := strings.CutPrefix(e.IdentitySource[0], "partner ")
		if !ok {
			return object{"errorMessage": "Unauthorized"} // 401
		}
		return object{"isAuthorized": partner != "mallory", "context": object{"partner": partner}}
	}
	country := e.PathParameters["country"]
	rate, ok := c.Rates[country]
	if !ok {
		return object{"statusCode": 404, "body": "we do not ship to " + country + "\n"}
	}
	text := fmt.Sprintf("%s pays %.2f for a parcel to %s\n", e.RequestContext.Authorizer.Lambda.Partner, rate, country)
	return object{"statusCode": 200, "headers": object{"content-type": "text/plain"}, "body": text}
}

func main() {
	if err := run(os.Stdin, os.Stdout, os.Getenv("PORTICO_CONFIG")); err != nil {
		fmt.Fprintln(os.Stderr, err) // to the gateway's log
		os.Exit(1)                   // 500 or 502 to the client
	}
}

func run(in io.Reader, out io.Writer, settings string) error {
	var c config
	if err := json.Unmarshal([]byte(settings), &c); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	var e event
	if err := json.NewDecoder(in).Decode(&e); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	return json.NewEncoder(out).Encode(answer(e, c))
}
