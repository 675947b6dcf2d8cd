use portico::integration::Response;
use portico::{json, Code};
use std::borrow::Cow;

/// Why a request is not done.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    /// The client hears of it: a status and a sentence.
    Client(u16, Cow<'static, str>),
    /// 405, with the methods that there are.
    Method(&'static str),
    /// The plugin cannot do its work.
    Failed(String),
}

const fn client(status: u16, text: &'static str) -> Problem {
    Problem::Client(status, Cow::Borrowed(text))
}

pub const NOT_FOUND: Problem = client(404, "there is no such value");
pub const NO_COLLECTION: Problem = client(404, "there is no such collection");
pub const NO_NAME: Problem = client(400, "the name of a collection is 1 to 64 letters, digits, and . _ -");
pub const NO_KEY: Problem = client(400, "a key is UTF-8 and has 1 to 400 bytes");
pub const LIMIT: Problem = client(400, "limit is a number from 1 to 100");
pub const BY: Problem = client(400, "by is a whole number of 64 bits");
pub const BAD_INCREMENT: Problem = client(400, "an increment takes no If-Match and no If-None-Match");
pub const CONTENT_TYPE: Problem = client(400, "a content type is ASCII and has at most 255 bytes");
pub const PART: Problem = client(400, "a part of a value cannot be stored");
pub const ENCODED: Problem = client(415, "a value is stored without a content encoding");
pub const NO_NUMBER: Problem = client(409, "the value is no whole number, or the sum is beyond 64 bits");
pub const BUSY: Problem = client(409, "others keep changing this value, try again");
pub const CHANGED: Problem = client(412, "the value is not the one that you named");
const NO_ROOM: Problem = client(413, "there is no room for this value");
const NO_STORE: Problem = client(503, "the store does not answer, try again");

impl From<Code> for Problem {
    fn from(code: Code) -> Problem {
        match code {
            Code::E2BIG => NO_ROOM,
            // Whether something was written is open; who asks again finds out.
            Code::EIO | Code::EABORT => NO_STORE,
            code => Problem::Failed(code.to_string()),
        }
    }
}

impl Problem {
    /// Tells the client, or fails.
    pub fn answer(self, res: &mut Response) -> Result<(), String> {
        let (status, text) = match self {
            Problem::Client(status, text) => (status, text),
            Problem::Method(allow) => {
                res.set_header("Allow", allow).map_err(|e| e.to_string())?;
                (405, format!("there is no such method here, only {allow}").into())
            }
            Problem::Failed(text) => return Err(text),
        };
        let json = format!("{{\"error\":{}}}", json::quote(&text));
        crate::answer(res, status, &json).map_err(|e| match e {
            Problem::Failed(text) => text,
            e => format!("{e:?}"),
        })
    }
}
