// Package bucket is what the gateways of a cluster and the store of their token
// buckets say to each other. Of what a store keeps, this is the volatile class:
// a bucket that is lost is full again.
package bucket

import (
	"context"
	"time"
)

// Lessor gives out tokens of buckets that gateways share. It is safe for
// concurrent use.
type Lessor interface {
	// Lease takes tokens of the key's bucket. A bucket that is not known is full.
	Lease(ctx context.Context, key string, a Ask) (Grant, error)
	// Gateways says that this one is alive and returns how many are.
	Gateways(ctx context.Context) (int, error)
}

// Ask is what a gateway wants of a bucket, and what it has of it.
type Ask struct {
	Rate  float64
	Burst int

	// Least to Want tokens are taken, as many as are there, or none if there
	// are fewer than Least.
	Least, Want int

	// Spent is how many of those are spent at once.
	Spent int

	// Back are tokens that the gateway took and will not spend. They are put
	// back before others are taken, unless what has flowed in since has
	// filled their place.
	Back int

	// Keep is how long a place is kept for the other tokens that are taken: it
	// does not fill, so that tokens which are spent late are not there twice.
	// 0 keeps none, for tokens that are spent soon.
	Keep time.Duration

	// Held and Loose are tokens of earlier leases that can still be spent, those
	// with a place that is kept and those without.
	Held, Loose int
}

// Grant is what was taken.
type Grant struct {
	N    int
	Wait time.Duration // if N is less than Want, until more are there: Least, or one
	Kept bool          // for Ask.Keep; not if others need the whole bucket
}
