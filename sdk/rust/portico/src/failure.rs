use crate::{abi, Code};
use alloc::string::{String, ToString};
use core::fmt::Display;

/// What a handler may fail with. Its text goes to the gateway's log, where the
/// operator sees it; the client gets 500, or 502 from an integration.
///
/// It is there for [`Code`], `String`, `&'static str`, and with the feature `std`
/// for `Box<dyn std::error::Error>`, which takes anything by `?`. Errors of your own
/// need one line, `impl portico::Failure for MyError {}`.
pub trait Failure: Display {
    /// The code to answer with, which the log names too.
    fn code(&self) -> Code {
        Code::EIO
    }
}

impl Failure for Code {
    fn code(&self) -> Code {
        *self
    }
}

impl Failure for String {}
impl Failure for &'static str {}
impl Failure for core::convert::Infallible {}

#[cfg(feature = "std")]
impl Failure for std::io::Error {
    fn code(&self) -> Code {
        let inner = self.get_ref().and_then(|e| e.downcast_ref::<Code>());
        inner.copied().unwrap_or(Code::EIO)
    }
}

#[cfg(feature = "std")]
impl Failure for alloc::boxed::Box<dyn std::error::Error> {
    fn code(&self) -> Code {
        if let Some(error) = self.downcast_ref::<std::io::Error>() {
            return error.code();
        }
        self.downcast_ref::<Code>().copied().unwrap_or(Code::EIO)
    }
}

#[cfg(feature = "std")]
impl Failure for alloc::boxed::Box<dyn std::error::Error + Send + Sync> {
    fn code(&self) -> Code {
        if let Some(error) = self.downcast_ref::<std::io::Error>() {
            return error.code();
        }
        self.downcast_ref::<Code>().copied().unwrap_or(Code::EIO)
    }
}

/// The answer of a handler: its own, or the code of its failure, whose text is
/// logged.
pub(crate) fn answer<E: Failure>(result: Result<i32, E>) -> i32 {
    match result {
        Ok(answer) => answer,
        Err(failure) => {
            abi::log(3, failure.to_string().as_str().into());
            failure.code() as i32
        }
    }
}
