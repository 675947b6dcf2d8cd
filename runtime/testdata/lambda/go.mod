module lambda

go 1.24
