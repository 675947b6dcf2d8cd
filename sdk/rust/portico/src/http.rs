//! Sends requests to hosts that the operator allows. Capability `"http"`; `[http] hosts` in
//! `NAME.toml` lists them.
//!
//! ```no_run
//! use portico::{http, Code};
//!
//! fn ask(user: &str) -> Result<String, Code> {
//!     let mut answer = http::Request::new("GET", &format!("https://api.example.com/users/{user}"))
//!         .header("Authorization", "Bearer {secret:api_token}") // which the gateway fills in
//!         .send()?;
//!     match answer.status()? {
//!         200 => Ok(String::from_utf8_lossy(&answer.read_to_end()?).into_owned()),
//!         _ => Err(Code::ECONN),
//!     }
//! }
//! ```
//!
//! EINVAL: a malformed request; EPERM: the host, an address, a header or a secret is not
//! the plugin's to use; EAGAIN: as many requests as the operator allows were made or are
//! open, or the host fails again and again; ECONN, ETIMEDOUT, E2BIG: the request failed.

use crate::list::push;
use crate::time::millis;
use crate::{abi, body, Code, Pairs};
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    head: Vec<u8>,
    body: &'a [u8],
    timeout: Option<Duration>,
    follow: bool,
}

impl<'a> Request<'a> {
    /// A request with a method for an absolute URL.
    pub fn new(method: &str, url: &str) -> Request<'a> {
        Request { head: Vec::new(), body: &[], timeout: None, follow: false }.header(method, url)
    }

    /// Adds a header field. `{secret:NAME}` in the value stands for a secret.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Request<'a> {
        push(&mut self.head, name.as_bytes());
        push(&mut self.head, value.as_ref());
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: &'a (impl AsRef<[u8]> + ?Sized)) -> Request<'a> {
        self.body = body.as_ref();
        self
    }

    /// Bounds the time to the answer's head. Without it the operator's bound holds.
    pub fn timeout(mut self, timeout: Duration) -> Request<'a> {
        self.timeout = Some(timeout);
        self
    }

    /// Follows redirects as far as the operator allows; else one is the answer.
    pub fn follow_redirects(mut self) -> Request<'a> {
        self.follow = true;
        self
    }

    fn flags(&self) -> u32 {
        if self.follow {
            abi::FLAG_FOLLOW
        } else {
            0
        }
    }

    /// Sends the request and waits for the answer's head.
    pub fn send(self) -> Result<Exchange, Code> {
        let (request, body, timeout) = ((&*self.head).into(), self.body.into(), millis(self.timeout)?);
        Code::check(abi::http_request(request, body, timeout, self.flags())).map(|handle| Exchange { handle })
    }

    /// Starts sending and returns at once; [`wait`] or a method of the exchange waits.
    pub fn start(self) -> Result<Exchange, Code> {
        self.begin(0)
    }

    /// Starts a request whose body is then written with [`Upload::write`]. A body that was set
    /// is EINVAL.
    pub fn upload(self) -> Result<Upload, Code> {
        self.begin(abi::FLAG_STREAM).map(Upload)
    }

    fn begin(self, flag: u32) -> Result<Exchange, Code> {
        let (request, body, timeout) = ((&*self.head).into(), self.body.into(), millis(self.timeout)?);
        Code::check(abi::http_start(request, body, timeout, self.flags() | flag)).map(|handle| Exchange { handle })
    }
}

/// A request that was sent and its answer, both let go of when it is dropped. With the
/// feature `std` it is a [`std::io::Read`] of the answer's body.
#[derive(Debug)]
pub struct Exchange {
    handle: u32,
}

impl Exchange {
    /// The answer's status; waits for its head.
    pub fn status(&self) -> Result<u16, Code> {
        Code::check(abi::http_status(self.handle)).map(|status| status as u16)
    }

    /// The values of a header of the answer, joined by commas if there are several.
    pub fn header(&self, name: &str) -> Result<Option<String>, Code> {
        abi::text(|out| abi::http_get_header(self.handle, name.into(), out))
    }

    /// All header fields of the answer in order.
    pub fn headers(&self) -> Result<Pairs, Code> {
        Ok(Pairs(abi::read(|out| abi::http_headers(self.handle, out))?))
    }

    /// The answer's trailers. EPHASE before its body has been read.
    pub fn trailers(&self) -> Result<Pairs, Code> {
        Ok(Pairs(abi::read(|out| abi::http_trailers(self.handle, out))?))
    }

    /// Reads at least one byte of the answer's body and at most as many as `buffer` has; 0 at
    /// the end, or if `buffer` has no room.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Code> {
        body::read(self.handle, buffer)
    }

    /// Reads what is left of the answer's body.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, Code> {
        body::read_to_end(self.handle)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        abi::http_close(self.handle);
    }
}

#[cfg(feature = "std")]
impl std::io::Read for Exchange {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(Exchange::read(self, buffer)?)
    }
}

/// A request whose body is being written.
#[derive(Debug)]
pub struct Upload(Exchange);

impl Upload {
    /// Writes all of `data`.
    pub fn write(&mut self, data: impl AsRef<[u8]>) -> Result<(), Code> {
        Code::check(abi::stream_write(self.0.handle, data.as_ref().into())).map(drop)
    }

    /// Sets a trailer that the request's header `Trailer` has declared.
    pub fn set_trailer(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), Code> {
        Code::check(abi::http_set_trailer(self.0.handle, name.into(), value.as_ref().into())).map(drop)
    }

    /// Says that the body is complete and gives what waits for the answer.
    pub fn finish(self) -> Result<Exchange, Code> {
        Code::check(abi::stream_close(self.0.handle))?;
        Ok(self.0)
    }

    /// The exchange, for an answer that comes before the body is complete.
    pub fn exchange(&mut self) -> &mut Exchange {
        &mut self.0
    }
}

#[cfg(feature = "std")]
impl std::io::Write for Upload {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        Ok(Code::check(abi::stream_write(self.0.handle, data.into()))? as usize)
    }

    /// Does nothing: what was written is the gateway's.
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Waits until one of at most 64 exchanges has the head of its answer or has failed, and
/// gives its place. ETIMEDOUT: none has within `timeout`; `None` waits until the call's
/// deadline.
pub fn wait(exchanges: &[&Exchange], timeout: Option<Duration>) -> Result<usize, Code> {
    let mut handles = Vec::with_capacity(4 * exchanges.len());
    for exchange in exchanges {
        handles.extend_from_slice(&exchange.handle.to_le_bytes());
    }
    let handle = Code::check(abi::http_wait((&*handles).into(), millis(timeout)?))?;
    exchanges.iter().position(|e| e.handle == handle).ok_or(Code::EIO)
}
