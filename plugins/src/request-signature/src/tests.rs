use crate::{authorize, settings, SETTINGS};
use portico::authorizer::Decision;
use portico::secrets::{hmac, Hash};
use portico::sha256::{hex, sum};
use portico::testing::Gateway;
use portico::Field;
use std::time::Duration;

const NONCE: &str = "0123456789abcdef";

fn gateway() -> Gateway {
    Gateway::new()
        .config(r#"{"keys": {"acme": "s"}, "headers": ["Host", "X-A"]}"#)
        .usable_secret("s", "key")
        .now(Duration::from_secs(1000))
        .field(Field::Host, "h")
        .field(Field::RawPath, "/prod/a")
        .query("b=1&a=2")
        .header("X-A", "1")
        .header("x-a", "2")
}

fn signed(gateway: &Gateway, text: &str, time: u64) -> Gateway {
    let mac = gateway.run(|| hmac("s", Hash::Sha256, text)).unwrap();
    let header =
        format!("HMAC-SHA256 key=acme, time={time}, nonce={NONCE}, body={}, signature={}", hex(&sum("")), hex(&mac));
    gateway.clone().header("Authorization", &header)
}

#[test]
fn the_text_that_is_signed_is_the_documented_one() {
    let text = format!("HMAC-SHA256\nacme\n1000\n{NONCE}\nGET\n/prod/a\na=2&b=1\nhost:h\nx-a:1, 2\n{}", hex(&sum("")));
    let call = signed(&gateway(), &text, 1000);
    assert_eq!(call.configure(&SETTINGS), Ok(()));
    let authorized = call.authorize(authorize);
    assert_eq!(authorized.decision, Ok(Decision::Allow), "{:?}", call.logged());
    assert_eq!(authorized.principal.as_deref(), Some("acme"));
    assert_eq!(call.kv(format!("acme/{NONCE}")), Some(vec![]));
    assert_eq!(call.authorize(authorize).decision, Ok(Decision::Deny));
}

#[test]
fn a_nonce_is_remembered_until_its_signature_is_too_old_for_every_clock() {
    for (time, kept) in [(700, 60), (1000, 360), (1300, 660)] {
        let text =
            format!("HMAC-SHA256\nacme\n{time}\n{NONCE}\nGET\n/prod/a\na=2&b=1\nhost:h\nx-a:1, 2\n{}", hex(&sum("")));
        let call = signed(&gateway(), &text, time);
        assert_eq!(call.configure(&SETTINGS), Ok(()));
        assert_eq!(call.authorize(authorize).decision, Ok(Decision::Allow), "{:?}", call.logged());
        let there = |after: u64| call.clone().now(Duration::from_millis(1_000_000 + after)).kv(format!("acme/{NONCE}"));
        assert!(there(kept * 1000 - 1).is_some() && there(kept * 1000 + 1).is_none(), "{time}");
    }
}

#[test]
fn mistakes_are_named_by_their_key() {
    let keys = "is missing; it names the secret of each key: acme = \"acme-signing\"";
    for (config, want) in [
        ("{}", format!("config.keys: {keys}")),
        (r#"{"keys": {}}"#, format!("config.keys: {keys}")),
        (r#"{"keys": "s"}"#, "config.keys: must be a table".into()),
        (r#"{"keys": {"a/b": "s"}}"#, "config.keys.a/b: the id of a key has 1 to 64 letters, digits, and . _ ~ -".into()),
        (r#"{"keys": {"a": 1}}"#, "config.keys.a: must be the name of a secret, or a table with secret and principal".into()),
        (r#"{"keys": {"a": {}}}"#, "config.keys.a.secret: is missing".into()),
        (r#"{"keys": {"a": {"secret": "s", "who": "x"}}}"#, "config.keys.a.who: there is no such key, only secret, principal".into()),
        (r#"{"keys": {"a": "s"}, "windows": "5m"}"#, "config.windows: there is no such key, only keys, window, headers, verify_body, max_body".into()),
        (r#"{"keys": {"a": "s"}, "window": "2h"}"#, "config.window: must be a duration such as \"30s\" or \"5m\", from \"1s\" to \"1h\"".into()),
        (r#"{"keys": {"a": "s"}, "headers": ["a b"]}"#, "config.headers: \"a b\" is not the name of a header".into()),
        (r#"{"keys": {"a": "s"}, "headers": ["X", "x"]}"#, "config.headers: \"x\" comes twice".into()),
        (
            r#"{"keys": {"a": "s"}, "headers": ["Content-Length"]}"#,
            "config.headers: \"content-length\" cannot be signed: the gateway keeps it from plugins, or it holds the signature".into(),
        ),
        (r#"{"keys": {"a": "s"}, "verify_body": "no"}"#, "config.verify_body: must be true or false".into()),
        (r#"{"keys": {"a": "s"}, "max_body": "11MiB"}"#, "config.max_body: must be a size such as \"64KiB\" or \"1MiB\", from 0 to 10485760 bytes".into()),
    ] {
        assert_eq!(settings::parse(config).err(), Some(want), "{config}");
    }
}

#[test]
fn a_secret_that_is_not_granted_fails_with_the_line_to_write() {
    let call = signed(&gateway(), "", 1000).config(r#"{"keys": {"acme": "other"}}"#);
    assert_eq!(call.configure(&SETTINGS), Ok(()));
    assert!(call.authorize(authorize).decision.is_err());
    assert!(call.logged()[0].contains("write other = \"use\" below [secrets]"), "{:?}", call.logged());
}
