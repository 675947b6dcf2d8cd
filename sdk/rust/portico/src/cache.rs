//! Remembers values in the memory of the gateway, for all instances of the plugin and
//! over its updates. It is bounded and evicts what is used least: a value may be gone at
//! any time. Capability `"cache"`; `[cache] size` in `NAME.toml` says how much it holds.

use crate::time::millis;
use crate::{abi, Code};
use alloc::vec::Vec;
use core::time::Duration;

/// A copy of a value.
pub fn get(key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, Code> {
    abi::read_found(|out| abi::cache_get(key.as_ref().into(), out))
}

/// Stores a copy of `value` for a time, `None`: until it is evicted. Keys have 1 to 512
/// bytes, values at most 1 MiB, and a time is above zero and at most ten years.
pub fn put(key: impl AsRef<[u8]>, value: impl AsRef<[u8]>, ttl: Option<Duration>) -> Result<(), Code> {
    Code::check(abi::cache_put(key.as_ref().into(), value.as_ref().into(), millis(ttl)?)).map(drop)
}

/// Removes a value and says whether there was one.
pub fn delete(key: impl AsRef<[u8]>) -> Result<bool, Code> {
    Code::check(abi::cache_delete(key.as_ref().into())).map(|n| n > 0)
}
