//! {{name}} changes requests before their integration, and responses before they are sent.

use portico::request_mapper::{self, Next};
use portico::response_mapper::{Request, Response};
use portico::{Code, Field};

portico::request_mapper!(map_request);

fn map_request(req: &mut request_mapper::Request) -> Result<Next, Code> {
    if let Some(id) = req.get(Field::RequestId)? {
        req.set_header("X-Request-Id", id)?;
    }
    Ok(Next::Continue)
}

portico::response_mapper!(map_response);

fn map_response(_: &Request, res: &mut Response) -> Result<(), Code> {
    res.remove_header("Server")
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico::testing::{self, Gateway};

    #[test]
    fn the_backend_gets_the_id_of_the_request() {
        let mapped = Gateway::new().field(Field::RequestId, "r-1").map_request(map_request);
        assert_eq!(mapped.next, Ok(Next::Continue));
        assert_eq!(mapped.headers, [("X-Request-Id".into(), "r-1".into())]);
    }

    #[test]
    fn clients_do_not_see_what_the_backend_is() {
        let found = testing::Response::new(200, "hello").with("Server", "secret/1.0");
        let answered = Gateway::new().response(found).map_response(map_response);
        assert_eq!(answered.response, testing::Response::new(200, "hello"));
    }
}
