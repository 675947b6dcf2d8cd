use crate::refusal::Refusal;
use portico::authorizer::Request;
use portico::sha256::{hex, Sha256};
use portico::Code;

/// What is read at once.
const PIECE: usize = 16 << 10;

/// Reads the body and compares its digest. It is read only for who has signed its digest.
pub fn check(req: &Request, digest: &str, most: u64) -> Result<(), Refusal> {
    let mut body = req.body();
    let mut buffer = vec![0; PIECE];
    let mut sum = Sha256::new();
    let mut size = 0;
    loop {
        let n = match body.read(&mut buffer) {
            Err(Code::E2BIG) => return Err(TOO_LARGE),
            n => n?,
        };
        if n == 0 {
            break;
        }
        size += n as u64;
        if size > most {
            return Err(TOO_LARGE);
        }
        sum.update(&buffer[..n]);
    }
    match hex(&sum.finish()) == digest {
        true => Ok(()),
        false => Err(Refusal::Denied("the body is not the one that was signed")),
    }
}

const TOO_LARGE: Refusal = Refusal::Denied("the body is larger than max_body");
