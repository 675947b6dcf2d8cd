//! Request mappers change a request before its integration, or answer it.
//! [`request_mapper!`](crate::request_mapper!) makes a plugin one.

use crate::abi::{self, REQUEST};
use crate::{failure, request, Body, Code, Failure, Field, Response};
use core::ops::Deref;

/// What happens after a request mapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Next {
    /// The request goes on.
    Continue = abi::ANSWER_CONTINUE,
    /// The response that [`Request::response`] set is sent; neither further request
    /// mappers nor the integration run.
    Respond = abi::ANSWER_RESPOND,
}

/// Exports the request mapper, a function
/// `fn(&mut request_mapper::Request) -> Result<Next, E>`, `E` being a [`Failure`].
///
/// ```
/// use portico::request_mapper::{Next, Request};
/// use portico::{Code, Field};
///
/// portico::request_mapper!(map);
///
/// fn map(req: &mut Request) -> Result<Next, Code> {
///     let domain = req.get(Field::DomainName)?.unwrap_or_default();
///     req.set_header("X-Tenant", domain.split('.').next().unwrap_or(""))?;
///     Ok(Next::Continue)
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! request_mapper {
    ($handler:expr) => {
        $crate::export!(portico_map_request, $crate::request_mapper::run($handler));
    };
}

/// What the export of [`request_mapper!`](crate::request_mapper!) does.
#[doc(hidden)]
pub fn run<E: Failure>(handler: impl FnOnce(&mut Request) -> Result<Next, E>) -> i32 {
    failure::answer(handler(&mut Request(request::Request(()))).map(|next| next as i32))
}

/// The request to be changed. What is read is what earlier changes left.
#[derive(Debug)]
pub struct Request(crate::Request);

impl Deref for Request {
    type Target = crate::Request;
    fn deref(&self) -> &crate::Request {
        &self.0
    }
}

writes!(Request, REQUEST);

impl Request {
    /// Changes the method.
    pub fn set_method(&mut self, method: &str) -> Result<(), Code> {
        set(Field::Method, method)
    }

    /// Changes the path below the stage, percent-encoded, with a leading slash.
    pub fn set_path(&mut self, path: &str) -> Result<(), Code> {
        set(Field::Path, path)
    }

    /// Changes the raw query, given without `?`.
    pub fn set_query(&mut self, query: &str) -> Result<(), Code> {
        set(Field::Query, query)
    }

    /// Reads the request's body as it was before any write in this call.
    pub fn body(&self) -> Body {
        request::body()
    }

    /// The response to send instead, if the answer is [`Next::Respond`].
    pub fn response(&mut self) -> Response {
        Response(())
    }
}

fn set(field: Field, value: &str) -> Result<(), Code> {
    Code::check(abi::set_field(field as u32, value.into())).map(drop)
}
