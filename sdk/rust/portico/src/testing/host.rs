//! The gateway's side of one request: what it holds and how its parts hang together.

use super::outbound::Http;
use super::state::State;
use super::{heads, Context, Fields, Response};
use crate::abi::{In, Out};
use crate::list::push;
use crate::{Code, Field, Pairs};
use std::collections::{BTreeMap, HashMap};
use std::string::{String, ToString};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::vec::Vec;

/// The gateway's side of one request.
pub(super) struct Host {
    pub fields: BTreeMap<u32, String>,
    pub request: Response, // its status means nothing
    pub response: Response,
    pub responds: bool, // there is a response to be read
    pub path_params: Fields,
    pub stage_variables: Fields,
    pub auth_context: Fields,
    pub identity: Vec<String>,
    pub event: Option<String>,
    pub config: String,
    pub scratch: Vec<u8>,
    pub state: State,
    pub http: Http,
    pub tokens: HashMap<String, HashMap<String, Result<String, String>>>,

    pub configuring: bool,
    pub flushed: bool,
    pub config_error: String,
    pub principal: Option<String>,
    pub context: Context,
    pub result: Option<String>,
    pub log: Vec<String>,

    pub streams: [Stream; 2],
    calls: HashMap<&'static str, u32>,
    pub reason: String,
    pub started: Instant,
}

/// How far a body was read or written.
#[derive(Clone, Copy, Default)]
pub(super) struct Stream {
    pub read: usize,
    pub written: bool,
    pub closed: bool,
}

impl Default for Host {
    fn default() -> Host {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let fields = [
            (Field::Method, "GET".into()),
            (Field::Path, "/".into()),
            (Field::Query, String::new()),
            (Field::SourceIp, "192.0.2.1".into()),
            (Field::Time, since_1970.as_millis().to_string()),
        ];
        Host {
            fields: fields.into_iter().map(|(f, v)| (f as u32, v)).collect(),
            request: Response::default(),
            response: Response::default(),
            responds: false,
            path_params: Vec::new(),
            stage_variables: Vec::new(),
            auth_context: Vec::new(),
            identity: Vec::new(),
            event: None,
            config: "{}".into(),
            scratch: Vec::new(),
            state: State { now: since_1970, ..State::default() },
            http: Http::default(),
            tokens: HashMap::new(),
            configuring: false,
            flushed: false,
            config_error: String::new(),
            principal: None,
            context: Context::new(),
            result: None,
            log: Vec::new(),
            streams: Default::default(),
            calls: HashMap::new(),
            reason: String::new(),
            started: Instant::now(),
        }
    }
}

/// The most calls of one capability in one request.
const MAX_CALLS: u32 = 1000;
const MAX_TOKEN: usize = 16 << 10;

pub(super) fn text(bytes: In) -> String {
    String::from_utf8_lossy(bytes.get()).into_owned()
}

pub(super) fn code<T>(result: Result<T, Code>) -> i32 {
    result.map_or_else(|code| code as i32, |_| 0)
}

pub(super) fn put(out: Out, bytes: Result<impl AsRef<[u8]>, Code>) -> i32 {
    match bytes {
        Ok(bytes) => out.put(bytes.as_ref()),
        Err(code) => code as i32,
    }
}

pub(super) fn list<T: AsRef<[u8]>>(values: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        push(&mut bytes, value.as_ref());
    }
    bytes
}

pub(super) fn pairs(fields: &Fields) -> Vec<u8> {
    fields.iter().map(|(n, v)| (n, v)).collect::<Pairs>().0
}

impl Host {
    /// Begins a call of a kind.
    pub fn begin(&mut self) {
        self.flushed = false;
        self.streams = Default::default();
        self.calls.clear();
        self.http.begin();
        self.reason.clear();
    }

    /// The response as it is sent.
    pub fn answer(&self) -> Response {
        let mut response = self.response.clone();
        if response.status == 0 {
            response.status = 200;
        }
        response
    }

