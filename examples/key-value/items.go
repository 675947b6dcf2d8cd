package main

import (
	"errors"
	"strings"
	"time"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/kv"
)

// prefix keeps items apart from whatever else the plugin may keep one day.
const prefix = "item/"

// attempts bounds how often a change without a condition is tried again because
// somebody else was faster.
const attempts = 8

// get finds an item. No item is empty: an empty value is what remove leaves for a
// moment.
func get(key string) ([]byte, error) {
	item, _, err := kv.Get(prefix + key)
	if err == nil && len(item) == 0 {
		err = errNotFound
	}
	return item, err
}

// put stores an item if the condition holds for what is there, and reports whether
// it is new.
func put(key string, item []byte, c condition) (created bool, err error) {
	err = change(key, c, func(old []byte, there bool) error {
		created = len(old) == 0
		if !there {
			return kv.Create(prefix+key, item, 0)
		}
		return kv.CompareAndSet(prefix+key, old, item, 0)
	})
	return created, err
}

// remove removes an item if the condition holds for it. There is no
// compare-and-delete, so it is replaced by an empty value that is gone after a
// millisecond.
func remove(key string, c condition) error {
	return change(key, c, func(old []byte, _ bool) error {
		if len(old) == 0 {
			return errNotFound
		}
		return kv.CompareAndSet(prefix+key, old, nil, time.Millisecond)
	})
}

// change looks at an item, checks the condition, and has set change it. set fails
// with portico.ErrExists if the item is another by then: all begins anew, and a
// condition that named the old item fails.
func change(key string, c condition, set func(old []byte, there bool) error) error {
	for range attempts {
		old, there, err := kv.Get(prefix + key)
		if err != nil {
			return err
		}
		if !c.holds(old) {
			return errChanged
		}
		if err = set(old, there); !errors.Is(err, portico.ErrExists) {
			return err
		}
	}
	return errBusy
}

// keys lists the first keys with a prefix after one, at most limit.
func keys(with, after string, limit int) ([]string, error) {
	found, err := kv.List(prefix+with, prefix+after, limit)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(found))
	for i, k := range found {
		list[i] = strings.TrimPrefix(k, prefix)
	}
	return list, nil
}
