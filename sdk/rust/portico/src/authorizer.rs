//! Authorizers decide whether a request may pass. [`authorizer!`](crate::authorizer!)
//! makes a plugin one.

use crate::{abi, failure, request, Body, Code, Failure, Field};
use alloc::string::String;
use core::ops::Deref;

/// What an authorizer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(i32)]
pub enum Decision {
    /// Refuses with 403.
    Deny = abi::ANSWER_DENY,
    /// Lets the request pass.
    Allow = abi::ANSWER_ALLOW,
    /// Refuses with 401.
    Unauthorized = abi::ANSWER_UNAUTHORIZED,
    /// As [`Request::result`] was given, which answers it.
    Result = abi::ANSWER_RESULT,
}

/// Exports the authorizer, a function
/// `fn(&authorizer::Request) -> Result<Decision, E>`, `E` being a [`Failure`].
///
/// ```
/// use portico::authorizer::{Decision, Request};
/// use portico::Code;
///
/// portico::authorizer!(authorize);
///
/// fn authorize(req: &Request) -> Result<Decision, Code> {
///     Ok(match req.header("authorization")?.as_deref() {
///         None => Decision::Unauthorized,
///         Some("Bearer letmein") => Decision::Allow,
///         Some(_) => Decision::Deny,
///     })
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! authorizer {
    ($handler:expr) => {
        $crate::export!(portico_authorize, $crate::authorizer::run($handler));
    };
}

/// What the export of [`authorizer!`](crate::authorizer!) does.
#[doc(hidden)]
pub fn run<E: Failure>(handler: impl FnOnce(&Request) -> Result<Decision, E>) -> i32 {
    failure::answer(handler(&Request(request::Request(()))).map(|d| d as i32))
}

/// The request to be decided about.
#[derive(Debug)]
pub struct Request(crate::Request);

impl Deref for Request {
    type Target = crate::Request;
    fn deref(&self) -> &crate::Request {
        &self.0
    }
}

impl Request {
    /// The value of the first identity source, empty if the authorizer has none.
    pub fn token(&self) -> Result<String, Code> {
        Ok(self.get(Field::Token)?.unwrap_or_default())
    }

    /// Reads the request's body.
    pub fn body(&self) -> Body {
        request::body()
    }

    /// Says who the client is: `$context.authorizer.principalId`.
    pub fn set_principal(&self, id: &str) -> Result<(), Code> {
        Code::check(abi::set_principal(id.into())).map(drop)
    }

    /// Gives later phases a value, as `$context.authorizer.KEY`. A second one for a key
    /// replaces the first.
    pub fn set_context<'a>(&self, key: &str, value: impl Into<Value<'a>>) -> Result<(), Code> {
        let (kind, text) = match value.into() {
            Value::Text(text) => (0, text),
            Value::Number(number) => (1, number),
            Value::Bool(true) => (2, "true"),
            Value::Bool(false) => (2, "false"),
            Value::Json(json) => (3, json),
        };
        Code::check(abi::set_auth_context(key.into(), kind, text.into())).map(drop)
    }

    /// The JSON event that a Lambda authorizer would get.
    pub fn event(&self) -> Result<String, Code> {
        request::event()
    }

    /// Gives the answer of a Lambda authorizer: a policy document or, for HTTP APIs,
    /// `{"isAuthorized": …}`. Answer with the decision that it returns.
    pub fn result(&self, json: &str) -> Result<Decision, Code> {
        Code::check(abi::result_write(json.into()))?;
        Ok(Decision::Result)
    }
}

/// A value of the authorizer's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string.
    Text(&'a str),
    /// A number in JSON's notation.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// Any JSON text; HTTP APIs only.
    Json(&'a str),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Value<'a> {
        Value::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Value<'a> {
        Value::Text(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}
