// Package workbench tries plugins as a gateway runs them. A [Bench] opens one
// plugin file; each case of a file of cases gets a gateway of its own around it,
// with one API, and sends its requests through the phases that serve. Only what
// lies outside of the process is a double: the backend, the peers of outbound
// requests, the stores' files and, where a case says so, the clock.
package workbench
