package native

import "github.com/portico-gateway/portico/hostabi/adapter"

// LoadError is a module that cannot be a plugin, for reasons that its author
// or operator can mend.
type LoadError = adapter.LoadError

// Problems is everything that is wrong with a module.
type Problems = adapter.Problems
