//! key-value is a REST resource over the gateway's durable store: no backend at all.
//!
//! Built in this folder by Rust 1.63, without the paths of the machine:
//!
//! ```sh
//! RUSTFLAGS="--remap-path-prefix=$(cd ../../.. && pwd)=" sh ../../../sdk/rust/cargo-wasm build --release
//! cp target/wasm32-unknown-unknown/release/key_value.wasm ../../key-value.wasm
//! ```

mod condition;
mod item;
mod problem;
mod settings;
mod store;
mod upload;

use condition::Condition;
use item::Item;
use portico::integration::{Request, Response};
use portico::{json, Field};
use problem::{Problem, BAD_INCREMENT, BY, NOT_FOUND, NO_KEY};
use settings::{Rules, Settings};
use store::Place;

portico::configure! {
    static SETTINGS: Settings = settings::parse;
}

portico::integration!(serve);

/// What goes wrong with a request is the client's to hear.
fn serve(req: &Request, res: &mut Response) -> Result<(), String> {
    match route(req, res) {
        Ok(()) => Ok(()),
        Err(problem) => problem.answer(res),
    }
}

fn route(req: &Request, res: &mut Response) -> Result<(), Problem> {
    let collection = req.path_param("collection")?.ok_or(Problem::Failed("the route has no {collection}".into()))?;
    let rules = SETTINGS.get().rules(&collection)?;
    let method = req.method()?;
    let key = match req.path_param("key")? {
        Some(key) => key,
        None => match &*method {
            "GET" | "HEAD" => return list(req, res, &collection),
            _ => return Err(Problem::Method("GET, HEAD")),
        },
    };
    match &*method {
        "GET" | "HEAD" => show(req, res, &Place::new(&collection, &key)?),
        _ if rules.read_only => Err(Problem::Method("GET, HEAD")),
        "PUT" => put(req, res, &Place::new(&collection, &key)?, rules),
        "DELETE" => {
            store::remove(&Place::new(&collection, &key)?, &Condition::of(req)?)?;
            Ok(res.set_status(204)?)
        }
        "POST" => increment(req, res, &Place::new(&collection, counter(req, &key)?)?, rules),
        _ => Err(Problem::Method("GET, HEAD, PUT, DELETE")),
    }
}

/// The key of a counter: the route ends in /increment, or its {key+} does.
fn counter<'a>(req: &Request, key: &'a str) -> Result<&'a str, Problem> {
    for template in [Field::Resource, Field::Route] {
        if req.get(template)?.map_or(false, |t| t.ends_with("/increment")) {
            return Ok(key);
        }
    }
    key.strip_suffix("/increment").ok_or(Problem::Method("GET, HEAD, PUT, DELETE"))
}

fn show(req: &Request, res: &mut Response, place: &Place) -> Result<(), Problem> {
    let item = store::get(place)?.ok_or(NOT_FOUND)?;
    let tag = item.tag();
    let condition = Condition::of(req)?;
    if !condition.matches(Some(&tag)) {
        return Err(problem::CHANGED);
    }
    res.set_header("ETag", &tag)?;
    if !condition.differs(Some(&tag)) {
        return Ok(res.set_status(304)?);
    }
    res.set_header("Content-Type", item.content_type())?;
    res.set_header("X-Content-Type-Options", "nosniff")?;
    Ok(res.write(item.body())?)
}

fn put(req: &Request, res: &mut Response, place: &Place, rules: &Rules) -> Result<(), Problem> {
    let condition = Condition::of(req)?;
    let ttl = rules.ttl(req.header("ttl")?.as_deref())?;
    let item = upload::read(req, rules.max_value)?;
    let created = store::put(place, &item, ttl, &condition)?;
    res.set_header("ETag", item.tag())?;
    Ok(res.set_status(if created { 201 } else { 204 })?)
}

fn increment(req: &Request, res: &mut Response, place: &Place, rules: &Rules) -> Result<(), Problem> {
    if !Condition::of(req)?.is_none() {
        return Err(BAD_INCREMENT);
    }
    let by = req.query_param("by")?.map_or(Ok(1), |by| by.parse()).map_err(|_| BY)?;
    let sum = store::increment(place, by, rules.ttl(req.header("ttl")?.as_deref())?)?.to_string();
    res.set_header("ETag", Item::counter(&sum).tag())?;
    answer(res, 200, &format!("{{\"value\":{sum}}}"))
}

/// How many keys a page has, and may have.
const PAGE: u32 = 20;
const MOST: u32 = 100;

/// A page of keys; `next` is the `after` of the next one.
fn list(req: &Request, res: &mut Response, collection: &str) -> Result<(), Problem> {
    let limit = req.query_param("limit")?.map_or(Ok(PAGE), |l| l.parse());
    let limit = limit.ok().filter(|l| (1..=MOST).contains(l)).ok_or(problem::LIMIT)? as usize;
    let text = |name| Ok::<_, Problem>(req.query_param(name)?.unwrap_or_default());
    let (prefix, after) = (text("prefix")?, text("after")?);
    if prefix.len().max(after.len()) > store::MAX_KEY || prefix.contains('\u{fffd}') || after.contains('\u{fffd}') {
        return Err(NO_KEY);
    }
    let mut keys = store::keys(collection, &prefix, &after, limit + 1)?; // one more tells whether there are more
    let next = keys.len() > limit;
    keys.truncate(limit);
    let quoted: Vec<String> = keys.iter().map(|k| json::quote(k)).collect();
    let next = match quoted.last() {
        Some(last) if next => format!(",\"next\":{last}"),
        _ => String::new(),
    };
    answer(res, 200, &format!("{{\"keys\":[{}]{next}}}", quoted.join(",")))
}

/// Sends JSON.
fn answer(res: &mut Response, status: u16, text: &str) -> Result<(), Problem> {
    res.set_status(status)?;
    res.set_header("Content-Type", "application/json")?;
    Ok(res.write(text)?)
}

#[cfg(test)]
mod tests;
