//go:build !linux

package plugin

// notifies says why changes of a directory are not notified. Here no way is
// known to tell; resync finds what was missed.
func notifies(string) error { return nil }
