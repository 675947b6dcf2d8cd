package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A record is a value with its expiry and a checksum over key, expiry and
// value: the file's format checks its own pages too little to notice a changed
// byte.
//
//	u64 expiry in ms of Unix time, 0 for none
//	u32 CRC-32C
//	...  value
const recordHead = 12

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type record struct {
	expires int64
	value   []byte
}

func checksum(key, expires, value []byte) uint32 {
	c := crc32.Update(0, castagnoli, key)
	c = crc32.Update(c, castagnoli, expires)
	return crc32.Update(c, castagnoli, value)
}

func (r record) encode(key []byte) []byte {
	b := make([]byte, recordHead, recordHead+len(r.value))
	binary.BigEndian.PutUint64(b, uint64(r.expires))
	binary.BigEndian.PutUint32(b[8:], checksum(key, b[:8], r.value))
	return append(b, r.value...)
}

// decode returns a record whose value is a part of b.
func decode(key, b []byte) (record, error) {
	if len(b) < recordHead || binary.BigEndian.Uint32(b[8:]) != checksum(key, b[:8], b[recordHead:]) {
		return record{}, fmt.Errorf("%w: the value of key %q is not what was written", ErrCorrupt, key)
	}
	return record{int64(binary.BigEndian.Uint64(b)), b[recordHead:]}, nil
}

// timed is the key of an entry in the index of expiries: its time, then where
// it is.
func timed(expires int64, ns, key []byte) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 10+len(ns)+len(key)), uint64(expires))
	b = binary.BigEndian.AppendUint16(b, uint16(len(ns)))
	return append(append(b, ns...), key...)
}

func untimed(b []byte) (expires int64, ns, key []byte, err error) {
	if len(b) < 10 {
		return 0, nil, nil, fmt.Errorf("%w: in its index of expiries", ErrCorrupt)
	}
	n := int(binary.BigEndian.Uint16(b[8:]))
	if len(b) < 10+n {
		return 0, nil, nil, fmt.Errorf("%w: in its index of expiries", ErrCorrupt)
	}
	return int64(binary.BigEndian.Uint64(b)), b[10 : 10+n], b[10+n:], nil
}
