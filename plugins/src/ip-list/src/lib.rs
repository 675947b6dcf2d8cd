//! ip-list lets clients pass, or not, by their address.
//!
//! Built in this folder by Rust 1.63, without the paths of the machine:
//!
//! ```sh
//! RUSTFLAGS="--remap-path-prefix=$(cd ../../.. && pwd)=" sh ../../../sdk/rust/cargo-wasm build --release
//! cp target/wasm32-unknown-unknown/release/ip_list.wasm ../../ip-list.wasm
//! ```

mod lists;
mod network;
mod ranges;

use lists::Lists;
use network::Network;
use portico::authorizer::{Decision, Request};
use portico::{Code, Level};

portico::configure! {
    static LISTS: Lists = lists::parse;
}

portico::authorizer!(authorize);

fn authorize(req: &Request) -> Result<Decision, Code> {
    let client = req.source_ip()?;
    // A zone says which link an address is on: fe80::1%eth0.
    let address = client.split('%').next().unwrap_or_default();
    let address = match Network::parse(address) {
        Ok(address) => address,
        Err(_) => {
            portico::log(Level::Warn, format!("the client's address is {client}, which no list can have"));
            return Ok(Decision::Deny);
        }
    };
    let lists = LISTS.get();
    match lists.of(&address) {
        Some(list) if list.allows => {
            req.set_context("list", &list.label)?;
            Ok(Decision::Allow)
        }
        Some(list) => {
            // The gateway keeps no context of a denied request.
            portico::log(Level::Debug, format!("{client} is in the list {}", list.label));
            Ok(Decision::Deny)
        }
        None if lists.default => Ok(Decision::Allow),
        None => Ok(Decision::Deny),
    }
}

#[cfg(test)]
mod tests;
