//! An authorizer that lets requests with one token pass.

use portico::authorizer::{Decision, Request};
use portico::Code;

portico::authorizer!(authorize);

fn authorize(req: &Request) -> Result<Decision, Code> {
    Ok(match req.header("authorization")?.as_deref() {
        None => Decision::Unauthorized,
        Some("Bearer letmein") => Decision::Allow,
        Some(_) => Decision::Deny,
    })
}
