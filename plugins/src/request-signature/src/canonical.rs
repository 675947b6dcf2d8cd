//! What is signed: lines, each of which holds one thing, so that no two requests have one
//! text. No line can hold a line feed: it is in no request line and in no header.

use crate::credentials::{Credentials, SCHEME};
use portico::authorizer::Request;
use portico::{Code, Field, Fields};

/// The text that the client signs, and so do we. `fields` holds method, path, query and host.
pub fn text(req: &Request, fields: &Fields, by: &Credentials, headers: &[String]) -> Result<Vec<u8>, Code> {
    let mut text = Vec::with_capacity(512);
    for part in [SCHEME, by.key, by.time_text, by.nonce] {
        line(&mut text, part.as_bytes());
    }
    line(&mut text, fields.bytes(Field::Method).unwrap_or_default());
    line(&mut text, fields.bytes(Field::RawPath).unwrap_or_default());
    line(&mut text, &sorted(fields.bytes(Field::Query).unwrap_or_default()));
    for name in headers {
        let value = match &**name {
            "host" => fields.bytes(Field::Host).map(<[u8]>::to_vec),
            _ => req.header_bytes(name)?,
        };
        if let Some(value) = value {
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
            line(&mut text, &value);
        }
    }
    text.extend_from_slice(by.body.as_bytes());
    Ok(text)
}

fn line(text: &mut Vec<u8>, content: &[u8]) {
    text.extend_from_slice(content);
    text.push(b'\n');
}

/// The parameters as they were sent, by the bytes of their names; those of one name stay in
/// their order.
fn sorted(query: &[u8]) -> Vec<u8> {
    let mut parameters: Vec<&[u8]> = query.split(|b| *b == b'&').collect();
    parameters.sort_by_key(|p| p.split(|b| *b == b'=').next());
    parameters.join(&b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_sorted_by_name_and_keep_their_order_within_one() {
        for (query, want) in [
            ("", ""),
            ("a", "a"),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&b=1&a=1", "a=2&a=1&b=1"),
            ("a-b=1&a=2&a", "a=2&a&a-b=1"),
            ("b&&a=", "&a=&b"),
            ("%62=1&a=1&B=1", "%62=1&B=1&a=1"),
            ("a=x=2&a=x=1", "a=x=2&a=x=1"),
        ] {
            assert_eq!(sorted(query.as_bytes()), want.as_bytes(), "{query}");
        }
    }
}
