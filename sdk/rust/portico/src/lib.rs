//! Plugins for the Portico API gateway.
//!
//! A plugin is a `cdylib` for `wasm32-unknown-unknown`. What it is, its macros say:
//!
//! | macro | handler | what it does |
//! |---|---|---|
//! | [`authorizer!`] | `fn(&`[`authorizer::Request`]`) -> Result<`[`Decision`](authorizer::Decision)`, E>` | decides whether a request may pass |
//! | [`request_mapper!`] | `fn(&mut `[`request_mapper::Request`]`) -> Result<`[`Next`](request_mapper::Next)`, E>` | changes a request, or answers it |
//! | [`response_mapper!`] | `fn(&`[`Request`]`, &mut `[`response_mapper::Response`]`) -> Result<(), E>` | changes a response |
//! | [`integration!`] | `fn(&`[`integration::Request`]`, &mut `[`integration::Response`]`) -> Result<(), E>` | answers a request, also as a stream |
//! | [`configure!`] | `fn(&str) -> Result<T, E>` | reads the configuration once and checks it |
//!
//! A plugin may have several. A method that a kind must not use is not there, so that the
//! compiler finds what the gateway would refuse.
//!
//! ```
//! use portico::authorizer::{Decision, Request};
//! use portico::Code;
//!
//! portico::authorizer!(authorize);
//!
//! fn authorize(req: &Request) -> Result<Decision, Code> {
//!     Ok(match req.header("authorization")?.as_deref() {
//!         None => Decision::Unauthorized,
//!         Some("Bearer letmein") => Decision::Allow,
//!         Some(_) => Decision::Deny,
//!     })
//! }
//!
//! # fn main() {
//! // In a test, without WebAssembly:
//! let call = portico::testing::Gateway::new().header("Authorization", "Bearer letmein");
//! assert_eq!(call.authorize(authorize).decision, Ok(Decision::Allow));
//! # }
//! ```
//!
//! `E` is a [`Failure`]: [`Code`], a `String`, `Box<dyn std::error::Error>` or your own. A
//! handler that fails, panics or takes too long fails the request: the client gets 500 or
//! 502, the gateway's log the text.
//!
//! [`cache`], [`throttle`], [`secrets`], [`metrics`], [`kv`], [`http`] and [`jwt`] are
//! capabilities, which the operator grants: `capabilities = ["cache"]` in `NAME.toml`. They
//! do not work while the configuration is read.
//!
//! An instance handles one call at a time; the gateway runs several and drops them when
//! it likes. Statics are a cache, never a promise.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, unsafe_code, unsafe_op_in_unsafe_fn)]
#![warn(missing_debug_implementations)]

extern crate alloc;

#[allow(unsafe_code)]
pub mod abi;
mod body;
mod code;
mod config;
#[macro_use]
mod export;
mod failure;
mod fields;
#[macro_use]
mod head;
mod list;
mod log;
mod request;
#[macro_use]
mod response;
mod time;

pub mod authorizer;
pub mod integration;
pub mod request_mapper;
pub mod response_mapper;

pub mod cache;
pub mod http;
pub mod jwt;
pub mod kv;
pub mod metrics;
pub mod secrets;
pub mod throttle;

pub mod json;
pub mod settings;
pub mod sha256;
#[cfg(all(feature = "std", not(target_arch = "wasm32")))]
pub mod testing;

pub use body::Body;
pub use code::Code;
pub use config::Config;
pub use failure::Failure;
pub use fields::{Field, Fields, Many, Set};
pub use list::{List, Pairs};
pub use log::{log, Level};
pub use request::Request;
pub use response::Response;
pub use time::{monotonic, random, remaining, unix_time};

#[doc(hidden)]
pub use export::start;
