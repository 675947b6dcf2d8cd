//! Uses what the operator keeps secret. Capability `"secrets"`; `[secrets] NAME = "use"` or
//! `"read"` in `NAME.toml` grants one. Do not keep what it gives: the next call gets the
//! operator's new value.

use crate::{abi, Code};
use alloc::vec::Vec;

/// A hash function for [`hmac`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Hash {
    /// For peers that have nothing newer.
    Sha1 = 1,
    /// SHA-256.
    Sha256 = 2,
    /// SHA-512.
    Sha512 = 3,
}

/// A secret that was granted to be read. EPERM: granted for use alone; ENOENT: not granted.
pub fn read(name: &str) -> Result<Vec<u8>, Code> {
    abi::read(|out| abi::secrets_read(name.into(), out))
}

/// The HMAC (RFC 2104) of data, at most 1 MiB, with a secret as its key, which the plugin
/// does not see.
pub fn hmac(name: &str, hash: Hash, data: impl AsRef<[u8]>) -> Result<Vec<u8>, Code> {
    abi::read(|out| abi::secrets_hmac(name.into(), hash as u32, data.as_ref().into(), out))
}

/// Whether `mac` is the HMAC of data, in a time that does not tell how much of it is.
pub fn verify(name: &str, hash: Hash, data: impl AsRef<[u8]>, mac: &[u8]) -> Result<bool, Code> {
    let sum = hmac(name, hash, data)?;
    let differ = sum.iter().zip(mac).fold(0, |d, (a, b)| d | (a ^ b));
    Ok(sum.len() == mac.len() && opaque(differ) == 0)
}

/// Keeps the compiler from seeing what the differences are collected for, which would let
/// it stop at the first.
#[inline(never)]
fn opaque(n: u8) -> u8 {
    n
}
