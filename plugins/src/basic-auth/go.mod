module github.com/portico-gateway/portico/plugins/src/basic-auth

go 1.26.0

require (
	github.com/portico-gateway/portico/sdk/go v0.0.0
	golang.org/x/crypto v0.59.0
)

replace github.com/portico-gateway/portico/sdk/go => ../../../sdk/go
