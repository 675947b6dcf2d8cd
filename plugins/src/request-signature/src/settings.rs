use crate::credentials::is_name;
use portico::json;
use portico::settings::Settings as Table;
use std::time::Duration;

/// What the configuration says.
pub struct Settings {
    keys: Vec<(String, Key)>, // by their ids
    pub window: Duration,
    /// Names of the headers that are signed, in small letters.
    pub headers: Vec<String>,
    pub verify_body: bool,
    pub max_body: u64,
}

/// What the operator says about a client's key.
pub struct Key {
    /// The name of its secret.
    pub secret: String,
    /// Who the client is, if it is not who the id says.
    pub principal: Option<String>,
}

impl Settings {
    pub fn key(&self, id: &str) -> Option<&Key> {
        let place = self.keys.binary_search_by(|k| (*k.0).cmp(id)).ok()?;
        Some(&self.keys[place].1)
    }
}

const WINDOW: Duration = Duration::from_secs(300);
const HOUR: Duration = Duration::from_secs(3600);
const MIB: u64 = 1 << 20;

/// What the gateway keeps of a body for plugins.
const MOST_BODY: u64 = 10 * MIB;

/// Headers that say where and what; a configuration may name others.
const HEADERS: [&str; 2] = ["host", "content-type"];

/// Headers that the gateway keeps from plugins, and the one that the signature is in.
const NEVER: [&str; 10] = [
    "authorization",
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

pub fn parse(config: &str) -> Result<Settings, String> {
    let config = json::parse(config).map_err(|e| e.to_string())?;
    let config = Table::new(&config)?.only(&["keys", "window", "headers", "verify_body", "max_body"])?;
    Ok(Settings {
        keys: keys(&config)?,
        window: config.duration("window", Duration::from_secs(1)..=HOUR)?.unwrap_or(WINDOW),
        headers: headers(&config)?,
        verify_body: config.flag("verify_body")?.unwrap_or(true),
        max_body: config.size("max_body", 0..=MOST_BODY)?.unwrap_or(MIB),
    })
}

fn keys(config: &Table) -> Result<Vec<(String, Key)>, String> {
    let missing = || config.error("keys", "is missing; it names the secret of each key: acme = \"acme-signing\"");
    let table = config.table("keys")?.ok_or_else(missing)?;
    let mut keys = Vec::new();
    for id in table.names() {
        if !is_name(id) {
            return Err(table.error(id, "the id of a key has 1 to 64 letters, digits, and . _ ~ -"));
        }
        keys.push((id.to_string(), key(&table, id)?));
    }
    if keys.is_empty() {
        return Err(missing());
    }
    keys.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(keys)
}

/// A key is the name of its secret, or a table with it.
fn key(keys: &Table, id: &str) -> Result<Key, String> {
    if let Some(secret) = keys.get(id).and_then(json::Value::as_str) {
        return Ok(Key { secret: secret.into(), principal: None });
    }
    let table = keys.table(id).ok().flatten();
    let table =
        table.ok_or_else(|| keys.error(id, "must be the name of a secret, or a table with secret and principal"))?;
    let table = table.only(&["secret", "principal"])?;
    let secret = table.text("secret")?.ok_or_else(|| table.error("secret", "is missing"))?;
    Ok(Key { secret: secret.into(), principal: table.text("principal")?.map(Into::into) })
}

fn headers(config: &Table) -> Result<Vec<String>, String> {
    if config.get("headers").is_none() {
        return Ok(HEADERS.map(Into::into).into());
    }
    let mut names: Vec<String> = Vec::new();
    for name in config.texts("headers")? {
        let name = name.to_ascii_lowercase();
        let problem = match &*name {
            _ if !is_token(&name) => "is not the name of a header",
            _ if NEVER.contains(&&*name) => {
                "cannot be signed: the gateway keeps it from plugins, or it holds the signature"
            }
            _ if names.contains(&name) => "comes twice",
            _ => {
                names.push(name);
                continue;
            }
        };
        return Err(config.error("headers", &format!("{} {problem}", json::quote(&name))));
    }
    Ok(names)
}

/// RFC 9110, section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
