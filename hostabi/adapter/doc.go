// Package adapter is what the adapters have in common: how a module that
// cannot be a plugin is reported, what the end of a call says to its caller
// and to the breaker, what is counted, and how much may be logged.
package adapter
