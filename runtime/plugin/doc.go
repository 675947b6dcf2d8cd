// Package plugin is the plugin directory: it finds NAME.wasm or NAME.js, and NAME.toml,
// configures and builds plugins, watches their files, shares a plugin between
// the snapshots that use it, and closes it when the last of them lets go.
//
// [Directory.Load] gives a [Set] of plugins, all or none. A plugin whose
// module and NAME.toml are those of one that runs is that one: it is neither
// compiled nor warmed again. Every Set is to be closed by its owner; the last
// one that holds a plugin closes it, and waits for the calls under way.
//
// # Files at rest
//
// A file is read only when it has been at rest for [Options.Quiet]: its size,
// its times and its identity did not change, by their own account (the last
// change is that long ago) or as observed. They are compared again after the
// reading, so that what was read is one version of the file, and a whole one
// unless its writer paused for longer than that. Even then only a file that
// is valid in half could be taken for the whole; a digest pin rules that out.
//
// [Directory.Watch] does not trust what the system notifies: a notification is
// a reason to look. What counts is the difference between what the directory
// looks like and what it looked like when it was last loaded. So the same
// logic serves polling, and Kubernetes' swap of the link ..data, an editor's
// rename, a directory that is moved away and comes back, and a lost
// notification all end the same way.
//
// # Locks
//
// Directory.loading before Directory.mu. Neither is held while a plugin is
// closed, and mu not while files are read or plugins are built.
package plugin
