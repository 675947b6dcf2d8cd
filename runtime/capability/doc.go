// Package capability holds what plugins use beyond computing and logging, as
// hostabi describes it: caches, buckets, secrets, metrics, issuers of tokens, and
// namespaces of the durable store.
//
// A [State] outlives snapshots. A plugin that is being built acquires a [Lease]
// on what it was granted, and releases it when it is closed. Leases of the same
// namespace share, so that what a plugin keeps is there after its update: the
// next version acquires before the last one releases. What an update changes
// takes effect by Lease.Activate, once the snapshot serves; a snapshot that fails
// to build changes nothing.
package capability
