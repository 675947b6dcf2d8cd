use crate::item::Item;
use crate::problem::{Problem, CONTENT_TYPE, ENCODED, PART};
use portico::integration::Request;

/// What is read at once.
const PIECE: usize = 16 << 10;

/// Bytes of a content type.
const MAX_TYPE: usize = 255;

/// Reads the value of a request, of at most so many bytes.
pub fn read(req: &Request, most: usize) -> Result<Item, Problem> {
    if req.header("content-range")?.is_some() {
        return Err(PART); // RFC 9110, section 14.5
    }
    if req.header("content-encoding")?.map_or(false, |e| !e.is_empty() && !e.eq_ignore_ascii_case("identity")) {
        return Err(ENCODED);
    }
    let content_type = req.header("content-type")?.filter(|t| !t.is_empty());
    let content_type = content_type.unwrap_or_else(|| "application/octet-stream".into());
    if content_type.len() > MAX_TYPE || !content_type.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(CONTENT_TYPE);
    }
    Ok(Item::new(&content_type, &body(req, most)?))
}

fn body(req: &Request, most: usize) -> Result<Vec<u8>, Problem> {
    let mut body = req.body();
    let mut all = Vec::new();
    loop {
        let start = all.len();
        all.resize(start + PIECE, 0);
        let n = body.read(&mut all[start..])?;
        all.truncate(start + n);
        if all.len() > most {
            return Err(Problem::Client(413, format!("a value has at most {most} bytes here").into()));
        }
        if n == 0 {
            return Ok(all);
        }
    }
}
