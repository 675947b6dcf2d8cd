//go:build darwin || freebsd || netbsd

package plugin

import (
	"io/fs"
	"syscall"
)

// identify adds what a copy that keeps times cannot forge.
func (s *stamp) identify(fi fs.FileInfo) {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		s.dev, s.ino = uint64(st.Dev), uint64(st.Ino)
		s.changed = st.Ctimespec.Nano()
	}
}
