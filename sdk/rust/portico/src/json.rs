//! A small reader of JSON (RFC 8259), enough for a configuration, an event or the claims of
//! a token. It depends on nothing and adds about 10 KB to a plugin; serde works too.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A string.
    String(String),
    /// Values in order.
    Array(Vec<Value>),
    /// Members in order.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A member of an object: of several with a name the last.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.iter().rev().find(|m| m.0 == name).map(|m| &m.1),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A number that is an integer of 64 bits and written as one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The values of an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(values) => Some(values),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }
}

/// A string as JSON, in quotes.
///
/// ```
/// assert_eq!(portico::json::quote("say \"hi\"\n"), r#""say \"hi\"\u000a""#);
/// ```
pub fn quote(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\0'..='\x1f' => {
                json.push_str("\\u00");
                json.extend([c as u32 >> 4, c as u32 & 15].map(|d| char::from_digit(d, 16).unwrap_or('0')));
            }
            _ => json.push(c),
        }
    }
    json.push('"');
    json
}

/// What is wrong with a text, and at which of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub problem: &'static str,
    /// The byte, counted from 0.
    pub at: usize,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JSON: {} at byte {}", self.problem, self.at)
    }
}

#[cfg(feature = "std")]
impl std::error::Error for Error {}
impl crate::Failure for Error {}

/// Arrays and objects within each other, bounded since each takes of the stack's 64 KiB.
const MAX_DEPTH: u32 = 64;

/// Reads a text that is one JSON value.
pub fn parse(text: &str) -> Result<Value, Error> {
    let mut p = Parser { text, at: 0 };
    let value = p.value(0)?;
    p.space();
    if p.at < text.len() {
        return p.fail("more after the value");
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn fail<T>(&self, problem: &'static str) -> Result<T, Error> {
        Err(Error { problem, at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, b: u8) -> bool {
        let there = self.peek() == Some(b);
        self.at += usize::from(there);
        there
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Result<Value, Error> {
        self.space();
        if depth > MAX_DEPTH {
            return self.fail("too deep");
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Error> {
        for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.fail("no value")
    }

    fn array(&mut self, depth: u32) -> Result<Value, Error> {
        let mut values = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Array(values));
            }
            if !self.eat(b',') {
                return self.fail("neither , nor ]");
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Value, Error> {
        let mut members = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.fail("no name");
            }
            let name = self.string()?;
            self.space();
            if !self.eat(b':') {
                return self.fail("no :");
            }
            members.push((name, self.value(depth + 1)?));
            self.space();
            if self.eat(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.eat(b',') {
                return self.fail("neither , nor }");
            }
        }
    }

    fn number(&mut self) -> Result<Value, Error> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(Value::Number(self.text[start..self.at].into()))
    }

    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return self.fail("no digit");
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                None => return self.fail("a string without an end"),
                Some(_) => return self.fail("a control character in a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        self.at += 1;
        let c = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => c as char,
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return self.fail("no such escape"),
        };
        self.at += 1;
        Ok(c)
    }

    /// Reads what follows `\`, with the second half of a pair of surrogates.
    fn unicode(&mut self) -> Result<char, Error> {
        let first = self.hex()?;
        let point = match first {
            0xd800..=0xdbff if self.text[self.at..].starts_with("\\u") => {
                self.at += 1;
                match self.hex()? {
                    second @ 0xdc00..=0xdfff => 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                    _ => return self.fail("half a pair of surrogates"),
                }
            }
            _ => first,
        };
        match char::from_u32(point) {
            Some(c) => Ok(c),
            None => self.fail("half a pair of surrogates"),
        }
    }

    /// Reads `u` and four digits.
    fn hex(&mut self) -> Result<u32, Error> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5).unwrap_or_default();
        let mut n = 0;
        for d in digits {
            match (*d as char).to_digit(16) {
                Some(d) => n = n << 4 | d,
                None => return self.fail("not four digits"),
            }
        }
        if digits.len() < 4 {
            return self.fail("not four digits");
        }
        self.at += 5;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    #[test]
    fn values_are_read() {
        let v = parse(r#" {"s":"a\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00ü","n":[0,-1.5e+3,12],"t":true,"f":false,"z":null,"o":{},"s2":[ ]} "#).unwrap();
        assert_eq!(v.get("s").unwrap().as_str(), Some("a\"\\/\u{8}\u{c}\n\r\tü😀ü"));
        let n = v.get("n").unwrap().as_array().unwrap();
        assert_eq!(
            (n[0].as_i64(), n[1].as_f64(), n[1].as_i64(), n[2].as_i64()),
            (Some(0), Some(-1500.0), None, Some(12))
        );
        assert_eq!((v.get("t").unwrap().as_bool(), v.get("f").unwrap().as_bool()), (Some(true), Some(false)));
        assert_eq!((v.get("z"), v.get("none")), (Some(&Value::Null), None));
        assert_eq!(v.get("o").unwrap().as_object(), Some(&[][..]));
        assert_eq!(v.get("s2").unwrap().as_array(), Some(&[][..]));
        assert_eq!(parse(r#"{"a":1,"a":2}"#).unwrap().get("a").unwrap().as_i64(), Some(2));
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for (text, want) in [
            ("", "no value at byte 0"),
            ("nul", "no value at byte 0"),
            ("1 2", "more after the value at byte 2"),
            ("01", "more after the value at byte 1"),
            ("-", "no digit at byte 1"),
            ("1.", "no digit at byte 2"),
            ("1e", "no digit at byte 2"),
            ("[1", "neither , nor ] at byte 2"),
            ("[1,]", "no value at byte 3"),
            ("{1:2}", "no name at byte 1"),
            (r#"{"a" 1}"#, "no : at byte 5"),
            (r#"{"a":1,}"#, "no name at byte 7"),
            (r#"{"a":1"#, "neither , nor } at byte 6"),
            (r#""a"#, "a string without an end at byte 2"),
            ("\"a\nb\"", "a control character in a string at byte 2"),
            (r#""\x""#, "no such escape at byte 2"),
            (r#""\u12"#, "not four digits at byte 2"),
            (r#""\u12g4""#, "not four digits at byte 2"),
            (r#""\ud800""#, "half a pair of surrogates at byte 7"),
            (r#""\ud800\u0041""#, "half a pair of surrogates at byte 13"),
            (r#""\udc00""#, "half a pair of surrogates at byte 7"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), format!("JSON: {want}"), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(&deep(64)).is_ok());
        assert_eq!(parse(&deep(65)).unwrap_err().problem, "too deep");
        assert_eq!(parse(&"[".repeat(1_000_000)).unwrap_err().problem, "too deep");
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        let text: String = (0..0x300u32).filter_map(char::from_u32).chain("😀".chars()).collect();
        assert_eq!(parse(&quote(&text)), Ok(Value::String(text)));
    }
}
