module github.com/portico-gateway/portico/sdk/go

go 1.24
