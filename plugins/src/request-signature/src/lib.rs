//! request-signature lets requests pass that a known client has signed, each once.
//!
//! Built in this folder by Rust 1.63, without the paths of the machine:
//!
//! ```sh
//! RUSTFLAGS="--remap-path-prefix=$(cd ../../.. && pwd)=" sh ../../../sdk/rust/cargo-wasm build --release
//! cp target/wasm32-unknown-unknown/release/request_signature.wasm ../../request-signature.wasm
//! ```

mod body;
mod canonical;
mod credentials;
mod refusal;
mod settings;

use credentials::Credentials;
use portico::authorizer::{Decision, Request};
use portico::secrets::{self, Hash};
use portico::{kv, Code, Field, Fields, Set};
use refusal::Refusal;
use settings::{Key, Settings};
use std::time::Duration;

portico::configure! {
    static SETTINGS: Settings = settings::parse;
}

portico::authorizer!(authorize);

fn authorize(req: &Request) -> Result<Decision, String> {
    judge(req).map_or_else(Refusal::decision, |()| Ok(Decision::Allow))
}

const READ: Set = Set::of(&[Field::Method, Field::RawPath, Field::Query, Field::Host]);

/// Each step costs more than the one before, and only who has a secret gets to the last two.
fn judge(req: &Request) -> Result<(), Refusal> {
    let settings = SETTINGS.get();
    let header = req.header("authorization")?.ok_or(Refusal::Unknown("there is no header Authorization"))?;
    let credentials = Credentials::parse(&header).map_err(Refusal::Unknown)?;
    let key = settings.key(credentials.key).ok_or(Refusal::Unknown("no key has this id"))?;
    let valid = valid_for(&credentials, settings.window)?;
    check_signature(req, &credentials, key, settings)?;
    use_up(&credentials, valid)?;
    if settings.verify_body {
        body::check(req, credentials.body, settings.max_body)?;
    } else {
        req.set_context("body", credentials.body)?;
    }
    req.set_context("keyId", credentials.key)?;
    Ok(req.set_principal(key.principal.as_deref().unwrap_or(credentials.key))?)
}

/// How long the signature is still within its window.
fn valid_for(credentials: &Credentials, window: Duration) -> Result<Duration, Refusal> {
    let (now, signed) = (portico::unix_time(), Duration::from_secs(credentials.time));
    if signed > now + window {
        return Err(Refusal::Unknown("its time is too far in the future"));
    }
    (signed + window).checked_sub(now).ok_or(Refusal::Unknown("its time is too long ago"))
}

fn check_signature(req: &Request, credentials: &Credentials, key: &Key, settings: &Settings) -> Result<(), Refusal> {
    let mut fields = Fields::default();
    fields.read(READ)?;
    let text = canonical::text(req, &fields, credentials, &settings.headers)?;
    match secrets::verify(&key.secret, Hash::Sha256, text, &credentials.signature) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Unknown("the signature is not of this request and key")),
        Err(Code::ENOENT) => Err(Refusal::Failed(format!(
            "the secret {0} of key {1} is not granted: write {0} = \"use\" below [secrets] of NAME.toml",
            key.secret, credentials.key
        ))),
        Err(code) => Err(code.into()),
    }
}

/// Clocks of gateways that share a store may differ by this much.
const CLOCKS: Duration = Duration::from_secs(60);

/// Remembers the nonce for as long as its signature is valid. Of several requests with one
/// nonce the store lets one be first, whichever gateway each of them met.
fn use_up(credentials: &Credentials, valid: Duration) -> Result<(), Refusal> {
    let name = format!("{}/{}", credentials.key, credentials.nonce); // no id of a key has a slash
    match kv::create(name, "", Some(valid + CLOCKS)) {
        Err(Code::EEXIST) => Err(Refusal::Denied("the nonce was used before")),
        Err(Code::E2BIG) => Err(Refusal::Failed("there is no room for further nonces: raise quota below [kv]".into())),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests;
