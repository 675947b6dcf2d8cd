//! Two mappers in one plugin: the request's adds a configured header, the response's
//! names the path that the client asked for, which the first kept for it.

use portico::json::{self, Value};
use portico::request_mapper::{Next, Request};
use portico::response_mapper::{self, Response};
use portico::Code;

struct Settings {
    header: String,
    value: String,
}

portico::configure! {
    static SETTINGS: Settings = parse;
}

fn parse(config: &str) -> Result<Settings, String> {
    let config = json::parse(config).map_err(|e| e.to_string())?;
    let text = |name| config.get(name).and_then(Value::as_str).ok_or(format!("{name} is missing"));
    Ok(Settings { header: text("header")?.into(), value: text("value")?.into() })
}

portico::request_mapper!(map_request);

fn map_request(req: &mut Request) -> Result<Next, Code> {
    req.set_scratch(req.path()?)?;
    let settings = SETTINGS.get();
    req.set_header(&settings.header, &settings.value)?;
    Ok(Next::Continue)
}

portico::response_mapper!(map_response);

fn map_response(req: &response_mapper::Request, res: &mut Response) -> Result<(), Code> {
    res.set_header("X-Asked-For", req.scratch()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico::testing::{self, Gateway};

    #[test]
    fn both_mappers_work_together() {
        let gateway = Gateway::new()
            .config(r#"{"header": "X-Tenant", "value": "acme"}"#)
            .path("/a")
            .response(testing::Response::new(200, "found"));
        assert_eq!(gateway.configure(&SETTINGS), Ok(()));

        let mapped = gateway.map_request(map_request);
        assert_eq!(mapped.next, Ok(Next::Continue));
        assert_eq!(mapped.headers, [("X-Tenant".into(), "acme".into())]);

        let answered = gateway.map_response(map_response);
        assert_eq!(answered.response, testing::Response::new(200, "found").with("X-Asked-For", "/a"));
    }

    #[test]
    fn a_configuration_without_the_header_is_refused() {
        let refused = Gateway::new().configure(&SETTINGS);
        assert_eq!(refused, Err("header is missing".into()));
    }
}
