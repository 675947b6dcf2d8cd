//! Keeps values over restarts: what a function that writes has answered for survives a
//! crash of the gateway. Capability `"kv"`; `[kv] quota` in `NAME.toml` bounds it.
//!
//! Keys have 1 to 512 bytes, values at most 1 MiB. EABORT and EIO leave open whether a
//! value was written.

use crate::time::millis;
use crate::{abi, Code, List};
use alloc::vec::Vec;
use core::time::Duration;

/// A copy of a value.
pub fn get(key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, Code> {
    abi::read_found(|out| abi::kv_get(key.as_ref().into(), out))
}

/// Stores a copy of `value` for a time above zero and at most ten years, `None`: for ever.
pub fn put(key: impl AsRef<[u8]>, value: impl AsRef<[u8]>, ttl: Option<Duration>) -> Result<(), Code> {
    Code::check(abi::kv_put(key.as_ref().into(), value.as_ref().into(), millis(ttl)?)).map(drop)
}

/// Removes a value and says whether there was one.
pub fn delete(key: impl AsRef<[u8]>) -> Result<bool, Code> {
    Code::check(abi::kv_delete(key.as_ref().into())).map(|n| n > 0)
}

/// Adds to a value that is a decimal number, 0 if there is none, and gives the sum. The
/// value's time to live stays. EINVAL: it is another value, or the sum is beyond 64 bits.
pub fn increment(key: impl AsRef<[u8]>, delta: i64) -> Result<i64, Code> {
    let mut sum = [0; 8];
    Code::check(abi::kv_increment(key.as_ref().into(), delta, (&mut sum).into()))?;
    Ok(i64::from_le_bytes(sum))
}

/// Stores `new` if the value is `old`. EEXIST: it is another, or there is none.
pub fn compare_and_set(
    key: impl AsRef<[u8]>,
    old: impl AsRef<[u8]>,
    new: impl AsRef<[u8]>,
    ttl: Option<Duration>,
) -> Result<(), Code> {
    let (key, old, new) = (key.as_ref().into(), old.as_ref().into(), new.as_ref().into());
    Code::check(abi::kv_compare_and_set(key, old, new, millis(ttl)?, 0)).map(drop)
}

/// Stores a value if there is none. EEXIST: there is one.
pub fn create(key: impl AsRef<[u8]>, value: impl AsRef<[u8]>, ttl: Option<Duration>) -> Result<(), Code> {
    let (key, old, new) = (key.as_ref().into(), "".into(), value.as_ref().into());
    Code::check(abi::kv_compare_and_set(key, old, new, millis(ttl)?, abi::FLAG_ABSENT)).map(drop)
}

/// The first keys, at most `limit` and 1000, that begin with `prefix` and are greater than
/// `after`, in the order of their bytes. The last of one list is the `after` of the next.
pub fn list(prefix: impl AsRef<[u8]>, after: impl AsRef<[u8]>, limit: u32) -> Result<List, Code> {
    let (prefix, after) = (prefix.as_ref().into(), after.as_ref().into());
    Ok(List(abi::read(|out| abi::kv_list(prefix, after, limit, out))?))
}
