//! {{name}} decides whether a request may pass.

use portico::authorizer::{Decision, Request};
use portico::Code;

portico::authorizer!(authorize);

fn authorize(req: &Request) -> Result<Decision, Code> {
    match req.header("authorization")?.as_deref() {
        None => Ok(Decision::Unauthorized), // 401
        Some("Bearer letmein") => {
            req.set_principal("guest")?;
            Ok(Decision::Allow)
        }
        Some(_) => Ok(Decision::Deny), // 403
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico::testing::Gateway;

    #[test]
    fn the_right_token_allows() {
        let authorized = Gateway::new().header("Authorization", "Bearer letmein").authorize(authorize);
        assert_eq!(authorized.decision, Ok(Decision::Allow));
        assert_eq!(authorized.principal.as_deref(), Some("guest"));
    }

    #[test]
    fn another_token_denies() {
        let authorized = Gateway::new().header("Authorization", "Bearer guess").authorize(authorize);
        assert_eq!(authorized.decision, Ok(Decision::Deny));
    }
}
