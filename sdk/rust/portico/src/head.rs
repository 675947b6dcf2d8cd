//! Header lists of requests and responses.

use crate::abi;
use crate::list::{List, Pairs};
use crate::request::found;
use crate::Code;
use alloc::string::String;

pub(crate) fn get(message: u32, name: &str) -> Result<Option<String>, Code> {
    abi::text(|out| abi::get_header(message, name.into(), out))
}

pub(crate) fn values(message: u32, name: &str) -> Result<List, Code> {
    found(abi::read_found(|out| abi::header_values(message, name.into(), out)))
}

pub(crate) fn all(message: u32) -> Result<Pairs, Code> {
    Ok(Pairs(abi::read(|out| abi::headers(message, out))?))
}

/// Gives a type the methods that change the header list and write the body of a
/// message.
macro_rules! writes {
    ($type:ty, $message:expr) => {
        impl $type {
            /// Replaces all fields of a name by one, at the place of the first.
            pub fn set_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Code> {
                Code::check(abi::set_header($message, name.into(), value.as_ref().into())).map(drop)
            }

            /// Appends a field.
            pub fn add_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Code> {
                Code::check(abi::add_header($message, name.into(), value.as_ref().into())).map(drop)
            }

            /// Removes all fields of a name.
            pub fn remove_header(&mut self, name: &str) -> Result<(), Code> {
                Code::check(abi::remove_header($message, name.into())).map(drop)
            }

            /// Writes all of `data` to the body. The first write of a call drops the body
            /// that was there.
            pub fn write(&mut self, data: impl AsRef<[u8]>) -> Result<(), Code> {
                Code::check(abi::stream_write($message, data.as_ref().into())).map(drop)
            }

            /// Says that the body is complete. Returning does so too.
            pub fn close(&mut self) -> Result<(), Code> {
                Code::check(abi::stream_close($message)).map(drop)
            }
        }

        #[cfg(feature = "std")]
        impl std::io::Write for $type {
            fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                Ok(Code::check(abi::stream_write($message, data.into()))? as usize)
            }

            /// Does nothing: what was written is the gateway's.
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
    };
}
