package native

import (
	"github.com/portico-gateway/portico/hostabi"
)

// secrets.read(nptr, nlen, ptr, cap)
func secretsRead(c *call, s []uint64) int64 {
	name, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	dst, ok := c.memory(s[2], s[3])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	v, err := c.plugin.capabilities.Secrets.Read(view(name))
	if err != nil {
		return int64(c.fail(err))
	}
	return gave(dst, v)
}

// secrets.hmac(nptr, nlen, hash, dptr, dlen, ptr, cap)
func secretsHMAC(c *call, s []uint64) int64 {
	hash := uint32(s[2])
	if hash < uint32(hostabi.HashSHA1) || hash > uint32(hostabi.HashSHA512) {
		return int64(hostabi.EINVAL)
	}
	name, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	data, ok := c.memory(s[3], s[4])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	dst, ok := c.memory(s[5], s[6])
	switch {
	case !ok:
		return int64(hostabi.EFAULT)
	case len(data) > hostabi.MaxValue:
		return int64(hostabi.E2BIG)
	}
	sum, err := c.plugin.capabilities.Secrets.HMAC(view(name), hostabi.Hash(hash), data)
	if err != nil {
		return int64(c.fail(err))
	}
	return gave(dst, sum)
}
