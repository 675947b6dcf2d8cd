//! The encodings of ABI.md: list, pairs and the bytes within.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Text of bytes; what is not UTF-8 becomes U+FFFD.
pub(crate) fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// Takes one length-prefixed value off `bytes`.
fn next<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let size = bytes.get(..4)?;
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
    let value = bytes.get(4..)?.get(..size)?;
    *bytes = &bytes[4 + size..];
    Some(value)
}

/// Appends a value as `next` takes it.
pub(crate) fn push(list: &mut Vec<u8>, value: &[u8]) {
    list.extend_from_slice(&(value.len() as u32).to_le_bytes());
    list.extend_from_slice(value);
}

/// Values in order, in one piece of memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct List(pub(crate) Vec<u8>);

impl List {
    /// The values as text; what is not UTF-8 becomes U+FFFD. Text that is UTF-8 is
    /// borrowed.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.bytes().map(String::from_utf8_lossy)
    }

    /// The values as they are.
    pub fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.0;
        core::iter::from_fn(move || next(&mut rest))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Names and values in order, a name possibly several times, in one piece of memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub(crate) Vec<u8>);

impl Pairs {
    /// Names and values as text; what is not UTF-8 becomes U+FFFD. Text that is UTF-8
    /// is borrowed.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        pairs(&self.0).map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v)))
    }

    /// Names and values as they are.
    pub fn bytes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        pairs(&self.0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The encoding of names and values.
impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Pairs {
        let mut bytes = Vec::new();
        for (name, value) in pairs {
            push(&mut bytes, name.as_ref());
            push(&mut bytes, value.as_ref());
        }
        Pairs(bytes)
    }
}

pub(crate) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes;
    core::iter::from_fn(move || Some((next(&mut rest)?, next(&mut rest)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_back_as_they_were_put() {
        let p: Pairs = [("a", "1"), ("", ""), ("a", "ü")].into_iter().collect();
        let back: Vec<_> = p.iter().collect();
        assert_eq!(back, [("a".into(), "1".into()), ("".into(), "".into()), ("a".into(), "ü".into())]);
        assert_eq!(alloc::format!("{p:?}"), r#"[("a", "1"), ("", ""), ("a", "ü")]"#);
    }

    #[test]
    fn what_ends_early_ends_the_iteration() {
        let whole: Pairs = [("name", "value")].into_iter().collect();
        for n in 0..whole.0.len() {
            assert_eq!(pairs(&whole.0[..n]).count(), 0, "{n} bytes");
        }
        assert_eq!(List(alloc::vec![255, 255, 255, 255, 1]).bytes().count(), 0);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_in_text_and_kept_in_bytes() {
        let mut l = List::default();
        push(&mut l.0, b"a\xffb");
        assert_eq!(l.iter().next().unwrap(), "a\u{fffd}b");
        assert_eq!(l.bytes().next().unwrap(), b"a\xffb");
        assert_eq!(lossy(b"a\xffb".to_vec()), "a\u{fffd}b");
    }
}
