use crate::network::Network;
use crate::ranges::Ranges;
use portico::json;
use portico::settings::Settings;

/// What the configuration says.
pub struct Lists {
    lists: Vec<List>,
    /// Whether who is in no list may pass.
    pub default: bool,
}

pub struct List {
    pub label: String,
    pub allows: bool,
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

impl Lists {
    /// The list that decides: the first that has the address, and those that deny come first.
    pub fn of(&self, address: &Network) -> Option<&List> {
        self.lists.iter().find(|l| match *address {
            Network::V4(a, _) => l.v4.contains(a),
            Network::V6(a, _) => l.v6.contains(a),
        })
    }
}

pub fn parse(config: &str) -> Result<Lists, String> {
    let config = json::parse(config).map_err(|e| e.to_string())?;
    let config = Settings::new(&config)?.only(&["default", "deny", "allow"])?;
    let default = config.one_of("default", &["allow", "deny"])? == Some("allow");
    let mut lists = Vec::new();
    for (key, allows) in [("deny", false), ("allow", true)] {
        for list in config.tables(key)? {
            lists.push(list_of(&list.only(&["label", "entries"])?, allows)?);
        }
    }
    Ok(Lists { lists, default })
}

fn list_of(settings: &Settings, allows: bool) -> Result<List, String> {
    let label = settings.text("label")?.filter(|l| !l.is_empty());
    let label = label.ok_or_else(|| settings.error("label", "is missing"))?.to_string();
    if settings.get("entries").is_none() {
        return Err(settings.error("entries", "is missing"));
    }
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    let mut mistakes = Mistakes::default();
    for (n, text) in settings.texts("entries")?.into_iter().enumerate() {
        match Network::parse(text) {
            Ok(Network::V4(first, last)) => v4.push((first, last)),
            Ok(Network::V6(first, last)) => v6.push((first, last)),
            Err(problem) => mistakes.add(settings, n, text, &problem),
        }
    }
    mistakes.check()?;
    Ok(List { label, allows, v4: Ranges::new(v4), v6: Ranges::new(v6) })
}

/// The entries of a list that are none: a long list has all of its mistakes named at once.
#[derive(Default)]
struct Mistakes {
    text: String,
    count: usize,
}

/// How many are named; more would not fit into the text that the gateway takes.
const NAMED: usize = 20;

/// How much of an entry is shown.
const SHOWN: usize = 50;

impl Mistakes {
    fn add(&mut self, settings: &Settings, n: usize, entry: &str, problem: &str) {
        self.count += 1;
        if self.count <= NAMED {
            let separator = if self.count > 1 { "\n" } else { "" };
            let shown: String = entry.chars().take(SHOWN).collect();
            let problem = format!("{shown:?} {problem}");
            self.text += separator;
            self.text += &settings.error(&format!("entries[{n}]"), &problem);
        }
    }

    fn check(self) -> Result<(), String> {
        match self.count {
            0 => Ok(()),
            n if n > NAMED => Err(format!("{}\nand {} more", self.text, n - NAMED)),
            _ => Err(self.text),
        }
    }
}
