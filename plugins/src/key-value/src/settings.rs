use crate::problem::{Problem, NO_COLLECTION, NO_NAME};
use portico::json;
use portico::settings::Settings as Table;
use std::time::Duration;

/// What the configuration says.
pub struct Settings {
    rules: Rules,
    /// By their names; `None`: any is there.
    collections: Option<Vec<(String, Rules)>>,
}

/// What holds for the values of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub read_only: bool,
    /// How long a value lives for which nobody says it.
    ttl: Option<Duration>,
    /// How long one may live.
    max_ttl: Duration,
    /// Bytes of a value.
    pub max_value: usize,
}

/// A value of kv has 1 MiB, the content type and the tag included.
const MAX_VALUE: u64 = 1023 << 10;

const SECOND: Duration = Duration::from_secs(1);

/// Ten years, the most that kv takes.
const MAX_TTL: Duration = Duration::from_secs(315_360_000);

/// Bytes of the name of a collection.
const MAX_NAME: usize = 64;

const RULES: [&str; 4] = ["read_only", "ttl", "max_ttl", "max_value"];

pub fn parse(config: &str) -> Result<Settings, String> {
    let config = json::parse(config).map_err(|e| e.to_string())?;
    let config = Table::new(&config)?.only(&[&["collections"], &RULES[..]].concat())?;
    let none = Rules { read_only: false, ttl: None, max_ttl: MAX_TTL, max_value: MAX_VALUE as usize };
    let rules = rules(&config, &none)?;
    let collections = config.table("collections")?.map(|t| collections(&t, &rules)).transpose()?;
    Ok(Settings { rules, collections })
}

fn collections(table: &Table, above: &Rules) -> Result<Vec<(String, Rules)>, String> {
    let mut all = Vec::new();
    for name in table.names() {
        if !is_name(name) {
            return Err(table.error(name, "the name of a collection is 1 to 64 letters, digits, and . _ -"));
        }
        if let Some(own) = table.table(name)? {
            all.push((name.to_string(), rules(&own.only(&RULES)?, above)?));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all)
}

/// What a table says, and what it does not say from above.
fn rules(table: &Table, above: &Rules) -> Result<Rules, String> {
    let rules = Rules {
        read_only: table.flag("read_only")?.unwrap_or(above.read_only),
        ttl: table.duration("ttl", SECOND..=MAX_TTL)?.or(above.ttl),
        max_ttl: table.duration("max_ttl", SECOND..=MAX_TTL)?.unwrap_or(above.max_ttl),
        max_value: table.size("max_value", 1..=MAX_VALUE)?.map_or(above.max_value, |n| n as usize),
    };
    match rules.ttl {
        Some(ttl) if ttl > rules.max_ttl => Err(table.error("ttl", "must not be greater than max_ttl")),
        _ => Ok(rules),
    }
}

impl Settings {
    /// What holds for a collection.
    pub fn rules(&self, name: &str) -> Result<&Rules, Problem> {
        let collections = match &self.collections {
            Some(collections) => collections,
            None if is_name(name) => return Ok(&self.rules),
            None => return Err(NO_NAME),
        };
        let place = collections.binary_search_by(|c| (*c.0).cmp(name)).map_err(|_| NO_COLLECTION)?;
        Ok(&collections[place].1)
    }
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) && (1..=MAX_NAME).contains(&name.len())
}

impl Rules {
    /// How long a value lives, by the header TTL (as of RFC 8030, section 5.2): seconds.
    /// `None`: for ever.
    pub fn ttl(&self, header: Option<&str>) -> Result<Option<Duration>, Problem> {
        let header = match header {
            Some(header) => header,
            None if self.max_ttl < MAX_TTL => return Ok(Some(self.ttl.unwrap_or(self.max_ttl))),
            None => return Ok(self.ttl),
        };
        let seconds = header.parse().ok().filter(|_| header.bytes().all(|b| b.is_ascii_digit()));
        let ttl = seconds.map(Duration::from_secs).filter(|t| (SECOND..=self.max_ttl).contains(t));
        let most = self.max_ttl.as_secs();
        ttl.map(Some).ok_or_else(|| Problem::Client(400, format!("TTL is a number of seconds from 1 to {most}").into()))
    }
}
