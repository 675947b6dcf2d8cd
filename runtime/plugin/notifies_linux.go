package plugin

import (
	"errors"
	"fmt"
	"syscall"
)

// remote are the file systems in which others than this system's programs
// write, of which inotify says nothing. See statfs(2) for the numbers.
var remote = map[uint32]string{
	0x6969:     "NFS",
	0x517B:     "SMB",
	0xFF534D42: "CIFS",
	0xFE534D42: "SMB2",
	0x65735546: "FUSE",
	0x01021997: "9P",
	0x786F4256: "a VirtualBox folder",
	0x00C36400: "Ceph",
	0x5346414F: "AFS",
	0x73757245: "Coda",
	0x0BD00BD0: "Lustre",
	0x47504653: "GPFS",
	0x01161970: "GFS2",
	0x7461636F: "OCFS2",
	0x19830326: "BeeGFS",
	0x013111A8: "IBRIX",
}

// notifies says why changes of a directory are not notified.
func notifies(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		if errors.Is(err, syscall.ENOENT) {
			return nil // it has gone, and will be noticed
		}
		return fmt.Errorf("statfs %s: %w", dir, err)
	}
	return remoteError(dir, uint32(st.Type))
}

func remoteError(dir string, kind uint32) error {
	if name, ok := remote[kind]; ok {
		return fmt.Errorf("%s is on %s", dir, name)
	}
	return nil
}
