module {{name}}

go 1.24

require github.com/portico-gateway/portico/sdk/go v0.0.0

// The SDK, beside this file.
replace github.com/portico-gateway/portico/sdk/go => ./portico
