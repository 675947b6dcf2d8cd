//! A double of the gateway, so that handlers run in ordinary tests, without WebAssembly.
//!
//! ```
//! use portico::integration::{Request, Response};
//! use portico::testing::Gateway;
//! use portico::Code;
//!
//! fn answer(req: &Request, res: &mut Response) -> Result<(), Code> {
//!     res.write(format!("hello {}", req.query_param("name")?.unwrap_or_default()))
//! }
//!
//! let answer = Gateway::new().query("name=w%C3%B6rld").integrate(answer);
//! assert_eq!(answer.outcome, Ok(()));
//! assert_eq!(answer.response.body, "hello wörld".as_bytes());
//! ```
//!
//! The double checks what the gateway checks of the values that a plugin gives: names of
//! headers, sizes, phases after a flush. It has no deadline and no bound on memory, cache
//! or kv. That a method is not there in a kind is the compiler's to say.

mod calls;
mod functions;
mod gateway;
mod hash;
mod heads;
mod host;
mod outbound;
mod state;
mod stored;

pub use calls::{Answered, Authorized, Mapped};
pub use gateway::Gateway;
pub use outbound::Outbound;
pub use state::Kind;

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

/// Names and values in order.
pub type Fields = Vec<(String, String)>;

/// A response, as a handler finds or leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status; 200 where a handler sets none.
    pub status: u16,
    /// The header fields in order.
    pub headers: Fields,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response without header fields.
    pub fn new(status: u16, body: impl AsRef<[u8]>) -> Response {
        Response { status, headers: Vec::new(), body: body.as_ref().to_vec() }
    }

    /// Adds a header field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The values of a header, joined by commas.
    pub fn header(&self, name: &str) -> Option<String> {
        heads::joined(&self.headers, name)
    }
}

/// What an authorizer put into its context, by key: the JSON or text of values.
pub type Context = BTreeMap<String, String>;
