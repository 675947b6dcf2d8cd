// Goguest is a program that knows nothing of Portico: it reads the event of an
// authorizer or of an integration and prints a Lambda function's answer.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	var event struct {
		Type               string `json:"type"`
		AuthorizationToken string `json:"authorizationToken"`
		MethodArn          string `json:"methodArn"`
		RawPath            string `json:"rawPath"`
		Body               string `json:"body"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		fmt.Fprintln(os.Stderr, "no event:", err)
		os.Exit(4)
	}
	switch {
	case event.Type == "TOKEN" && event.AuthorizationToken == "letmein":
		print(map[string]any{"principalId": "guest", "policyDocument": map[string]any{
			"Version": "2012-10-17",
			"Statement": []any{map[string]any{
				"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event.MethodArn,
			}},
		}})
	case event.Type == "TOKEN":
		print(map[string]any{"errorMessage": "Unauthorized"})
	case event.RawPath == "/panic":
		panic("went wrong")
	case event.RawPath == "/sleep":
		time.Sleep(time.Hour)
	case event.RawPath == "/file":
		_, err := os.ReadFile("/etc/passwd")
		print(map[string]any{"statusCode": 200, "body": fmt.Sprint(err != nil, len(os.Args), os.Getenv("PORTICO_CONFIG"))})
	default:
		print(map[string]any{"statusCode": 201, "body": event.Body})
	}
}

func print(v any) {
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		panic(err)
	}
}
