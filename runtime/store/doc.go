// Package store keeps what outlives a snapshot, in three classes:
//
//   - durable ([Durable]): what was acknowledged survives kill -9;
//   - bounded loss ([Counters]): at most the last second is lost;
//   - volatile ([Redis.Lease]): buckets that gateways share. Those of a single
//     gateway are in package throttle and need no store.
//
// [Embedded] keeps them in a data directory of one gateway, [Redis] in a Redis
// or Valkey that several gateways use. Both answer alike.
//
// In Embedded, writes are done by one goroutine, which puts all that wait into
// one transaction. Of the locks of counters, that of a counter is taken before
// that of the table.
package store
