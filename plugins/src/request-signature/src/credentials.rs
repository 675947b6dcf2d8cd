/// What the header Authorization says:
///
/// ```text
/// HMAC-SHA256 key=ID, time=SECONDS, nonce=TEXT, body=DIGEST, signature=MAC
/// ```
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Credentials<'a> {
    pub key: &'a str,
    /// Seconds since 1970, and as the client wrote them.
    pub time: u64,
    pub time_text: &'a str,
    pub nonce: &'a str,
    /// The SHA-256 of the body in hexadecimal digits, small letters.
    pub body: &'a str,
    pub signature: [u8; 32],
}

/// The scheme, and the first line of what is signed.
pub const SCHEME: &str = "HMAC-SHA256";

/// An id of a key has 1 to so many bytes.
pub const MAX_KEY: usize = 64;

/// A nonce has at least 16 bytes: so many random digits do not come twice.
const NONCE: std::ops::RangeInclusive<usize> = 16..=64;

/// A second of the year 33658 has twelve digits.
const MAX_TIME: usize = 12;

const NAMES: [&str; 5] = ["key", "time", "nonce", "body", "signature"];

impl<'a> Credentials<'a> {
    /// Reads the header. Each part is there once, in any order, and nothing else is. The error
    /// says what is not so.
    pub fn parse(header: &'a str) -> Result<Credentials<'a>, &'static str> {
        let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err("the scheme of Authorization is not HMAC-SHA256");
        }
        let mut parts = [""; NAMES.len()];
        for part in rest.split(',') {
            let (name, value) = part.trim_matches(' ').split_once('=').ok_or("a part of Authorization has no =")?;
            let place = NAMES.iter().position(|n| *n == name).ok_or("Authorization has a part of another name")?;
            if !parts[place].is_empty() {
                return Err("a part of Authorization comes twice");
            }
            parts[place] = value;
        }
        let [key, time, nonce, body, signature] = parts;
        if !is_name(key) {
            return Err("key is not 1 to 64 letters, digits, and . _ ~ -");
        }
        if !nonce.bytes().all(of_name) || !NONCE.contains(&nonce.len()) {
            return Err("nonce is not 16 to 64 letters, digits, and . _ ~ -");
        }
        if time.len() > MAX_TIME || !time.bytes().all(|b| b.is_ascii_digit()) || time.starts_with('0') {
            return Err("time is not seconds since 1970");
        }
        bytes(body).ok_or("body is not 64 hexadecimal digits in small letters")?;
        Ok(Credentials {
            key,
            time: time.parse().map_err(|_| "time is not seconds since 1970")?,
            time_text: time,
            nonce,
            body,
            signature: bytes(signature).ok_or("signature is not 64 hexadecimal digits in small letters")?,
        })
    }
}

/// Whether a text can be the id of a key.
pub fn is_name(text: &str) -> bool {
    text.bytes().all(of_name) && (1..=MAX_KEY).contains(&text.len())
}

/// Bytes that stand in a URL as they are (RFC 3986, section 2.3).
fn of_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._~-".contains(&b)
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "0123456789abcdef";

    fn header(key: &str, time: &str, nonce: &str, body: &str, signature: &str) -> String {
        format!("HMAC-SHA256 key={key}, time={time}, nonce={nonce}, body={body}, signature={signature}")
    }

    #[test]
    fn parts_may_come_in_any_order() {
        let (body, signature) = ("ab".repeat(32), "0f".repeat(32));
        let want = Credentials { key: "k", time: 17, time_text: "17", nonce: NONCE, body: &body, signature: [15; 32] };
        let turned = format!("hmac-sha256  signature={signature},body={body} ,nonce={NONCE},time=17,key=k");
        for text in [header("k", "17", NONCE, &body, &signature), turned] {
            assert_eq!(Credentials::parse(&text).as_ref(), Ok(&want), "{text}");
        }
    }

    #[test]
    fn the_longest_parts_are_taken_and_longer_ones_not() {
        let digits = "00".repeat(32);
        let of = |key: usize, time: &str, nonce: usize| {
            let text = header(&"k".repeat(key), time, &"n".repeat(nonce), &digits, &digits);
            Credentials::parse(&text).map(drop)
        };
        assert_eq!(of(64, "999999999999", 64), Ok(()));
        assert_eq!(of(1, "1", 16), Ok(()));
        assert_eq!(of(65, "1", 16), Err("key is not 1 to 64 letters, digits, and . _ ~ -"));
        assert_eq!(of(1, "1", 65), Err("nonce is not 16 to 64 letters, digits, and . _ ~ -"));
        assert_eq!(of(1, "1", 15), Err("nonce is not 16 to 64 letters, digits, and . _ ~ -"));
        assert_eq!(of(1, "1000000000000", 16), Err("time is not seconds since 1970"));
    }

    #[test]
    fn what_is_not_so_is_said() {
        let d = "00".repeat(32);
        let good = header("k", "1", NONCE, &d, &d);
        let digits = |name: &str| format!("{name} is not 64 hexadecimal digits in small letters");
        for (text, want) in [
            ("".into(), "the scheme of Authorization is not HMAC-SHA256".to_string()),
            (good.replace("HMAC-SHA256", "Bearer"), "the scheme of Authorization is not HMAC-SHA256".into()),
            ("HMAC-SHA256".into(), "a part of Authorization has no =".into()),
            (good.clone() + ",", "a part of Authorization has no =".into()),
            (good.clone() + ", more=1", "Authorization has a part of another name".into()),
            (good.clone() + ", HMAC-SHA256 key=k", "Authorization has a part of another name".into()),
            (good.clone() + ", key=k", "a part of Authorization comes twice".into()),
            (header("", "1", NONCE, &d, &d), "key is not 1 to 64 letters, digits, and . _ ~ -".into()),
            (header("a/b", "1", NONCE, &d, &d), "key is not 1 to 64 letters, digits, and . _ ~ -".into()),
            (header("k", "", NONCE, &d, &d), "time is not seconds since 1970".into()),
            (header("k", "+1", NONCE, &d, &d), "time is not seconds since 1970".into()),
            (header("k", "01", NONCE, &d, &d), "time is not seconds since 1970".into()),
            (header("k", "1", NONCE, &d[1..], &d), digits("body")),
            (header("k", "1", NONCE, &d.replace('0', "A"), &d), digits("body")),
            (header("k", "1", NONCE, &d, &(d.clone() + "00")), digits("signature")),
            (header("k", "1", NONCE, &d, &d.replace('0', "ü")), digits("signature")),
            (header("k", "1", NONCE, &d, &"ü".repeat(32)), digits("signature")),
        ] {
            assert_eq!(Credentials::parse(&text).map(drop), Err(&*want), "{text}");
        }
    }
}
