package upstream

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// acked returns how many bytes the peer's kernel has acknowledged, the SYN
// perhaps included (RFC 4898, tcpEStatsAppHCThruOctetsAcked).
func acked(raw syscall.RawConn) (n uint64, ok bool) {
	err := raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			n, ok = info.Bytes_acked, true
		}
	})
	return n, ok && err == nil
}
