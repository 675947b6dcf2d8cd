//! Verifies tokens against issuers that the operator declared. Capability `"jwt"`;
//! `[jwt.NAME]` in `NAME.toml` declares an issuer, with its keys, audience and algorithms.

use crate::{abi, Code};
use alloc::string::String;
use alloc::vec::Vec;

/// The claims of a token (a compact JWS of at most 16 KiB), as JSON, if it holds.
///
/// ENOENT: no such issuer; EINVAL: not a token; EPERM: signature, algorithm, key, issuer,
/// audience or time do not hold, and [`reason`] says which; E2BIG: too long a token; ECONN:
/// the issuer's keys cannot be had now.
pub fn verify(issuer: &str, token: &str) -> Result<String, Code> {
    // Claims are shorter than their token, so that it is verified once.
    let mut claims = Vec::with_capacity(token.len());
    abi::append(&mut claims, |out| abi::jwt_verify(issuer.into(), token.into(), out))?;
    Ok(crate::list::lossy(claims))
}

/// Why the last [`verify`] of this call answered EINVAL or EPERM, in one word: `malformed`,
/// `algorithm`, `key`, `signature`, `expired`, `not_yet`, `issuer`, `audience` or `claims`;
/// empty otherwise.
pub fn reason() -> Result<String, Code> {
    Ok(crate::list::lossy(abi::read(abi::jwt_reason)?))
}