    /// Counts a call of a capability.
    pub fn may(&mut self, capability: &'static str) -> Result<(), Code> {
        let calls = self.calls.entry(capability).or_default();
        if self.configuring {
            return Err(Code::EPHASE);
        }
        if *calls == MAX_CALLS {
            return Err(Code::EAGAIN);
        }
        *calls += 1;
        Ok(())
    }

    pub fn not_flushed(&self) -> Result<(), Code> {
        if self.flushed {
            Err(Code::EPHASE)
        } else {
            Ok(())
        }
    }

    pub fn message(&mut self, message: u32) -> &mut Response {
        if message == crate::abi::REQUEST {
            &mut self.request
        } else {
            &mut self.response
        }
    }

    /// All parameters of a source; those of the query follow `set_field`.
    pub fn source(&self, source: u32) -> Fields {
        match source {
            1 => self.path_params.clone(),
            2 => heads::query(&self.fields[&(Field::Query as u32)]),
            3 => self.stage_variables.clone(),
            4 => self.auth_context.clone(),
            _ => heads::cookies(&self.request.headers),
        }
    }

    /// A field as context_read has it.
    pub fn tlv(&self, id: u32) -> Option<Vec<u8>> {
        Some(match id {
            11 => self.fields.get(&11)?.parse::<i64>().unwrap_or_default().to_le_bytes().to_vec(),
            32 => pairs(&self.request.headers),
            33 => pairs(&self.source(2)),
            34 => pairs(&self.path_params),
            35 => pairs(&self.stage_variables),
            36 => pairs(&self.auth_context),
            37 if self.identity.is_empty() => return None,
            37 => list(&self.identity),
            38 if !self.responds => return None,
            38 => pairs(&self.response.headers),
            39 if self.response.status == 0 => return None,
            39 => self.response.status.to_le_bytes().to_vec(),
            _ => self.fields.get(&id)?.clone().into_bytes(),
        })
    }

    /// Changes a header list with one of the functions of `heads`.
    pub fn change(&mut self, message: u32, f: impl FnOnce(&mut Fields) -> Result<(), Code>) -> i32 {
        code(self.not_flushed().and_then(|()| f(&mut self.message(message).headers)))
    }

    pub fn read_body(&mut self, handle: u32, cap: usize) -> Result<Vec<u8>, Code> {
        if cap == 0 {
            return Err(Code::EINVAL);
        }
        if handle > 1 {
            return self.http.read(handle, cap);
        }
        let stream = self.streams[handle as usize];
        if stream.closed {
            return Err(Code::EBADF);
        }
        if stream.written {
            return Err(Code::EPHASE);
        }
        let body = &self.message(handle).body;
        let piece = body[stream.read..body.len().min(stream.read + cap)].to_vec();
        self.streams[handle as usize].read += piece.len();
        Ok(piece)
    }

    pub fn write_body(&mut self, handle: u32, data: &[u8]) -> Result<(), Code> {
        if handle > 1 {
            return self.http.write(handle, data);
        }
        let stream = &mut self.streams[handle as usize];
        if stream.closed {
            return Err(Code::EBADF);
        }
        let first = !core::mem::replace(&mut stream.written, true);
        let body = &mut self.message(handle).body;
        if first {
            body.clear();
        }
        body.extend_from_slice(data);
        Ok(())
    }

    pub fn verify(&mut self, issuer: &str, token: &str) -> Result<String, Code> {
        self.may("jwt")?;
        self.reason.clear();
        if token.len() > MAX_TOKEN {
            return Err(Code::E2BIG);
        }
        let tokens = self.tokens.get(issuer).ok_or(Code::ENOENT)?;
        let refused = match tokens.get(token) {
            Some(Ok(claims)) => return Ok(claims.clone()),
            Some(Err(reason)) => reason.clone(),
            None => "signature".into(),
        };
        let malformed = refused == "malformed";
        self.reason = refused;
        Err(if malformed { Code::EINVAL } else { Code::EPERM })
    }
}
