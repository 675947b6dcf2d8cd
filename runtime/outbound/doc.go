// Package outbound sends the requests of plugins to other hosts: it is what
// stands behind the capability http.
//
// Between a plugin and the network stand, in this order: the operator's list of
// hosts, for the first URL and for each redirect; a breaker for each host; and a
// guard of addresses at the moment of dialling, when the name has been resolved
// and cannot change any more. See RATIONALE.md, "Why are addresses checked at
// dial?".
//
// A [Pool] holds the connections and outlives snapshots. Plugins share those
// whose guard is the same: a connection that one plugin's grants allowed never
// serves a plugin that has other ones. A [Client] is what one version of a plugin
// holds.
package outbound
