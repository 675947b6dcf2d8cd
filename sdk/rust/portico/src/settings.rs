//! A plugin's configuration, key by key: what is no such value is refused with a sentence
//! that names the key, as it stands in the operator's `NAME.toml`.
//!
//! ```
//! use portico::{json, settings::Settings};
//! use std::time::Duration;
//!
//! fn window(config: &str) -> Result<Duration, String> {
//!     let config = json::parse(config).map_err(|e| e.to_string())?;
//!     let settings = Settings::new(&config)?.only(&["window"])?;
//!     let most = Duration::from_secs(3600);
//!     Ok(settings.duration("window", Duration::ZERO..=most)?.unwrap_or(most))
//! }
//!
//! assert_eq!(window(r#"{"window": "5m"}"#), Ok(Duration::from_secs(300)));
//! assert_eq!(window(r#"{"windwo": "5m"}"#), Err("config.windwo: there is no such key, only window".into()));
//! ```

use crate::json::Value;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;
use core::time::Duration;

/// A table of the configuration. Where a key is not there its methods give `None`.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    path: String,
    members: &'a [(String, Value)],
}

impl<'a> Settings<'a> {
    /// The whole configuration, `[config]` in `NAME.toml`.
    pub fn new(config: &'a Value) -> Result<Settings<'a>, String> {
        Settings::at("config".to_owned(), config)
    }

    fn at(path: String, value: &'a Value) -> Result<Settings<'a>, String> {
        match value {
            Value::Object(members) => Ok(Settings { path, members }),
            _ => Err(format!("{path}: must be a table")),
        }
    }

    /// Refuses other keys than these.
    pub fn only(self, names: &[&str]) -> Result<Settings<'a>, String> {
        match self.members.iter().find(|m| !names.contains(&&*m.0)) {
            Some((name, _)) => Err(self.error(name, &format!("there is no such key, only {}", names.join(", ")))),
            None => Ok(self),
        }
    }

    /// What is wrong with a key: `config.window: must be …`.
    pub fn error(&self, name: &str, problem: &str) -> String {
        format!("{}.{name}: {problem}", self.path)
    }

    /// The keys that are there.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.members.iter().map(|m| &*m.0)
    }

    /// A value of any type.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.iter().find(|m| m.0 == name).map(|m| &m.1)
    }

    fn typed<T>(&self, name: &str, what: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, String> {
        match self.get(name).map(read) {
            Some(None) => Err(self.error(name, &format!("must be {what}"))),
            value => Ok(value.flatten()),
        }
    }

    /// A string.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        self.typed(name, "text in quotes", Value::as_str)
    }

    /// One of several words.
    pub fn one_of(&self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, String> {
        let what = format!("one of \"{}\"", words.join("\", \""));
        self.typed(name, &what, |v| words.iter().find(|w| v.as_str() == Some(w)).copied())
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        self.typed(name, "true or false", Value::as_bool)
    }

    /// A whole number.
    pub fn integer(&self, name: &str, within: RangeInclusive<i64>) -> Result<Option<i64>, String> {
        let what = format!("a whole number from {} to {}", within.start(), within.end());
        self.typed(name, &what, |v| v.as_i64().filter(|n| within.contains(n)))
    }

    /// A time such as `"1h30m"`, in the units ms, s, m and h.
    pub fn duration(&self, name: &str, within: RangeInclusive<Duration>) -> Result<Option<Duration>, String> {
        let (least, most) = (show(within.start()), show(within.end()));
        let what = format!("a duration such as \"30s\" or \"5m\", from \"{least}\" to \"{most}\"");
        self.typed(name, &what, |v| duration(v.as_str()?).filter(|d| within.contains(d)))
    }

    /// A number of bytes such as `"256KiB"`, in the units B, KiB, MiB and GiB.
    pub fn size(&self, name: &str, within: RangeInclusive<u64>) -> Result<Option<u64>, String> {
        let what = format!("a size such as \"64KiB\" or \"1MiB\", from {} to {} bytes", within.start(), within.end());
        self.typed(name, &what, |v| size(v.as_str()?).filter(|n| within.contains(n)))
    }

    /// A list of strings, empty if the key is not there.
    pub fn texts(&self, name: &str) -> Result<Vec<&'a str>, String> {
        let list = self.typed(name, "a list of texts in quotes", |v| {
            v.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>()
        })?;
        Ok(list.unwrap_or_default())
    }

    /// A table within this one.
    pub fn table(&self, name: &str) -> Result<Option<Settings<'a>>, String> {
        self.get(name).map(|v| Settings::at(format!("{}.{name}", self.path), v)).transpose()
    }

    /// A list of tables, `[[config.NAME]]`, empty if the key is not there.
    pub fn tables(&self, name: &str) -> Result<Vec<Settings<'a>>, String> {
        let list = self.typed(name, "a list of tables", Value::as_array)?.unwrap_or_default();
        let path = |n| format!("{}.{name}[{n}]", self.path);
        list.iter().enumerate().map(|(n, v)| Settings::at(path(n), v)).collect()
    }
}

