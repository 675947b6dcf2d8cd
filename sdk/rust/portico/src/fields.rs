use crate::abi;
use crate::list::{pairs, List};
use crate::Code;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A scalar of the request. See ABI.md, "Fields".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u32)]
pub enum Field {
    /// As the client sent it.
    Method = 1,
    /// Below the stage or base path, percent-encoded as sent.
    Path = 2,
    /// The whole path as sent.
    RawPath = 3,
    /// Raw, without `?`.
    Query = 4,
    /// `http` or `https`, as trusted proxies say.
    Scheme = 5,
    /// With its port.
    Host = 6,
    /// `HTTP/1.1`, `HTTP/2.0`.
    Protocol = 7,
    /// Of the client, behind trusted proxies.
    SourceIp = 8,
    /// The header of that name.
    UserAgent = 9,
    /// The id that the gateway gave the request.
    RequestId = 10,
    /// When the request came, ms since 1970, in decimal; see
    /// [`Request::time_unix_ms`](crate::Request::time_unix_ms).
    Time = 11,
    /// Id of the API.
    Api = 12,
    /// Name of the stage.
    Stage = 13,
    /// HTTP APIs: `GET /orders/{id}`, `$default`.
    Route = 14,
    /// REST APIs: `/orders/{id}`.
    Resource = 15,
    /// `arn:aws:execute-api:region:account:api/stage/VERB/path`.
    MethodArn = 16,
    /// Of the authorizer's decision.
    Principal = 17,
    /// Id of the account.
    Account = 18,
    /// Name of the region.
    Region = 19,
    /// Host without its port.
    DomainName = 20,
    /// The first identity source's value; authorizers only.
    Token = 21,
}

/// Names and values that [`Fields`] may hold beside scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u32)]
pub enum Many {
    /// The request's headers.
    Headers = 32,
    /// Query parameters, decoded.
    QueryParams = 33,
    /// Path parameters, decoded.
    PathParams = 34,
    /// The stage's variables.
    StageVariables = 35,
    /// What the authorizer put into its context.
    AuthContext = 36,
    /// Values of all identity sources; authorizers only, and read with
    /// [`Fields::identity`].
    Identity = 37,
    /// The response's headers; response mappers and integrations only.
    ResponseHeaders = 38,
}

/// What to read at once. Make it a constant:
///
/// ```
/// use portico::{Field, Many, Set};
/// const WANTED: Set = Set::of(&[Field::Method, Field::Path]).and(&[Many::Headers]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set(u64);

impl Set {
    /// A set of scalars.
    pub const fn of(fields: &[Field]) -> Set {
        let mut mask = 0;
        let mut i = 0;
        while i < fields.len() {
            mask |= 1 << fields[i] as u32;
            i += 1;
        }
        Set(mask)
    }

    /// The set with lists added.
    pub const fn and(self, lists: &[Many]) -> Set {
        let mut mask = self.0;
        let mut i = 0;
        while i < lists.len() {
            mask |= 1 << lists[i] as u32;
            i += 1;
        }
        Set(mask)
    }

    /// The set with the response's status, for response mappers and integrations.
    pub const fn and_status(self) -> Set {
        Set(self.0 | 1 << STATUS)
    }
}

const STATUS: u32 = 39;

/// Several fields of a request, read in one call into the gateway: cheaper than
/// getters from three fields on. [`Request::fields`](crate::Request::fields) makes one.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<u8>);

impl Fields {
    /// Reads the fields of `set`, in the memory of what was read before.
    pub fn read(&mut self, set: Set) -> Result<(), Code> {
        self.0.clear();
        abi::append(&mut self.0, |out| abi::context_read(set.0 as i64, out))?;
        Ok(())
    }

    /// A field as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self, field: Field) -> Option<Cow<'_, str>> {
        Some(String::from_utf8_lossy(self.bytes(field)?))
    }

    /// A field as it is. The time is eight bytes here.
    pub fn bytes(&self, field: Field) -> Option<&[u8]> {
        self.find(field as u32)
    }

    /// When the request came, in ms since 1970.
    pub fn time_unix_ms(&self) -> Option<i64> {
        Some(i64::from_le_bytes(self.bytes(Field::Time)?.try_into().ok()?))
    }

    /// The response's status.
    pub fn status(&self) -> Option<u16> {
        Some(u16::from_le_bytes(self.find(STATUS)?.try_into().ok()?))
    }

    /// Names and values, none where the request has none or they were not read.
    pub fn pairs(&self, list: Many) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        pairs(self.find(list as u32).unwrap_or_default())
            .map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v)))
    }

    /// The values of all identity sources.
    pub fn identity(&self) -> List {
        List(self.find(Many::Identity as u32).unwrap_or_default().to_vec())
    }

    fn find(&self, id: u32) -> Option<&[u8]> {
        let mut rest = &*self.0;
        while rest.len() >= 6 {
            let (head, tail) = rest.split_at(6);
            let size = u32::from_le_bytes([head[2], head[3], head[4], head[5]]) as usize;
            if u32::from(u16::from_le_bytes([head[0], head[1]])) == id {
                return tail.get(..size);
            }
            rest = tail.get(size..)?;
        }
        None
    }
}
