// Package project makes projects of plugins in several languages, and builds
// them. The SDKs and templates come from an archive in the binary, so that a
// project needs no network; what a project holds is its own from then on.
package project