/// Units of time, in milliseconds.
const TIMES: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A number before each of the units: `"1h30m"`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut all = Duration::ZERO;
    while !rest.is_empty() {
        let (number, tail) = number(rest)?;
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let (_, ms) = TIMES.iter().find(|t| t.0 == unit)?;
        all = all.checked_add(Duration::from_millis(number.checked_mul(*ms)?))?;
        rest = tail;
    }
    Some(all).filter(|_| !text.is_empty())
}

/// Writes a time in the largest unit that it is a multiple of.
fn show(time: &Duration) -> String {
    let all = time.as_millis() as u64;
    let (unit, ms) = TIMES.iter().find(|t| all > 0 && all % t.1 == 0).unwrap_or(&TIMES[2]);
    format!("{}{unit}", all / ms)
}

fn size(text: &str) -> Option<u64> {
    let (number, unit) = number(text)?;
    let shift = match unit {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

/// Takes digits off the text.
fn number(text: &str) -> Option<(u64, &str)> {
    let (digits, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use alloc::string::ToString;
    use alloc::vec;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn values_are_read_by_their_type() {
        let config = json::parse(
            r#"{"a":"text","b":true,"n":-3,"d":"1h30m","s":"256KiB","l":["x","y"],"t":{"a":"in"},"r":[{"a":"0"},{"a":"1"}]}"#,
        )
        .unwrap();
        let c = Settings::new(&config).unwrap();
        assert_eq!(c.text("a"), Ok(Some("text")));
        assert_eq!(c.one_of("a", &["no", "text"]), Ok(Some("text")));
        assert_eq!((c.flag("b"), c.integer("n", -3..=0)), (Ok(Some(true)), Ok(Some(-3))));
        assert_eq!(c.duration("d", SECOND..=SECOND * 5400), Ok(Some(SECOND * 5400)));
        assert_eq!((c.size("s", 0..=1 << 18), c.texts("l")), (Ok(Some(1 << 18)), Ok(vec!["x", "y"])));
        assert_eq!(c.table("t").unwrap().unwrap().text("a"), Ok(Some("in")));
        let rows = c.tables("r").unwrap();
        assert_eq!(rows.iter().map(|r| r.text("a").unwrap().unwrap()).collect::<Vec<_>>(), ["0", "1"]);
        assert_eq!(c.names().collect::<String>(), "abndsltr");
    }

    #[test]
    fn what_is_not_there_is_none() {
        let config = json::parse("{}").unwrap();
        let c = Settings::new(&config).unwrap().only(&[]).unwrap();
        assert_eq!((c.text("a"), c.flag("a"), c.texts("a")), (Ok(None), Ok(None), Ok(vec![])));
        assert_eq!((c.table("a").unwrap().is_none(), c.tables("a").unwrap().len()), (true, 0));
    }

    #[test]
    fn what_is_no_such_value_is_named_by_its_key() {
        let config = json::parse(r#"{"n":7,"t":{"l":["x",1]},"r":[{"a":1},2]}"#).unwrap();
        let c = Settings::new(&config).unwrap();
        let t = c.table("t").unwrap().unwrap();
        for (got, want) in [
            (Settings::new(&Value::Null).map(drop), "config: must be a table"),
            (c.clone().only(&["t", "r"]).map(drop), "config.n: there is no such key, only t, r"),
            (c.text("n").map(drop), "config.n: must be text in quotes"),
            (c.one_of("n", &["a", "b"]).map(drop), r#"config.n: must be one of "a", "b""#),
            (c.flag("n").map(drop), "config.n: must be true or false"),
            (c.integer("n", 8..=9).map(drop), "config.n: must be a whole number from 8 to 9"),
            (
                c.duration("n", SECOND..=SECOND * 60).map(drop),
                r#"config.n: must be a duration such as "30s" or "5m", from "1s" to "1m""#,
            ),
            (c.size("n", 0..=9).map(drop), r#"config.n: must be a size such as "64KiB" or "1MiB", from 0 to 9 bytes"#),
            (t.texts("l").map(drop), "config.t.l: must be a list of texts in quotes"),
            (c.table("n").map(drop), "config.n: must be a table"),
            (c.tables("n").map(drop), "config.n: must be a list of tables"),
            (c.tables("r").map(drop), "config.r[1]: must be a table"),
        ] {
            assert_eq!(got, Err(want.to_string()));
        }
    }

    #[test]
    fn times_and_sizes_have_units() {
        for (text, ms) in [("0s", 0), ("250ms", 250), ("5m", 300_000), ("1h0m1s", 3_601_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(ms)), "{text}");
        }
        for (ms, text) in [(0, "0s"), (250, "250ms"), (1500, "1500ms"), (90_000, "90s"), (86_400_000, "24h")] {
            assert_eq!(show(&Duration::from_millis(ms)), text);
        }
        for text in ["", "5", "m", "5 m", "-1s", "1d", "1.5h", "99999999999999999999s", "18446744073709551615h", "1s1"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
        for (text, bytes) in [("0B", 0), ("512B", 512), ("1KiB", 1024), ("3GiB", 3 << 30)] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "1", "KiB", "1K", "1kib", "17179869184GiB", "1 KiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
