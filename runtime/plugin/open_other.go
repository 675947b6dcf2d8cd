//go:build !unix

package plugin

const openFlags = 0
