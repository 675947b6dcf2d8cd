//! Response mappers change a response before it is sent.
//! [`response_mapper!`](crate::response_mapper!) makes a plugin one.

use crate::abi::{self, RESPONSE};
use crate::list::{List, Pairs};
use crate::{failure, head, request, Body, Code, Failure};
use alloc::string::String;

/// The request as it went to the integration, without its body.
pub use crate::Request;

/// Exports the response mapper, a function
/// `fn(&Request, &mut response_mapper::Response) -> Result<(), E>`, `E` being a
/// [`Failure`].
///
/// ```
/// use portico::response_mapper::{Request, Response};
/// use portico::Code;
///
/// portico::response_mapper!(map);
///
/// fn map(_: &Request, res: &mut Response) -> Result<(), Code> {
///     res.remove_header("Server")
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! response_mapper {
    ($handler:expr) => {
        $crate::export!(portico_map_response, $crate::response_mapper::run($handler));
    };
}

/// What the export of [`response_mapper!`](crate::response_mapper!) does.
#[doc(hidden)]
pub fn run<E: Failure>(handler: impl FnOnce(&Request, &mut Response) -> Result<(), E>) -> i32 {
    let mut res = Response(());
    failure::answer(handler(&request::Request(()), &mut res).map(|()| abi::ANSWER_CONTINUE))
}

/// The response to be changed. With the feature `std` it is a [`std::io::Write`].
#[derive(Debug)]
pub struct Response(());

responds!(Response);

impl Response {
    /// The status.
    pub fn status(&self) -> Result<u16, Code> {
        Code::check(abi::get_status()).map(|status| status as u16)
    }

    /// The values of a header, joined by commas if there are several.
    pub fn header(&self, name: &str) -> Result<Option<String>, Code> {
        head::get(RESPONSE, name)
    }

    /// The values of a header one by one.
    pub fn header_values(&self, name: &str) -> Result<List, Code> {
        head::values(RESPONSE, name)
    }

    /// All header fields in order.
    pub fn headers(&self) -> Result<Pairs, Code> {
        head::all(RESPONSE)
    }

    /// Reads the body as it was before any write in this call.
    pub fn body(&self) -> Body {
        Body::new(RESPONSE)
    }
}
