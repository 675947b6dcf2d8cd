//! What each kind of plugin can do, against the double.

use portico::authorizer::{Decision, Value};
use portico::request_mapper::Next;
use portico::testing::{Gateway, Response};
use portico::{Code, Failure, Field, Many, Set};
use std::error::Error;
use std::io::{Read, Write};

type Any = Box<dyn Error>;

#[test]
fn an_authorizer_says_who_the_client_is() {
    let authorized = Gateway::new().authorize(|req| -> Result<Decision, Code> {
        req.set_principal("alice")?;
        req.set_context("text", "a")?;
        req.set_context("text", &String::from("b"))?;
        req.set_context("yes", true)?;
        req.set_context("no", false)?;
        req.set_context("number", Value::Number("1.5"))?;
        req.set_context("json", Value::Json("[1]"))?;
        assert_eq!(req.set_context("number", Value::Number("1,5")), Err(Code::EINVAL));
        assert_eq!(req.set_principal("a\nb"), Err(Code::EINVAL));
        Ok(Decision::Allow)
    });
    assert_eq!(authorized.decision, Ok(Decision::Allow));
    assert_eq!(authorized.principal.as_deref(), Some("alice"));
    let context: Vec<_> = authorized.context.iter().map(|(k, v)| (&**k, &**v)).collect();
    assert_eq!(context, [("json", "[1]"), ("no", "false"), ("number", "1.5"), ("text", "b"), ("yes", "true")]);
}

