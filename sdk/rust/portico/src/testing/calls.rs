use super::{Context, Fields, Gateway, Response};
use crate::{abi, authorizer, integration, request_mapper, response_mapper};
use crate::{Code, Config, Failure, Field, Request};
use std::string::String;
use std::vec::Vec;

/// What an authorizer decided. A failure is its code; its text is in
/// [`Gateway::logged`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorized {
    /// The decision.
    pub decision: Result<authorizer::Decision, Code>,
    /// Who the client is, if the authorizer said so.
    pub principal: Option<String>,
    /// What it put into its context.
    pub context: Context,
    /// What [`authorizer::Request::result`] was given, if that counts.
    pub result: Option<String>,
}

/// What a request mapper made of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// What comes next.
    pub next: Result<request_mapper::Next, Code>,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The raw query.
    pub query: String,
    /// The request's header fields.
    pub headers: Fields,
    /// The request's body.
    pub body: Vec<u8>,
    /// The response that is sent instead, if it is.
    pub response: Response,
}

/// What an integration or a response mapper answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Whether it did.
    pub outcome: Result<(), Code>,
    /// The response.
    pub response: Response,
    /// What [`integration::Response::set_result`] was given, if that counts.
    pub result: Option<String>,
    /// Whether the response was flushed.
    pub flushed: bool,
}

/// Puts back who stood in the gateway's place before, also after a panic.
struct Guard(Option<abi::Host>);

impl Drop for Guard {
    fn drop(&mut self) {
        abi::install(self.0.take());
    }
}

impl Gateway {
    /// Calls `f` with this gateway behind all functions of the crate.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _guard = Guard(abi::install(Some(self.installed.clone())));
        self.host.borrow_mut().begin();
        f()
    }

    /// Reads the configuration as the gateway has an instance do at its start. The error is
    /// what the operator sees.
    pub fn configure<T>(&self, config: &'static Config<T>) -> Result<(), String> {
        self.host.borrow_mut().configuring = true;
        let answer = self.run(|| config.answer());
        let mut host = self.host.borrow_mut();
        host.configuring = false;
        match Code::check(answer) {
            Ok(_) => Ok(()),
            Err(_) => Err(core::mem::take(&mut host.config_error)),
        }
    }

    /// Has the authorizer decide.
    pub fn authorize<E: Failure>(
        &self,
        handler: impl FnOnce(&authorizer::Request) -> Result<authorizer::Decision, E>,
    ) -> Authorized {
        use authorizer::Decision;
        let answer = self.run(|| authorizer::run(handler));
        let mut host = self.host.borrow_mut();
        let decision = Code::check(answer).map(|n| match n as i32 {
            abi::ANSWER_ALLOW => Decision::Allow,
            abi::ANSWER_UNAUTHORIZED => Decision::Unauthorized,
            abi::ANSWER_RESULT => Decision::Result,
            _ => Decision::Deny,
        });
        let counts = decision == Ok(Decision::Result);
        let result = host.result.take().filter(|_| counts);
        Authorized { decision, principal: host.principal.take(), context: core::mem::take(&mut host.context), result }
    }

    /// Has the mapper change the request, which stays so for later calls.
    pub fn map_request<E: Failure>(
        &self,
        handler: impl FnOnce(&mut request_mapper::Request) -> Result<request_mapper::Next, E>,
    ) -> Mapped {
        use request_mapper::Next;
        let answer = self.run(|| request_mapper::run(handler));
        let host = self.host.borrow();
        let next =
            Code::check(answer).map(|n| if n as i32 == abi::ANSWER_RESPOND { Next::Respond } else { Next::Continue });
        let response = if next == Ok(Next::Respond) { host.answer() } else { Response::default() };
        let field = |f: Field| host.fields.get(&(f as u32)).cloned().unwrap_or_default();
        Mapped {
            next,
            method: field(Field::Method),
            path: field(Field::Path),
            query: field(Field::Query),
            headers: host.request.headers.clone(),
            body: host.request.body.clone(),
            response,
        }
    }

    /// Has the mapper change the response that [`Gateway::response`] set.
    pub fn map_response<E: Failure>(
        &self,
        handler: impl FnOnce(&Request, &mut response_mapper::Response) -> Result<(), E>,
    ) -> Answered {
        let answer = self.run(|| response_mapper::run(handler));
        self.answered(answer)
    }

    /// Has the integration answer.
    pub fn integrate<E: Failure>(
        &self,
        handler: impl FnOnce(&integration::Request, &mut integration::Response) -> Result<(), E>,
    ) -> Answered {
        let answer = self.run(|| integration::run(handler));
        self.answered(answer)
    }

    fn answered(&self, answer: i32) -> Answered {
        let mut host = self.host.borrow_mut();
        let result = host.result.take().filter(|_| answer == abi::ANSWER_RESULT);
        Answered { outcome: Code::check(answer).map(drop), response: host.answer(), result, flushed: host.flushed }
    }
}
