//! Values in kv, under COLLECTION/KEY. It has no transactions; a compare-and-set of one
//! key is enough: read, check the condition, set if nobody was faster, else begin anew.

use crate::condition::Condition;
use crate::item::Item;
use crate::problem::{Problem, BUSY, CHANGED, NOT_FOUND, NO_KEY, NO_NUMBER};
use portico::{kv, Code};
use std::time::Duration;

/// Bytes of a key, so that it fits beside the longest name of a collection.
pub const MAX_KEY: usize = 400;

/// How often a change is tried again because somebody else was faster.
const ATTEMPTS: usize = 8;

/// Where a value is.
pub struct Place(String);

impl Place {
    /// No name of a collection has a slash, so no two places are one.
    pub fn new(collection: &str, key: &str) -> Result<Place, Problem> {
        // What is not UTF-8 has U+FFFD in its place here, and would meet other keys.
        if key.is_empty() || key.len() > MAX_KEY || key.contains('\u{fffd}') {
            return Err(NO_KEY);
        }
        Ok(Place(format!("{collection}/{key}")))
    }
}

pub fn get(place: &Place) -> Result<Option<Item>, Problem> {
    Ok(kv::get(&place.0)?.and_then(Item::of))
}

/// Stores a value if the condition holds for what is there, and says whether it is new.
pub fn put(place: &Place, item: &Item, ttl: Option<Duration>, condition: &Condition) -> Result<bool, Problem> {
    let mut created = false;
    change(place, condition, |old, there| {
        created = old.is_none();
        match old {
            _ if !there => kv::create(&place.0, item.record(), ttl),
            _ if condition.is_none() => kv::put(&place.0, item.record(), ttl),
            Some(old) => kv::compare_and_set(&place.0, old.record(), item.record(), ttl),
            None => kv::compare_and_set(&place.0, "", item.record(), ttl),
        }
        .map_err(Into::into)
    })?;
    Ok(created)
}

/// How long nothing stands in place of a value that was removed.
const REMOVED: Option<Duration> = Some(Duration::from_millis(1));

/// Removes a value if the condition holds for it. There is no compare-and-delete: under a
/// condition it is replaced by nothing, which is gone at once.
pub fn remove(place: &Place, condition: &Condition) -> Result<(), Problem> {
    change(place, condition, |old, _| {
        let old = old.ok_or(NOT_FOUND)?;
        if !condition.is_none() {
            return Ok(kv::compare_and_set(&place.0, old.record(), "", REMOVED)?);
        }
        match kv::delete(&place.0)? {
            true => Ok(()),
            false => Err(NOT_FOUND.into()),
        }
    })
}

/// Looks at a value, checks the condition, and has `set` change it, which gets the value and
/// whether there is a record. EEXIST says that there is another by now.
fn change(
    place: &Place,
    condition: &Condition,
    mut set: impl FnMut(Option<&Item>, bool) -> Result<(), Changed>,
) -> Result<(), Problem> {
    for _ in 0..ATTEMPTS {
        let record = kv::get(&place.0)?;
        let there = record.is_some();
        let old = record.and_then(Item::of);
        if !condition.is_none() && !condition.holds(old.as_ref().map(Item::tag).as_deref()) {
            return Err(CHANGED);
        }
        match set(old.as_ref(), there) {
            Err(Changed::Meanwhile) => continue,
            Err(Changed::Problem(problem)) => return Err(problem),
            Ok(()) => return Ok(()),
        }
    }
    Err(BUSY)
}

/// Why nothing was changed.
enum Changed {
    Meanwhile,
    Problem(Problem),
}

impl From<Code> for Changed {
    fn from(code: Code) -> Changed {
        match code {
            Code::EEXIST => Changed::Meanwhile,
            code => Changed::Problem(code.into()),
        }
    }
}

impl From<Problem> for Changed {
    fn from(problem: Problem) -> Changed {
        Changed::Problem(problem)
    }
}

/// Adds to a number, 0 if there is none. The time to live is that of a new number; one that
/// is there keeps its own.
pub fn increment(place: &Place, by: i64, ttl: Option<Duration>) -> Result<i64, Problem> {
    if ttl.is_some() {
        unless_there(kv::create(&place.0, "0", ttl))?;
    }
    for _ in 0..ATTEMPTS {
        match kv::increment(&place.0, by) {
            Err(Code::EINVAL) => make_number(place, by, ttl)?,
            sum => return Ok(sum?),
        }
    }
    Err(BUSY)
}

/// Looks at what was no number that can be added to: by now it may be one, or gone, or what
/// is left for a moment where a value was removed.
fn make_number(place: &Place, by: i64, ttl: Option<Duration>) -> Result<(), Problem> {
    match kv::get(&place.0)? {
        None => Ok(()),
        Some(record) if record.is_empty() => Ok(unless_there(kv::compare_and_set(&place.0, "", "0", ttl))?),
        Some(record) => match Item::number(&record).and_then(|n| n.checked_add(by)) {
            Some(_) => Ok(()),
            None => Err(NO_NUMBER),
        },
    }
}

fn unless_there(created: Result<(), Code>) -> Result<(), Code> {
    match created {
        Err(Code::EEXIST) => Ok(()),
        other => other,
    }
}

/// The first keys of a collection, at most `limit`, that begin with a prefix and come after
/// one.
pub fn keys(collection: &str, prefix: &str, after: &str, limit: usize) -> Result<Vec<String>, Problem> {
    let of = |key: &str| format!("{collection}/{key}");
    let found = kv::list(of(prefix), of(after), limit as u32)?;
    Ok(found.iter().filter_map(|k| k.get(collection.len() + 1..).map(Into::into)).collect())
}