#[test]
fn an_authorizer_answers_as_a_lambda_function_does() {
    let gateway = Gateway::new().event(r#"{"version":"2.0"}"#).identity("t").identity("u").body("b");
    let authorized = gateway.authorize(|req| {
        let body = req.body().read_to_end()?;
        req.result(&format!("{} {} {}", req.event()?, req.token()?, String::from_utf8_lossy(&body)))
    });
    assert_eq!(authorized.decision, Ok(Decision::Result));
    assert_eq!(authorized.result.as_deref(), Some(r#"{"version":"2.0"} t b"#));
}

#[test]
fn a_failure_is_logged_and_answers_with_its_code() {
    #[derive(Debug)]
    struct Mine;
    impl std::fmt::Display for Mine {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("mine")
        }
    }
    impl Failure for Mine {
        fn code(&self) -> Code {
            Code::ECONN
        }
    }
    fn of<E: Failure>(error: E) -> (Code, Vec<String>) {
        let gateway = Gateway::new();
        let authorized = gateway.authorize(|_| Err(error));
        (authorized.decision.unwrap_err(), gateway.logged())
    }
    let permission = "EPERM: the operator has not granted it, or it belongs to the gateway";
    assert_eq!(of(Code::EPERM), (Code::EPERM, vec![permission.into()]));
    assert_eq!(of("no keys"), (Code::EIO, vec!["no keys".into()]));
    assert_eq!(of(String::from("no keys")), (Code::EIO, vec!["no keys".into()]));
    assert_eq!(of(Mine), (Code::ECONN, vec!["mine".into()]));
    assert_eq!(of(Any::from(Code::EPERM)), (Code::EPERM, vec![permission.into()]));
    assert_eq!(of(Any::from(std::io::Error::from(Code::EPERM))), (Code::EPERM, vec![permission.into()]));
    assert_eq!(of(std::io::Error::from(Code::ETIMEDOUT)).0, Code::ETIMEDOUT);
    assert_eq!(
        of(Any::from("x".parse::<u8>().unwrap_err())),
        (Code::EIO, vec!["invalid digit found in string".into()])
    );
    assert_eq!(of(Box::<dyn Error + Send + Sync>::from(Code::E2BIG)).0, Code::E2BIG);
}

#[test]
fn a_request_is_read() {
    let gateway = Gateway::new()
        .method("POST")
        .path("/orders/a%2Fb")
        .query("q=1&q=%32&empty&plus=a+b")
        .field(Field::Stage, "prod")
        .field(Field::Time, "1700000000123")
        .field(Field::SourceIp, "192.0.2.7")
        .header("Accept", "text/html")
        .header("X-Many", "1")
        .header("x-many", "2")
        .header("Cookie", "c=1; d=2")
        .header("cookie", "c=3")
        .header("Empty", "")
        .path_param("id", "a/b")
        .stage_variable("backend", "10.0.0.7")
        .auth_context("tenant", "t1")
        .scratch("kept");
    let authorized = gateway.authorize(|req| -> Result<Decision, Code> {
        assert_eq!(req.method()?, "POST");
        assert_eq!(req.path()?, "/orders/a%2Fb");
        assert_eq!(req.source_ip()?, "192.0.2.7");
        assert_eq!(req.time_unix_ms()?, 1_700_000_000_123);
        assert_eq!((req.get(Field::Stage)?, req.get(Field::Region)?), (Some("prod".into()), None));
        assert_eq!(req.header("x-MANY")?.as_deref(), Some("1, 2"));
        assert_eq!((req.header("Empty")?.as_deref(), req.header("absent")?), (Some(""), None));
        assert_eq!(req.header("cookie")?.as_deref(), Some("c=1; d=2; c=3"));
        assert_eq!(req.header_bytes("accept")?.as_deref(), Some(&b"text/html"[..]));
        assert_eq!(req.header_values("X-Many")?.iter().collect::<Vec<_>>(), ["1", "2"]);
        assert!(req.header_values("absent")?.is_empty());
        let headers = req.headers()?;
        assert_eq!(headers.iter().count(), 6);
        assert_eq!(headers.iter().next(), Some(("Accept".into(), "text/html".into())));
        assert_eq!(headers.bytes().nth(1), Some((&b"X-Many"[..], &b"1"[..])));
        assert_eq!((req.query_param("q")?.as_deref(), req.query_param("plus")?.as_deref()), (Some("2"), Some("a b")));
        assert_eq!(req.query_params("q")?.iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((req.query_param("empty")?.as_deref(), req.query_param("none")?), (Some(""), None));
        assert_eq!(req.path_param("id")?.as_deref(), Some("a/b"));
        assert_eq!(req.stage_variable("backend")?.as_deref(), Some("10.0.0.7"));
        assert_eq!(req.auth_context("tenant")?.as_deref(), Some("t1"));
        assert_eq!((req.cookie("c")?.as_deref(), req.cookie("d")?.as_deref()), (Some("1"), Some("2")));
        assert_eq!(req.scratch()?, b"kept");
        req.set_scratch("changed")?;
        assert_eq!(req.set_scratch(vec![0; 65537]), Err(Code::E2BIG));
        Ok(Decision::Deny)
    });
    assert_eq!(authorized.decision, Ok(Decision::Deny));
    assert_eq!(gateway.stored(), b"changed");
}

#[test]
fn several_fields_are_read_at_once() {
    const WANTED: Set = Set::of(&[Field::Method, Field::Time, Field::Region]).and(&[
        Many::Headers,
        Many::QueryParams,
        Many::Identity,
        Many::ResponseHeaders,
    ]);
    let gateway = Gateway::new().field(Field::Time, "5").header("A", "1").query("q=2").identity("i").identity("j");
    let authorized = gateway.authorize(|req| -> Result<Decision, Code> {
        let fields = req.fields(WANTED)?;
        assert_eq!(fields.text(Field::Method).as_deref(), Some("GET"));
        assert_eq!((fields.text(Field::Region), fields.text(Field::Path)), (None, None));
        assert_eq!((fields.time_unix_ms(), fields.status()), (Some(5), None));
        assert_eq!(fields.pairs(Many::Headers).collect::<Vec<_>>(), [("A".into(), "1".into())]);
        assert_eq!(fields.pairs(Many::QueryParams).collect::<Vec<_>>(), [("q".into(), "2".into())]);
        assert_eq!(fields.pairs(Many::ResponseHeaders).count(), 0);
        assert_eq!(fields.identity().iter().collect::<Vec<_>>(), ["i", "j"]);
        Ok(Decision::Deny)
    });
    assert_eq!(authorized.decision, Ok(Decision::Deny));

    let answered = gateway.response(Response::new(201, "").with("B", "2")).map_response(|req, _| -> Result<(), Code> {
        let fields = req.fields(Set::of(&[]).and(&[Many::ResponseHeaders]).and_status())?;
        assert_eq!(fields.status(), Some(201));
        assert_eq!(fields.pairs(Many::ResponseHeaders).collect::<Vec<_>>(), [("B".into(), "2".into())]);
        Ok(())
    });
    assert_eq!(answered.outcome, Ok(()));
}

#[test]
fn a_request_mapper_changes_the_request() {
    let gateway = Gateway::new().path("/old").header("a", "1").header("gone", "1").header("A", "2").body("body");
    let mapped = gateway.map_request(|req| -> Result<Next, Any> {
        let body = req.body().read_to_end()?;
        req.set_method("PUT")?;
        req.set_path("/new")?;
        req.set_query("a=b")?;
        req.set_header("A", "9")?;
        req.add_header("b", "2")?;
        req.remove_header("gone")?;
        req.write(body.to_ascii_uppercase())?;
        req.write_all(b"!")?; // of std::io::Write
        req.flush()?;
        req.close()?;
        assert_eq!(req.query_param("a")?.as_deref(), Some("b"));
        assert_eq!(req.close(), Err(Code::EBADF));
        assert_eq!(req.body().read(&mut [0; 8])?, 0, "never reached");
        Ok(Next::Continue)
    });
    assert_eq!(mapped.next, Err(Code::EBADF), "reading a closed body fails");
    assert_eq!((&*mapped.method, &*mapped.path, &*mapped.query), ("PUT", "/new", "a=b"));
    assert_eq!(mapped.headers, [("A".into(), "9".into()), ("b".into(), "2".into())]);
    assert_eq!(mapped.body, b"BODY!");
}

#[test]
fn a_request_mapper_answers_itself() {
    let mapped = Gateway::new().map_request(|req| -> Result<Next, Code> {
        let mut res = req.response();
        res.set_status(503)?;
        res.set_header("Retry-After", "60")?;
        res.write("come back later")?;
        Ok(Next::Respond)
    });
    assert_eq!(mapped.next, Ok(Next::Respond));
    assert_eq!(mapped.response, Response::new(503, "come back later").with("Retry-After", "60"));
}

#[test]
fn what_cannot_stand_in_a_message_is_refused() {
    let mapped = Gateway::new().map_request(|req| -> Result<Next, Code> {
        for (got, want) in [
            (req.set_path("no/slash"), Code::EINVAL),
            (req.set_method("A B"), Code::EINVAL),
            (req.set_query("a b"), Code::EINVAL),
            (req.set_header("a", "b\r\nc"), Code::EINVAL),
            (req.set_header("a b", ""), Code::EINVAL),
            (req.set_header("", ""), Code::EINVAL),
            (req.add_header("Content-Length", "1"), Code::EPERM),
            (req.remove_header("host"), Code::EPERM),
            (req.set_header("big", vec![b'x'; 40 << 10]), Code::E2BIG),
            (req.response().set_status(199), Code::EINVAL),
        ] {
            assert_eq!(got, Err(want));
        }
        Ok(Next::Continue)
    });
    assert_eq!((mapped.next, mapped.headers), (Ok(Next::Continue), vec![]));
}

#[test]
fn a_response_mapper_changes_the_response() {
    let found = Response::new(200, "body").with("Set-Cookie", "a=1").with("set-cookie", "b=2").with("Server", "x");
    let answered = Gateway::new().path("/p").response(found).map_response(|req, res| -> Result<(), Any> {
        let mut body = String::new();
        res.body().read_to_string(&mut body)?;
        assert_eq!(res.header("SERVER")?.as_deref(), Some("x"));
        assert_eq!(res.header("set-cookie")?.as_deref(), Some("a=1"));
        assert_eq!(res.header_values("set-cookie")?.iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(res.headers()?.iter().count(), 3);
        res.set_status(res.status()? + 1)?;
        res.remove_header("set-cookie")?;
        write!(res, "{} {}", body.to_uppercase(), req.path()?)?;
        Ok(())
    });
    assert_eq!(answered.outcome, Ok(()));
    assert_eq!(answered.response, Response::new(201, "BODY /p").with("Server", "x"));
}

#[test]
fn an_integration_answers_as_a_lambda_function_does() {
    let answered = Gateway::new().event("{}").integrate(|req, res| res.set_result(&req.event()?));
    assert_eq!((answered.outcome, answered.result.as_deref()), (Ok(()), Some("{}")));
    let answered = Gateway::new().integrate(|req, _| req.event().map(drop));
    assert_eq!(answered.outcome, Err(Code::EPHASE));
}

#[test]
fn after_a_flush_only_writing_goes_on() {
    let answered = Gateway::new().event("{}").body("in").integrate(|req, res| -> Result<(), Code> {
        res.write("a")?;
        res.flush()?;
        res.write("b")?;
        for (got, want) in [
            (res.set_status(201), Code::EPHASE),
            (res.set_header("a", "b"), Code::EPHASE),
            (res.set_result("{}"), Code::EPHASE),
            (req.event().map(drop), Code::EPHASE),
            (req.set_scratch(""), Code::EPHASE),
        ] {
            assert_eq!(got, Err(want));
        }
        assert_eq!(req.body().read_to_end()?, b"in");
        Ok(())
    });
    assert_eq!((answered.outcome, answered.flushed), (Ok(()), true));
    assert_eq!(answered.response, Response::new(200, "ab"));
}

#[test]
fn times_bytes_and_lines_come_from_the_gateway() {
    use std::time::Duration;
    let gateway = Gateway::new().now(Duration::from_secs(1_700_000_000));
    gateway.run(|| {
        assert_eq!(portico::unix_time().as_secs(), 1_700_000_000);
        let before = portico::monotonic();
        assert!(portico::monotonic() >= before);
        assert_eq!(portico::remaining(), Duration::from_secs(1));
        let mut bytes = vec![0; 70_000];
        portico::random(&mut bytes);
        assert!(bytes[66_000..].iter().any(|b| *b != 0));
        portico::log(portico::Level::Warn, format!("line {}", 1));
    });
    assert_eq!(gateway.logged(), ["line 1"]);
}

#[test]
#[should_panic(expected = "there is no gateway outside of WebAssembly")]
fn without_a_gateway_a_call_says_what_to_do() {
    portico::unix_time();
}

#[test]
fn a_handler_that_panics_leaves_no_gateway_behind() {
    let panicked = std::panic::catch_unwind(|| Gateway::new().run(|| panic!("enough")));
    assert!(panicked.is_err());
    assert!(std::panic::catch_unwind(portico::unix_time).is_err());
}
