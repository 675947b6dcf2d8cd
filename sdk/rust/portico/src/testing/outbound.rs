//! Requests to other hosts, as the double answers them.

use super::{Fields, Response};
use crate::list::pairs;
use crate::Code;
use std::boxed::Box;
use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

/// A request that the plugin sent to another host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbound {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The header fields, `{secret:NAME}` as the plugin wrote it.
    pub headers: Fields,
    /// The body.
    pub body: Vec<u8>,
    /// The trailers.
    pub trailers: Fields,
}

type Upstream = Box<dyn FnMut(&Outbound) -> Result<Response, Code>>;

/// A request, what came of it when its body was complete, and how far that was read.
struct Open {
    request: Outbound,
    answer: Option<Result<Response, Code>>,
    read: usize,
    ended: bool,
}

/// The first handle: 0 and 1 are request and response.
const FIRST: u32 = 2;

#[derive(Default)]
pub(super) struct Http {
    pub upstream: Option<Upstream>,
    open: BTreeMap<u32, Open>,
    started: u32,
}

/// The most requests that are open at once.
const MAX_OPEN: usize = 16;

/// The most handles in one wait.
const MAX_WAIT: usize = 64;

impl Http {
    /// Lets go of what a call has left open.
    pub fn begin(&mut self) {
        self.open.clear();
        self.started = 0;
    }

    pub fn start(&mut self, head: &[u8], body: &[u8], timeout_ms: i64, flags: u32) -> Result<u32, Code> {
        let streamed = flags & crate::abi::FLAG_STREAM != 0;
        if flags > 3 || timeout_ms < 0 || streamed && !body.is_empty() {
            return Err(Code::EINVAL);
        }
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let mut fields = pairs(head).map(|(n, v)| (text(n), text(v)));
        let (method, url) = fields.next().ok_or(Code::EINVAL)?;
        let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(Code::EINVAL)?;
        let host = authority.split(['/', '?']).next().unwrap_or_default();
        if host.is_empty() || host.contains('@') || url.contains('#') || method.is_empty() {
            return Err(Code::EINVAL);
        }
        let headers: Fields = fields.collect();
        for (name, value) in &headers {
            match name.to_ascii_lowercase() {
                n if n == "trailer" && streamed => {}
                n if n == "trailer" => return Err(Code::EINVAL),
                n if n.starts_with("proxy-") => return Err(Code::EPERM),
                _ => super::heads::check(name, value)?,
            }
        }
        if self.open.len() == MAX_OPEN {
            return Err(Code::EAGAIN);
        }
        let request = Outbound { method, url, headers, body: body.to_vec(), trailers: Vec::new() };
        let handle = FIRST + self.started;
        self.started += 1;
        self.open.insert(handle, Open { request, answer: None, read: 0, ended: false });
        if !streamed {
            self.close_body(handle)?;
        }
        Ok(handle)
    }

    /// Starts a request and waits for its answer; one that fails is not open.
    pub fn request(&mut self, head: &[u8], body: &[u8], timeout_ms: i64, flags: u32) -> Result<u32, Code> {
        if flags & crate::abi::FLAG_STREAM != 0 {
            return Err(Code::EINVAL);
        }
        let handle = self.start(head, body, timeout_ms, flags)?;
        if let Err(code) = self.answer(handle) {
            self.open.remove(&handle);
            return Err(code);
        }
        Ok(handle)
    }

    fn get(&mut self, handle: u32) -> Result<&mut Open, Code> {
        self.open.get_mut(&handle).ok_or(Code::EBADF)
    }

    pub fn write(&mut self, handle: u32, data: &[u8]) -> Result<(), Code> {
        let open = self.get(handle)?;
        if open.answer.is_some() {
            return Err(Code::EBADF);
        }
        open.request.body.extend_from_slice(data);
        Ok(())
    }

    pub fn set_trailer(&mut self, handle: u32, name: &str, value: &str) -> Result<(), Code> {
        let open = self.get(handle)?;
        let declared = super::heads::joined(&open.request.headers, "trailer").unwrap_or_default();
        if !declared.split(',').any(|d| d.trim().eq_ignore_ascii_case(name)) {
            return Err(Code::EINVAL);
        }
        open.request.trailers.push((name.into(), value.into()));
        Ok(())
    }

    /// The body is complete: the answer comes at once.
    pub fn close_body(&mut self, handle: u32) -> Result<(), Code> {
        let open = self.open.get_mut(&handle).ok_or(Code::EBADF)?;
        if open.answer.is_some() {
            return Err(Code::EBADF);
        }
        open.answer = Some(match &mut self.upstream {
            Some(upstream) => upstream(&open.request),
            None => Err(Code::EPERM),
        });
        Ok(())
    }

    /// The answer. A body that is never closed gets none in its time.
    pub fn answer(&mut self, handle: u32) -> Result<&Response, Code> {
        match &self.get(handle)?.answer {
            Some(Ok(response)) => Ok(response),
            Some(Err(code)) => Err(*code),
            None => Err(Code::ETIMEDOUT),
        }
    }

    pub fn wait(&mut self, handles: &[u8]) -> Result<u32, Code> {
        if handles.is_empty() || handles.len() % 4 != 0 || handles.len() > 4 * MAX_WAIT {
            return Err(Code::EINVAL);
        }
        let handles: Vec<u32> = handles.chunks(4).map(|h| u32::from_le_bytes(h.try_into().unwrap())).collect();
        for handle in &handles {
            self.get(*handle)?;
        }
        handles.into_iter().find(|h| self.open[h].answer.is_some()).ok_or(Code::ETIMEDOUT)
    }

    /// Up to `cap` bytes of the answer's body.
    pub fn read(&mut self, handle: u32, cap: usize) -> Result<Vec<u8>, Code> {
        let body = self.answer(handle)?.body.clone();
        let open = self.get(handle)?;
        let piece = &body[open.read..body.len().min(open.read + cap)];
        open.read += piece.len();
        open.ended = piece.is_empty();
        Ok(piece.to_vec())
    }

    /// The double's answers have no trailers.
    pub fn trailers(&mut self, handle: u32) -> Result<(), Code> {
        self.answer(handle)?;
        if !self.get(handle)?.ended {
            return Err(Code::EPHASE);
        }
        Ok(())
    }

    pub fn close(&mut self, handle: u32) -> Result<(), Code> {
        self.open.remove(&handle).map(drop).ok_or(Code::EBADF)
    }
}
