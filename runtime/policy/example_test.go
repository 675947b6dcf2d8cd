package policy_test

import (
	"fmt"

	"github.com/portico-gateway/portico/runtime/policy"
)

func ExampleDocument_Evaluate() {
	d, err := policy.ParseIdentity([]byte(`{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:api1/prod/GET/*"},
			{"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:api1/prod/*/admin/*"}
		]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, method := range []string{"GET/orders", "POST/orders", "GET/admin/keys"} {
		r := policy.Request{Resource: "arn:aws:execute-api:eu-west-1:123456789012:api1/prod/" + method}
		fmt.Println(method, d.Evaluate(&r))
	}
	// Output:
	// GET/orders allow
	// POST/orders silent
	// GET/admin/keys deny
}
