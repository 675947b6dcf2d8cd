//go:build !wasip1

package hook

const once = false
