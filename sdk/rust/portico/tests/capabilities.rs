//! The capabilities, against the double.

use portico::secrets::Hash;
use portico::testing::{Gateway, Kind, Outbound, Response};
use portico::{cache, http, jwt, kv, metrics, secrets, throttle, Code};
use std::time::Duration;

const SECOND: Option<Duration> = Some(Duration::from_secs(1));

#[test]
fn the_cache_remembers_for_a_time() {
    let gateway = Gateway::new().now(Duration::from_secs(100));
    gateway.run(|| {
        assert_eq!(cache::get("k"), Ok(None));
        assert_eq!(cache::put("k", "v", SECOND), Ok(()));
        assert_eq!(cache::put("for ever", vec![b'x'; 5000], None), Ok(()));
        assert_eq!(cache::get("k"), Ok(Some(b"v".to_vec())));
    });
    gateway.clone().now(Duration::from_secs(101)).run(|| {
        assert_eq!(cache::get("k"), Ok(None));
        assert_eq!(cache::get("for ever").unwrap().unwrap().len(), 5000);
        assert_eq!((cache::delete("for ever"), cache::delete("for ever")), (Ok(true), Ok(false)));
        for (got, want) in [
            (cache::put("", "", None), Code::EINVAL),
            (cache::put([0; 513], "", None), Code::E2BIG),
            (cache::put("k", vec![0; (1 << 20) + 1], None), Code::E2BIG),
            (cache::put("k", "", Some(Duration::ZERO)), Code::EINVAL),
            (cache::put("k", "", Some(Duration::from_secs(1 << 30))), Code::EINVAL),
        ] {
            assert_eq!(got, Err(want));
        }
    });
}

#[test]
fn kv_counts_and_compares() {
    let gateway = Gateway::new();
    gateway.run(|| {
        assert_eq!((kv::increment("n", 40), kv::increment("n", 2)), (Ok(40), Ok(42)));
        assert_eq!(kv::increment("n", i64::MAX), Err(Code::EINVAL));
        assert_eq!(kv::put("text", "abc", None), Ok(()));
        assert_eq!(kv::increment("text", 1), Err(Code::EINVAL));
        assert_eq!((kv::create("c", "1", SECOND), kv::create("c", "2", None)), (Ok(()), Err(Code::EEXIST)));
        assert_eq!(kv::compare_and_set("c", "2", "3", None), Err(Code::EEXIST));
        assert_eq!(kv::compare_and_set("c", "1", "3", None), Ok(()));
        assert_eq!(kv::compare_and_set("absent", "", "3", None), Err(Code::EEXIST));
        assert_eq!(kv::get("c"), Ok(Some(b"3".to_vec())));
        for key in ["a/2", "a/1", "a/3", "b"] {
            kv::put(key, "", None).unwrap();
        }
        let list = kv::list("a/", "a/1", 10).unwrap();
        assert_eq!(list.iter().collect::<Vec<_>>(), ["a/2", "a/3"]);
        assert_eq!(kv::list("a/", "", 1).unwrap().iter().collect::<Vec<_>>(), ["a/1"]);
        assert_eq!(kv::list("", "", 0), Err(Code::EINVAL));
        assert_eq!((kv::delete("b"), kv::delete("b")), (Ok(true), Ok(false)));
    });
    assert_eq!((gateway.kv("n"), gateway.kv("b")), (Some(b"42".to_vec()), None));
}

#[test]
fn a_bucket_fills_with_time() {
    let gateway = Gateway::new().bucket("b", 2.0, 3).now(Duration::from_secs(100));
    gateway.run(|| {
        assert_eq!((throttle::take("b", "k", 2), throttle::take("b", "k", 1)), (Ok(None), Ok(None)));
        assert_eq!(throttle::take("b", "k", 1), Ok(Some(Duration::from_millis(500))));
        assert_eq!(throttle::take("b", "", 3), Ok(None));
        assert_eq!(throttle::take("none", "k", 1), Err(Code::ENOENT));
        assert_eq!((throttle::take("b", "k", 0), throttle::take("b", "k", 4)), (Err(Code::EINVAL), Err(Code::EINVAL)));
        assert_eq!(throttle::take("b", [0; 513], 1), Err(Code::E2BIG));
    });
    gateway.now(Duration::from_millis(100_500)).run(|| assert_eq!(throttle::take("b", "k", 1), Ok(None)));
}

