// Package metrics counts in metrics that the operator declared: [metrics.NAME]
// in the plugin's NAME.toml, which must grant the capability "metrics" too. The
// gateway serves them beside its own, with the label "plugin". It does not work
// in portico.Configure.
//
// Labels are given as name, value, name, value; one that is left out is empty.
// The functions fail with portico.ErrNotFound for a metric that is not declared,
// with portico.ErrInvalid for one of another type, for a label that it does not
// have and for a value that is not finite, and with portico.ErrTooLarge for a
// label of more than 128 bytes and where there are as many series as there may
// be.
package metrics

import "github.com/portico-gateway/portico/sdk/go/internal/abi"

// Add adds v, which must not be negative, to a counter.
func Add(name string, v float64, labels ...string) error {
	return abi.Err(abi.CounterAdd(name, encode(labels), v))
}

// Set sets a gauge.
func Set(name string, v float64, labels ...string) error {
	return abi.Err(abi.GaugeSet(name, encode(labels), v))
}

// Observe puts a value into a histogram.
func Observe(name string, v float64, labels ...string) error {
	return abi.Err(abi.HistogramObserve(name, encode(labels), v))
}
