module github.com/portico-gateway/portico/plugins/src/json-xml

go 1.24

require github.com/portico-gateway/portico/sdk/go v0.0.0

replace github.com/portico-gateway/portico/sdk/go => ../../../sdk/go