#[test]
fn secrets_are_read_or_used() {
    let gateway = Gateway::new().secret("read", "value").usable_secret("use", "Jefe");
    gateway.run(|| {
        assert_eq!(secrets::read("read"), Ok(b"value".to_vec()));
        assert_eq!((secrets::read("use"), secrets::read("none")), (Err(Code::EPERM), Err(Code::ENOENT)));
        let data = "what do ya want for nothing?";
        for (hash, size) in [(Hash::Sha1, 20), (Hash::Sha256, 32), (Hash::Sha512, 64)] {
            let mut mac = secrets::hmac("use", hash, data).unwrap();
            assert_eq!(mac.len(), size);
            assert_eq!(secrets::verify("use", hash, data, &mac), Ok(true));
            assert_eq!(secrets::verify("use", hash, data, &mac[1..]), Ok(false));
            mac[size - 1] ^= 1;
            assert_eq!(secrets::verify("use", hash, data, &mac), Ok(false));
        }
        assert_eq!(secrets::verify("none", Hash::Sha256, data, &[]), Err(Code::ENOENT));
    });
}

#[test]
fn metrics_count() {
    let gateway = Gateway::new().metric(Kind::Counter, "c", &["a", "b"]).metric(Kind::Gauge, "g", &[]).metric(
        Kind::Histogram,
        "h",
        &[],
    );
    gateway.run(|| {
        for value in [1.0, 2.5] {
            metrics::counter_add("c", &[("b", "2"), ("a", "1")], value).unwrap();
            metrics::gauge_set("g", &[], value).unwrap();
            metrics::histogram_observe("h", &[], value).unwrap();
        }
        for (got, want) in [
            (metrics::counter_add("none", &[], 1.0), Code::ENOENT),
            (metrics::counter_add("g", &[], 1.0), Code::EINVAL),
            (metrics::counter_add("c", &[], -1.0), Code::EINVAL),
            (metrics::gauge_set("g", &[], f64::NAN), Code::EINVAL),
            (metrics::counter_add("c", &[("z", "")], 1.0), Code::EINVAL),
            (metrics::counter_add("c", &[("a", ""), ("a", "")], 1.0), Code::EINVAL),
            (metrics::counter_add("c", &[("a", &"x".repeat(129))], 1.0), Code::E2BIG),
        ] {
            assert_eq!(got, Err(want));
        }
    });
    assert_eq!(gateway.measured("c", &["1", "2"]), 3.5);
    assert_eq!((gateway.measured("g", &[]), gateway.measured("h", &[])), (2.5, 2.0));
}

#[test]
fn one_call_may_call_a_capability_a_thousand_times() {
    let gateway = Gateway::new();
    gateway.run(|| {
        assert_eq!((0..1000).filter(|_| cache::get("k").is_ok()).count(), 1000);
        assert_eq!((cache::get("k"), kv::get("k")), (Err(Code::EAGAIN), Ok(None)));
    });
    gateway.run(|| assert_eq!(cache::get("k"), Ok(None)));
}

portico::configure! {
    static NOTHING: () = |_| cache::get("k").map(drop);
}

#[test]
fn no_capability_works_while_the_configuration_is_read() {
    assert_eq!(Gateway::new().configure(&NOTHING), Err(Code::EPHASE.to_string()));
}

/// Answers with the request's method, URL and body.
fn echo(req: &Outbound) -> Result<Response, Code> {
    match &*req.url {
        "http://down/" => Err(Code::ECONN),
        url => {
            let body = format!("{} {url} {}", req.method, String::from_utf8_lossy(&req.body));
            Ok(Response::new(200, body)
                .with("X-Trailers", &format!("{:?}", req.trailers))
                .with("A", "1")
                .with("a", "2"))
        }
    }
}

#[test]
fn a_request_is_sent_and_answered() {
    Gateway::new().upstream(echo).run(|| {
        let body = String::from("hello");
        let request = http::Request::new("POST", "https://api.example.com/x").header("Content-Type", "text/plain");
        let mut answer = request.body(&body).timeout(Duration::from_secs(1)).follow_redirects().send().unwrap();
        assert_eq!(answer.status(), Ok(200));
        assert_eq!((answer.header("a"), answer.header("absent")), (Ok(Some("1, 2".into())), Ok(None)));
        assert_eq!(answer.headers().unwrap().iter().count(), 3);
        assert_eq!(answer.trailers().map(drop), Err(Code::EPHASE));
        let mut piece = [0; 4];
        assert_eq!(answer.read(&mut piece), Ok(4));
        assert_eq!(&piece, b"POST");
        assert_eq!(answer.read_to_end().unwrap(), b" https://api.example.com/x hello");
        assert!(answer.trailers().unwrap().is_empty());
    });
}

