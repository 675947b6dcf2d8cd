// Package throttle limits how often something may happen, by token buckets:
// alone ([Bucket]), one for each of very many keys ([Table]), and shared by
// several gateways ([Shared]).
//
// A bucket is kept as one number, the time at which it will be full again. It
// moves forward by one interval for each token taken, and a bucket whose time
// has passed is full. So a full bucket needs no memory, a take is one
// compare-and-swap, and a limit can change while its buckets live on: what they
// lack is then made up at the new rate's time.
//
// Of locks, the one of a shard of a Table is taken to add and forget keys, never
// to take from a bucket that is there. In Shared the lock of a shard is taken
// before that of a key.
package throttle
