package kv

import (
	"encoding/binary"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// List returns the first keys, at most limit and 1000, that begin with prefix
// and are greater than after, in the order of their bytes. The last of one list
// is the after of the next.
func List(prefix, after string, limit int) ([]string, error) {
	if limit < 1 || limit > 1000 {
		return nil, abi.EINVAL
	}
	b, n := abi.Append(make([]byte, 0, 1024), func(buf []byte) int32 { return abi.KVList(prefix, after, uint32(limit), buf) })
	if err := abi.Err(n); err != nil {
		return nil, err
	}
	var keys []string
	for len(b) > 0 {
		size := 4 + binary.LittleEndian.Uint32(b)
		keys = append(keys, string(b[4:size]))
		b = b[size:]
	}
	return keys, nil
}
