// Package store keeps what outlives a snapshot, in three classes:
//
//   - durable ([Durable]): what was acknowledged survives kill -9;
//   - bounded loss ([Counters]): at most the last second is lost;
//   - volatile ([bucket.Lessor]): the token buckets that gateways share, which
//     are full again when they are lost.
//
// What is volatile and of one gateway alone needs no store, and no round trip or
// interface on the way of a request: its buckets are in package throttle, its
// caches in packages capability and authorize.
//
// [Embedded] keeps the first two in a data directory of one gateway, [Redis] all in a
// Redis or Valkey that several gateways use. Both answer alike.
//
// In Embedded, writes are done by one goroutine, which puts all that wait into
// one transaction. Of the locks of counters, that of a counter is taken before
// that of the table.
package store
