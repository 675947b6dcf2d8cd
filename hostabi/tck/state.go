package tck

import (
	"context"

	"github.com/portico-gateway/portico/hostabi"
)

// What the capabilities of a subject must have been granted.
const (
	// Bucket gives each key Burst tokens and no more for the time of the suite.
	Bucket = "tck"
	Burst  = 3

	// SecretRead may be read; SecretUse may be used only.
	SecretRead      = "readable"
	SecretReadValue = "the value of a secret"
	SecretUse       = "usable"
	SecretUseValue  = "Jefe" // the key of RFC 2202 and RFC 4231, test case 2

	// Counter has the label Label; Gauge and Histogram have none. Each takes
	// 200 series.
	Counter   = "tck_total"
	Gauge     = "tck_level"
	Histogram = "tck_seconds"
	Label     = "case"
	// Few is a counter with the label Label, too, that takes FewSeries series.
	Few       = "tck_few_total"
	FewSeries = 3

	// Issuer takes tokens of TokenIssuer for TokenAudience, signed with
	// TokenSecret by any algorithm of HMAC. The keys of IssuerDown cannot be had.
	Issuer        = "tck"
	IssuerDown    = "tck-down"
	TokenIssuer   = "https://issuer.example"
	TokenAudience = "orders"
	TokenSecret   = "thirty-two bytes, as HS256 wants"

	// Bytes is room enough for the suite in the cache and in the namespace of
	// kv.
	Bytes = 8 << 20
)

// Keys that cache and kv hold.
const (
	keyPresent = "present"
	keyNumber  = "number"
	keyEmpty   = "empty"
)

// fill puts in what the cases look for.
func fill(c hostabi.Capabilities) error {
	if err := c.Cache.Put(keyPresent, []byte("here"), 0); err != nil {
		return err
	}
	ctx := context.Background()
	for key, value := range map[string]string{keyPresent: "here", keyNumber: "40", keyEmpty: ""} {
		if err := c.KV.Put(ctx, key, []byte(value), 0); err != nil {
			return err
		}
	}
	return nil
}
