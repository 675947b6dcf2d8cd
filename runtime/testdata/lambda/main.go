// Lambda is a program in the place of two Lambda functions. As an authorizer it
// does what the token says, and passes its event on in the context; as an
// integration it answers with its event.
package main

import (
	"encoding/json"
	"io"
	"os"
)

type object map[string]any

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	var event struct {
		Type      string            `json:"type"`
		Token     string            `json:"authorizationToken"`
		Headers   map[string]string `json:"headers"`
		RouteArn  string            `json:"routeArn"`
		MethodArn string            `json:"methodArn"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		panic(err)
	}
	context := object{"event": string(text)}
	token := event.Token
	for name, value := range event.Headers {
		if token == "" && (name == "authorization" || name == "Authorization") {
			token = value
		}
	}
	switch {
	case event.Type == "":
		answer(object{"statusCode": 200, "headers": object{"content-type": "application/json"}, "body": string(text)})
	case token == "unauthorized":
		answer(object{"errorMessage": "Unauthorized"})
	case token == "throw":
		answer(object{"errorMessage": "went wrong", "errorType": "Error"})
	case token == "panic":
		panic("went wrong")
	case token == "silent":
	case event.RouteArn != "":
		answer(object{"isAuthorized": token == "allow", "context": context})
	default:
		effect := "Deny"
		if token == "allow" {
			effect = "Allow"
		}
		answer(object{"principalId": "me", "context": context, "policyDocument": object{
			"Version":   "2012-10-17",
			"Statement": []object{{"Effect": effect, "Action": "execute-api:Invoke", "Resource": event.MethodArn}},
		}})
	}
}

func answer(v object) {
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		panic(err)
	}
}
