//! Takes tokens from buckets whose rates the operator sets. Capability `"throttle"`;
//! `[throttle.BUCKET] rate, burst` in `NAME.toml` declares a bucket.

use crate::{abi, Code};
use core::time::Duration;

/// Takes `n` tokens from the key's own bucket and gives `None`; if they are not there it
/// takes none and gives the time until they will be. An empty key is one bucket that all
/// share.
///
/// ENOENT: no such bucket; EINVAL: `n` is not 1 to its burst; E2BIG: a key of more than 512
/// bytes.
pub fn take(bucket: &str, key: impl AsRef<[u8]>, n: u32) -> Result<Option<Duration>, Code> {
    match abi::throttle_take(bucket.into(), key.as_ref().into(), n) {
        0 => Ok(None),
        ms if ms > 0 => Ok(Some(Duration::from_millis(ms as u64))),
        code => Err(Code::check(i32::try_from(code).unwrap_or(i32::MIN)).err().unwrap_or(Code::EIO)),
    }
}
