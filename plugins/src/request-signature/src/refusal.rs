use portico::authorizer::Decision;
use portico::{Code, Level};

/// Why a request does not pass.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No known client has signed it now: 401.
    Unknown(&'static str),
    /// One has, and it must not pass all the same: 403.
    Denied(&'static str),
    /// It cannot be said: 500.
    Failed(String),
}

impl Refusal {
    /// What the gateway is to do. The reason goes to the log, at a level that strangers cannot
    /// fill it by.
    pub fn decision(self) -> Result<Decision, String> {
        let (decision, reason) = match self {
            Refusal::Unknown(reason) => (Decision::Unauthorized, reason),
            Refusal::Denied(reason) => (Decision::Deny, reason),
            Refusal::Failed(text) => return Err(text),
        };
        portico::log(Level::Debug, reason);
        Ok(decision)
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Refusal {
        Refusal::Failed(code.to_string())
    }
}
