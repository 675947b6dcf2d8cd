//! How a value is kept. A whole number in JSON is kept as it is, so that the store can add
//! to it; everything else has its entity tag and content type before it:
//!
//! ```text
//! 0x01, 24 hexadecimal digits of the tag, the content type, a line feed, the value
//! ```
//!
//! Nothing at all is what removing a value leaves for a moment.

use portico::sha256::{hex, Sha256};

#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    record: Vec<u8>,
    /// Where the content type ends; 0 in a record that is nothing but the value.
    head: usize,
}

const MARK: u8 = 1;

/// Digits of a tag: 96 bits of a SHA-256, which nobody finds twice.
const TAG: usize = 24;

const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";

impl Item {
    pub fn new(content_type: &str, body: &[u8]) -> Item {
        if content_type == JSON && Item::number(body).is_some() {
            return Item { record: body.to_vec(), head: 0 };
        }
        let mut record = Vec::with_capacity(1 + TAG + content_type.len() + 1 + body.len());
        record.push(MARK);
        record.extend_from_slice(digest(content_type, body).as_bytes());
        record.extend_from_slice(content_type.as_bytes());
        let head = record.len();
        record.push(b'\n');
        record.extend_from_slice(body);
        Item { record, head }
    }

    /// A number that is written in decimal.
    pub fn counter(number: &str) -> Item {
        Item { record: number.into(), head: 0 }
    }

    /// What a record holds, `None` if its value was removed. A record that others have made
    /// is a value, too: plugins can share a namespace.
    pub fn of(record: Vec<u8>) -> Option<Item> {
        if record.is_empty() {
            return None;
        }
        let head = head_of(&record);
        Some(Item { record, head: head.unwrap_or(0) })
    }

    /// The number that a record is, if it is one as the store writes it.
    pub fn number(record: &[u8]) -> Option<i64> {
        let number: i64 = std::str::from_utf8(record).ok()?.parse().ok()?;
        Some(number).filter(|n| n.to_string().as_bytes() == record)
    }

    pub fn record(&self) -> &[u8] {
        &self.record
    }

    pub fn body(&self) -> &[u8] {
        match self.head {
            0 => &self.record,
            head => &self.record[head + 1..],
        }
    }

    pub fn content_type(&self) -> &[u8] {
        match self.head {
            0 if Item::number(&self.record).is_some() => JSON.as_bytes(),
            0 => BYTES.as_bytes(),
            head => &self.record[1 + TAG..head],
        }
    }

    /// The entity tag, in quotes: values of one type with the same bytes have the same.
    pub fn tag(&self) -> String {
        match self.head {
            0 => format!("\"{}\"", digest(&String::from_utf8_lossy(self.content_type()), &self.record)),
            _ => format!("\"{}\"", String::from_utf8_lossy(&self.record[1..1 + TAG])),
        }
    }
}

/// Where the content type of a record of ours ends.
fn head_of(record: &[u8]) -> Option<usize> {
    let (mark, rest) = record.split_first()?;
    let (tag, rest) = (rest.get(..TAG)?, &rest[TAG..]);
    let content_type = &rest[..rest.iter().position(|b| *b == b'\n')?];
    let ours = *mark == MARK
        && tag.iter().all(u8::is_ascii_hexdigit)
        && content_type.iter().all(|b| (b' '..=b'~').contains(b));
    Some(1 + TAG + content_type.len()).filter(|_| ours)
}

fn digest(content_type: &str, body: &[u8]) -> String {
    let mut sum = Sha256::new();
    sum.update(content_type);
    sum.update([b'\n']);
    sum.update(body);
    hex(&sum.finish()[..TAG / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was_put() {
        for (content_type, body) in [
            ("text/plain", &b"a\nb"[..]),
            ("", b""),
            (BYTES, &[0, 1, 255]),
            (JSON, b"{}"),
            (JSON, b"-5"),
            (JSON, b"05"),
        ] {
            let item = Item::new(content_type, body);
            let back = Item::of(item.record().to_vec()).unwrap();
            assert_eq!((back.content_type(), back.body()), (content_type.as_bytes(), body));
            assert_eq!(back.tag(), item.tag());
        }
        assert_eq!(Item::of(vec![]), None);
    }

    #[test]
    fn only_a_whole_number_in_json_is_kept_as_it_is() {
        for (content_type, body, want) in [
            (JSON, "0", true),
            (JSON, "-9223372036854775808", true),
            (JSON, "9223372036854775808", false),
            (JSON, "-0", false),
            (JSON, "+1", false),
            (JSON, "1.0", false),
            (JSON, " 1", false),
            (JSON, "", false),
            ("text/plain", "1", false),
        ] {
            let item = Item::new(content_type, body.as_bytes());
            assert_eq!(item.record() == body.as_bytes(), want, "{content_type} {body}");
        }
    }

    #[test]
    fn a_tag_tells_values_and_their_types_apart() {
        let tags = [(JSON, "1"), (JSON, "2"), ("text/plain", "1"), ("text/plain", "2"), (BYTES, "1")]
            .map(|(t, b)| Item::new(t, b.as_bytes()).tag());
        for (n, tag) in tags.iter().enumerate() {
            assert_eq!(tags.iter().position(|t| t == tag), Some(n));
            assert_eq!(tag.len(), TAG + 2);
        }
        assert_eq!(Item::counter("1").tag(), tags[0]);
    }

    #[test]
    fn what_others_have_written_is_bytes() {
        let broken = [&b"\x01"[..], &[b'0'; TAG], b"a\rb\nx"].concat();
        for record in [&b"text"[..], &[1], &[1; 30], b"1x", &[255, 254], &broken] {
            let item = Item::of(record.to_vec()).unwrap();
            assert_eq!((item.content_type(), item.body()), (BYTES.as_bytes(), record));
        }
        assert_eq!(Item::of(b"17".to_vec()).unwrap().content_type(), JSON.as_bytes());
    }
}