#[test]
fn several_requests_are_waited_for() {
    Gateway::new().upstream(echo).run(|| {
        let mut waiting = http::Request::new("PUT", "http://slow/").header("Trailer", "Sum").upload().unwrap();
        let mut quick = http::Request::new("GET", "http://quick/").start().unwrap();
        assert_eq!(http::wait(&[waiting.exchange(), &quick], SECOND), Ok(1));
        assert_eq!(quick.read_to_end().unwrap(), b"GET http://quick/ ");
        drop(quick);
        assert_eq!(http::wait(&[waiting.exchange()], SECOND), Err(Code::ETIMEDOUT));
        waiting.write("a").unwrap();
        waiting.write("b").unwrap();
        assert_eq!(waiting.set_trailer("Other", "1"), Err(Code::EINVAL));
        waiting.set_trailer("Sum", "2").unwrap();
        let mut answer = waiting.finish().unwrap();
        assert_eq!(answer.header("x-trailers").unwrap().unwrap(), r#"[("Sum", "2")]"#);
        assert_eq!(answer.read_to_end().unwrap(), b"PUT http://slow/ ab");
        assert_eq!(http::wait(&[], None), Err(Code::EINVAL));
    });
}

#[test]
fn requests_that_cannot_be_sent_are_refused() {
    Gateway::new().upstream(echo).run(|| {
        for (method, url, name, want) in [
            ("GET", "http://down/", "A", Code::ECONN),
            ("GET", "ftp://host/", "A", Code::EINVAL),
            ("GET", "/path", "A", Code::EINVAL),
            ("GET", "http://user@host/", "A", Code::EINVAL),
            ("GET", "http://host/#f", "A", Code::EINVAL),
            ("", "http://host/", "A", Code::EINVAL),
            ("GET", "http://host/", "A B", Code::EINVAL),
            ("GET", "http://host/", "Host", Code::EPERM),
            ("GET", "http://host/", "Proxy-Authorization", Code::EPERM),
            ("GET", "http://host/", "Trailer", Code::EINVAL),
        ] {
            let sent = http::Request::new(method, url).header(name, "").send();
            assert_eq!(sent.map(drop), Err(want), "{method} {url} {name}");
        }
    });
    Gateway::new().run(|| {
        let sent = http::Request::new("GET", "http://host/").send();
        assert_eq!(sent.map(drop), Err(Code::EPERM), "nothing is granted");
    });
}

#[test]
fn sixteen_requests_are_open_at_once() {
    Gateway::new().upstream(echo).run(|| {
        for _ in 0..3 {
            let mut open: Vec<_> =
                (0..16).map(|_| http::Request::new("GET", "http://host/").start().unwrap()).collect();
            assert_eq!(http::Request::new("GET", "http://host/").start().map(drop), Err(Code::EAGAIN));
            open.pop();
            assert_eq!(http::Request::new("GET", "http://down/").send().map(drop), Err(Code::ECONN));
            assert!(http::Request::new("GET", "http://host/").start().is_ok());
        }
    });
}

#[test]
fn a_token_is_verified() {
    let gateway = Gateway::new().token("main", "good", r#"{"sub":"alice"}"#).bad_token("main", "old", "expired");
    gateway.bad_token("main", "x", "malformed").run(|| {
        assert_eq!(jwt::verify("main", "good").as_deref(), Ok(r#"{"sub":"alice"}"#));
        assert_eq!(jwt::reason().as_deref(), Ok(""));
        assert_eq!((jwt::verify("main", "old"), &*jwt::reason().unwrap()), (Err(Code::EPERM), "expired"));
        assert_eq!((jwt::verify("main", "other"), &*jwt::reason().unwrap()), (Err(Code::EPERM), "signature"));
        assert_eq!((jwt::verify("main", "x"), &*jwt::reason().unwrap()), (Err(Code::EINVAL), "malformed"));
        assert_eq!(jwt::verify("none", "good"), Err(Code::ENOENT));
        assert_eq!(jwt::verify("main", &"x".repeat(16385)), Err(Code::E2BIG));
    });
}
