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

#[cfg(test)]
mod tests {
    use super::*;
    use portico::testing::Gateway;

    #[test]
    fn the_right_token_allows() {
        for (token, want) in [
            (Some("Bearer letmein"), Decision::Allow),
            (Some("Bearer guess"), Decision::Deny),
            (None, Decision::Unauthorized),
        ] {
            let mut gateway = Gateway::new();
            if let Some(token) = token {
                gateway = gateway.header("Authorization", token);
            }
            assert_eq!(gateway.authorize(authorize).decision, Ok(want), "{token:?}");
        }
    }
}
