use super::host::Host;
use super::state::{Bucket, Kind, Metric, Secret};
use super::{Outbound, Response};
use crate::{abi, Field};
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::string::String;
use std::time::Duration;
use std::vec::Vec;

/// Stands in the gateway's place for one request and the plugin's calls about it.
///
/// Its methods describe the request and what the operator granted; then
/// [`authorize`](Gateway::authorize), [`map_request`](Gateway::map_request),
/// [`map_response`](Gateway::map_response) and [`integrate`](Gateway::integrate) call
/// handlers, several times if the plugin has several kinds. Cache, kv, buckets and metrics
/// last as long as it does.
#[derive(Clone)]
pub struct Gateway {
    pub(super) host: Rc<RefCell<Host>>,
    pub(super) installed: abi::Host,
}

impl Default for Gateway {
    fn default() -> Gateway {
        Gateway::new()
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

/// Describes something and gives the gateway back.
macro_rules! describe {
    ($($(#[$doc:meta])* fn $name:ident($host:ident $(, $arg:ident: $ty:ty)*) $body:block)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(self $(, $arg: $ty)*) -> Gateway {
            {
                let $host = &mut *self.host.borrow_mut();
                $body
            }
            self
        }
    )*};
}

impl Gateway {
    /// A gateway with the request `GET /` from 192.0.2.1, an empty configuration and
    /// nothing granted.
    pub fn new() -> Gateway {
        let host = Rc::new(RefCell::new(Host::default()));
        let installed = abi::Host { functions: host.clone(), made: Rc::new(RefCell::new(HashMap::new())) };
        Gateway { host, installed }
    }

    describe! {
        /// Sets the method.
        fn method(h, method: &str) { h.fields.insert(Field::Method as u32, method.into()); }

        /// Sets the path, percent-encoded.
        fn path(h, path: &str) { h.fields.insert(Field::Path as u32, path.into()); }

        /// Sets the raw query, from which query parameters are read.
        fn query(h, query: &str) { h.fields.insert(Field::Query as u32, query.into()); }

        /// Sets another field.
        fn field(h, field: Field, value: &str) { h.fields.insert(field as u32, value.into()); }

        /// Adds a header field of the request. Cookies are read from it too.
        fn header(h, name: &str, value: &str) { h.request.headers.push((name.into(), value.into())); }

        /// Sets the request's body.
        fn body(h, body: impl AsRef<[u8]>) { h.request.body = body.as_ref().to_vec(); }

        /// Sets the response that a response mapper finds.
        fn response(h, response: Response) { h.response = response; h.responds = true; }

        /// Adds a path parameter, decoded.
        fn path_param(h, name: &str, value: &str) { h.path_params.push((name.into(), value.into())); }

        /// Adds a variable of the stage.
        fn stage_variable(h, name: &str, value: &str) { h.stage_variables.push((name.into(), value.into())); }

        /// Adds an entry of the authorizer's context.
        fn auth_context(h, key: &str, value: &str) { h.auth_context.push((key.into(), value.into())); }

        /// Adds the value of an identity source; the first is the token.
        fn identity(h, value: &str) {
            h.fields.entry(Field::Token as u32).or_insert_with(|| value.into());
            h.identity.push(value.into());
        }

        /// Sets the JSON event that a Lambda function would get; without one it is EPHASE.
        fn event(h, json: &str) { h.event = Some(json.into()); }

        /// Sets the plugin's configuration, a JSON object.
        fn config(h, json: &str) { h.config = json.into(); }

        /// Sets what the plugin stored for the request.
        fn scratch(h, data: impl AsRef<[u8]>) { h.scratch = data.as_ref().to_vec(); }

        /// Sets the clock, as the time since 1970; it stands still until it is set again.
        fn now(h, since_1970: Duration) { h.state.now = since_1970; }

        /// Declares a bucket of throttle, with its tokens per second.
        fn bucket(h, name: &str, rate: f64, burst: u32) { h.state.buckets.insert(name.into(), Bucket { rate, burst }); }

        /// Grants a secret to be read and used.
        fn secret(h, name: &str, value: &str) {
            h.state.secrets.insert(name.into(), Secret { value: value.into(), readable: true });
        }

        /// Grants a secret to be used and not read.
        fn usable_secret(h, name: &str, value: &str) {
            h.state.secrets.insert(name.into(), Secret { value: value.into(), readable: false });
        }

        /// Declares a metric.
        fn metric(h, kind: Kind, name: &str, labels: &[&str]) {
            let labels = labels.iter().map(|l| String::from(*l)).collect();
            h.state.metrics.insert(name.into(), Metric { kind, labels, series: HashMap::new() });
        }

        /// Answers the plugin's requests to other hosts.
        fn upstream(h, answer: impl FnMut(&Outbound) -> Result<Response, crate::Code> + 'static) {
            h.http.upstream = Some(std::boxed::Box::new(answer));
        }

        /// Declares an issuer and a token of it that holds, with its claims.
        fn token(h, issuer: &str, token: &str, claims: &str) {
            h.tokens.entry(issuer.into()).or_default().insert(token.into(), Ok(claims.into()));
        }

        /// Declares an issuer and a token of it that does not hold for a reason, such as
        /// `expired`. Other tokens of a declared issuer have a bad `signature`.
        fn bad_token(h, issuer: &str, token: &str, reason: &str) {
            h.tokens.entry(issuer.into()).or_default().insert(token.into(), Err(reason.into()));
        }
    }

    fn host(&self) -> Ref<'_, Host> {
        self.host.borrow()
    }

    /// What was logged, in order.
    pub fn logged(&self) -> Vec<String> {
        self.host().log.clone()
    }

    /// What the plugin stored for the request.
    pub fn stored(&self) -> Vec<u8> {
        self.host().scratch.clone()
    }

    /// A value of the plugin's kv.
    pub fn kv(&self, key: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        let host = self.host();
        host.state.kv.get(key.as_ref(), host.state.now).map(<[u8]>::to_vec)
    }

    /// A counter's sum, a gauge's value or the number of a histogram's observations, 0
    /// where there is none. Labels are in the order of their declaration.
    pub fn measured(&self, name: &str, labels: &[&str]) -> f64 {
        let host = self.host();
        let labels: Vec<String> = labels.iter().map(|l| String::from(*l)).collect();
        host.state.metrics.get(name).and_then(|m| m.series.get(&labels)).copied().unwrap_or_default()
    }
}
