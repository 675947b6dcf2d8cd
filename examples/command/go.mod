module github.com/portico-gateway/portico/examples/command

go 1.24
