use crate::abi::{self, RESPONSE};
use crate::Code;

/// Gives a type the methods that write the response.
macro_rules! responds {
    ($type:ty) => {
        writes!($type, RESPONSE);

        impl $type {
            /// Sets the status, 200 to 599. Without it it is 200.
            pub fn set_status(&mut self, status: u16) -> Result<(), Code> {
                Code::check(abi::set_status(status.into())).map(drop)
            }
        }
    };
}

/// Writes the response: status, header fields and body.
///
/// With the feature `std` it is a [`std::io::Write`], each piece of which is a call into
/// the gateway: `write(format!(…))` is cheaper than `write!`.
#[derive(Debug)]
pub struct Response(pub(crate) ());

responds!(Response);
