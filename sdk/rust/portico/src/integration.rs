//! Integrations answer requests, in place of a Lambda function.
//! [`integration!`](crate::integration!) makes a plugin one.

use crate::abi::{self, RESPONSE};
use crate::{failure, request, Body, Code, Failure};
use alloc::string::String;
use core::ops::Deref;

/// Exports the integration, a function
/// `fn(&integration::Request, &mut integration::Response) -> Result<(), E>`, `E` being a
/// [`Failure`].
///
/// ```
/// use portico::integration::{Request, Response};
/// use portico::Code;
///
/// portico::integration!(answer);
///
/// fn answer(req: &Request, res: &mut Response) -> Result<(), Code> {
///     res.set_header("Content-Type", "text/plain")?;
///     res.write(format!("You asked for {}.\n", req.path()?))
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! integration {
    ($handler:expr) => {
        $crate::export!(portico_integrate, $crate::integration::run($handler));
    };
}

/// What the export of [`integration!`](crate::integration!) does.
#[doc(hidden)]
pub fn run<E: Failure>(handler: impl FnOnce(&Request, &mut Response) -> Result<(), E>) -> i32 {
    let mut res = Response { result: false };
    let done = handler(&Request(request::Request(())), &mut res);
    failure::answer(done.map(|()| if res.result { abi::ANSWER_RESULT } else { abi::ANSWER_CONTINUE }))
}

/// The request to be answered.
#[derive(Debug)]
pub struct Request(crate::Request);

impl Deref for Request {
    type Target = crate::Request;
    fn deref(&self) -> &crate::Request {
        &self.0
    }
}

impl Request {
    /// Reads the request's body.
    pub fn body(&self) -> Body {
        request::body()
    }

    /// The JSON event that a Lambda function would get.
    pub fn event(&self) -> Result<String, Code> {
        request::event()
    }
}

/// The answer. With the feature `std` it is a [`std::io::Write`], each piece of which is a
/// call into the gateway: `write(format!(…))` is cheaper than `write!`.
#[derive(Debug)]
pub struct Response {
    result: bool,
}

responds!(Response);

impl Response {
    /// Sends status, headers and what was written so far. From then on only writing
    /// goes on, and each write waits until the client's side has taken the bytes.
    pub fn flush(&mut self) -> Result<(), Code> {
        Code::check(abi::stream_flush(RESPONSE)).map(drop)
    }

    /// Gives the whole answer as a Lambda function would:
    /// `{"statusCode": …, "headers": …, "body": …}`. What was set otherwise is dropped.
    pub fn set_result(&mut self, json: &str) -> Result<(), Code> {
        Code::check(abi::result_write(json.into()))?;
        self.result = true;
        Ok(())
    }
}
