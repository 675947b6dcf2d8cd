use crate::abi::{self, REQUEST};
use crate::fields::{Field, Fields, Set};
use crate::list::{List, Pairs};
use crate::{head, Body, Code};
use alloc::string::String;
use alloc::vec::Vec;

/// Reads the request that a call is about. Every kind of plugin has one.
///
/// Absent is `None`, empty is an empty text. Text of the client that is not UTF-8 has
/// U+FFFD in its place; where that matters there is a method that gives bytes.
#[derive(Debug)]
pub struct Request(pub(crate) ());

impl Request {
    /// A field of the request.
    pub fn get(&self, field: Field) -> Result<Option<String>, Code> {
        abi::text(|out| abi::get_field(field as u32, out))
    }

    fn scalar(&self, field: Field) -> Result<String, Code> {
        Ok(self.get(field)?.unwrap_or_default())
    }

    /// The method, as the client sent it or a mapper changed it.
    pub fn method(&self) -> Result<String, Code> {
        self.scalar(Field::Method)
    }

    /// The path below the stage or base path, percent-encoded as sent.
    pub fn path(&self) -> Result<String, Code> {
        self.scalar(Field::Path)
    }

    /// The client's address, behind trusted proxies.
    pub fn source_ip(&self) -> Result<String, Code> {
        self.scalar(Field::SourceIp)
    }

    /// When the request came, in milliseconds since 1970.
    pub fn time_unix_ms(&self) -> Result<i64, Code> {
        self.scalar(Field::Time)?.parse().map_err(|_| Code::EIO)
    }

    /// Several fields at once.
    pub fn fields(&self, set: Set) -> Result<Fields, Code> {
        let mut fields = Fields::default();
        fields.read(set)?;
        Ok(fields)
    }

    /// The values of a header, joined by commas if there are several. The name's case
    /// does not matter.
    pub fn header(&self, name: &str) -> Result<Option<String>, Code> {
        head::get(REQUEST, name)
    }

    /// What [`header`](Request::header) gives, as it is.
    pub fn header_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Code> {
        abi::read_found(|out| abi::get_header(REQUEST, name.into(), out))
    }

    /// The values of a header one by one.
    pub fn header_values(&self, name: &str) -> Result<List, Code> {
        head::values(REQUEST, name)
    }

    /// All header fields in order, names as the client wrote them.
    pub fn headers(&self) -> Result<Pairs, Code> {
        head::all(REQUEST)
    }

    /// A query parameter, decoded: the last one of that name.
    pub fn query_param(&self, name: &str) -> Result<Option<String>, Code> {
        param(Source::Query, name)
    }

    /// All values of a query parameter.
    pub fn query_params(&self, name: &str) -> Result<List, Code> {
        found(abi::read_found(|out| abi::param_values(Source::Query as u32, name.into(), out)))
    }

    /// A path parameter, decoded.
    pub fn path_param(&self, name: &str) -> Result<Option<String>, Code> {
        param(Source::Path, name)
    }

    /// A variable of the stage.
    pub fn stage_variable(&self, name: &str) -> Result<Option<String>, Code> {
        param(Source::StageVariable, name)
    }

    /// What the authorizer put into its context.
    pub fn auth_context(&self, key: &str) -> Result<Option<String>, Code> {
        param(Source::AuthContext, key)
    }

    /// A cookie: the first one of that name.
    pub fn cookie(&self, name: &str) -> Result<Option<String>, Code> {
        param(Source::Cookie, name)
    }

    /// What this plugin stored for this request in an earlier call, empty if nothing.
    pub fn scratch(&self) -> Result<Vec<u8>, Code> {
        abi::read(abi::scratch_read)
    }

    /// Stores up to 64 KiB for later calls about this request.
    pub fn set_scratch(&self, data: impl AsRef<[u8]>) -> Result<(), Code> {
        Code::check(abi::scratch_write(data.as_ref().into())).map(drop)
    }
}

/// For the kinds that may read the request's body.
pub(crate) fn body() -> Body {
    Body::new(REQUEST)
}

/// For the kinds that stand in place of a Lambda function.
pub(crate) fn event() -> Result<String, Code> {
    Ok(crate::list::lossy(abi::read(abi::event_read)?))
}

/// Where parameters come from, as ABI.md numbers it.
#[derive(Clone, Copy)]
enum Source {
    Path = 1,
    Query = 2,
    StageVariable = 3,
    AuthContext = 4,
    Cookie = 5,
}

fn param(source: Source, name: &str) -> Result<Option<String>, Code> {
    abi::text(|out| abi::get_param(source as u32, name.into(), out))
}

/// A list that is empty where there is none.
pub(crate) fn found(bytes: Result<Option<Vec<u8>>, Code>) -> Result<List, Code> {
    Ok(List(bytes?.unwrap_or_default()))
}
