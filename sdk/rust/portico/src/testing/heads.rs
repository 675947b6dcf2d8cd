//! Header lists and parameters of the double.

use super::Fields;
use crate::Code;
use std::string::String;
use std::vec::Vec;

/// Fields that belong to the gateway.
const FRAMING: [&str; 10] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "keep-alive",
    "proxy-connection",
];

/// The bounds of a header list.
const MAX_FIELDS: usize = 400;
const MAX_BYTES: usize = 40 << 10;

pub(super) fn values(fields: &Fields, is: impl Fn(&str) -> bool) -> Vec<&str> {
    fields.iter().filter(|f| is(&f.0)).map(|f| &*f.1).collect()
}

pub(super) fn joined(fields: &Fields, name: &str) -> Option<String> {
    let values = values(fields, |n| n.eq_ignore_ascii_case(name));
    match name.to_ascii_lowercase().as_str() {
        _ if values.is_empty() => None,
        "set-cookie" => Some(values[0].into()),
        "cookie" => Some(values.join("; ")),
        _ => Some(values.join(", ")),
    }
}

/// Whether a field may be set, as RFC 9110, sections 5.5 and 5.6.2, and ABI.md have it.
pub(super) fn check(name: &str, value: &str) -> Result<(), Code> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) || value.bytes().any(control) {
        return Err(Code::EINVAL);
    }
    if FRAMING.iter().any(|f| name.eq_ignore_ascii_case(f)) {
        return Err(Code::EPERM);
    }
    Ok(())
}

pub(super) fn control(b: u8) -> bool {
    b < b' ' && b != b'\t' || b == 0x7f
}

pub(super) fn set(fields: &mut Fields, name: &str, value: &str) -> Result<(), Code> {
    check(name, value)?;
    let mut next = fields.clone();
    let same = |f: &(String, String)| f.0.eq_ignore_ascii_case(name);
    match next.iter().position(same) {
        Some(first) => {
            next[first] = (name.into(), value.into());
            let mut at = 0;
            next.retain(|f| {
                at += 1;
                at - 1 == first || !same(f)
            });
        }
        None => next.push((name.into(), value.into())),
    }
    replace(fields, next)
}

pub(super) fn add(fields: &mut Fields, name: &str, value: &str) -> Result<(), Code> {
    check(name, value)?;
    let mut next = fields.clone();
    next.push((name.into(), value.into()));
    replace(fields, next)
}

pub(super) fn remove(fields: &mut Fields, name: &str) -> Result<(), Code> {
    check(name, "")?;
    fields.retain(|f| !f.0.eq_ignore_ascii_case(name));
    Ok(())
}

fn replace(fields: &mut Fields, next: Fields) -> Result<(), Code> {
    let size: usize = next.iter().map(|f| f.0.len() + f.1.len()).sum();
    if next.len() > MAX_FIELDS || size > MAX_BYTES {
        return Err(Code::E2BIG);
    }
    *fields = next;
    Ok(())
}

/// The parameters of a raw query.
pub(super) fn query(raw: &str) -> Fields {
    let pairs = raw.split('&').filter(|p| !p.is_empty());
    pairs.map(|p| p.split_once('=').unwrap_or((p, ""))).map(|(n, v)| (unescape(n), unescape(v))).collect()
}

fn unescape(text: &str) -> String {
    let digit = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    let (bytes, mut decoded, mut i) = (text.as_bytes(), Vec::new(), 0);
    while i < bytes.len() {
        match (bytes[i], digit(bytes.get(i + 1)), digit(bytes.get(i + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high << 4 | low) as u8);
                i += 2;
            }
            (b'+', ..) => decoded.push(b' '),
            (b, ..) => decoded.push(b),
        }
        i += 1;
    }
    crate::list::lossy(decoded)
}

/// The cookies of a request.
pub(super) fn cookies(fields: &Fields) -> Fields {
    let lines = fields.iter().filter(|f| f.0.eq_ignore_ascii_case("cookie"));
    let pairs = lines.flat_map(|f| f.1.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.filter(|p| !p.0.is_empty()).map(|(n, v)| (n.into(), v.into())).collect()
}
