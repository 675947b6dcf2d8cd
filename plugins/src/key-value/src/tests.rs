use crate::settings::parse;
use crate::{serve, SETTINGS};
use portico::kv;
use portico::testing::Gateway;

fn gateway() -> Gateway {
    let gateway = Gateway::new().path_param("collection", "c").path_param("key", "k");
    assert_eq!(gateway.configure(&SETTINGS), Ok(()));
    gateway
}

#[test]
fn a_number_that_was_removed_a_moment_ago_counts_from_nothing() {
    let gateway = gateway().method("POST").field(portico::Field::Resource, "/{collection}/{key}/increment");
    gateway.run(|| kv::put("c/k", "", None)).unwrap();
    let answered = gateway.integrate(serve);
    assert_eq!((answered.response.status, &*answered.response.body), (200, &b"{\"value\":1}"[..]));
}

#[test]
fn a_route_without_a_collection_fails_with_the_reason() {
    let gateway = Gateway::new();
    assert_eq!(gateway.configure(&SETTINGS), Ok(()));
    assert!(gateway.integrate(serve).outcome.is_err());
    assert_eq!(gateway.logged(), ["the route has no {collection}"]);
}

#[test]
fn mistakes_are_named_by_their_key() {
    let names = "the name of a collection is 1 to 64 letters, digits, and . _ -";
    for (config, want) in [
        (
            r#"{"readonly": true}"#,
            "config.readonly: there is no such key, only collections, read_only, ttl, max_ttl, max_value".to_string(),
        ),
        (r#"{"read_only": 1}"#, "config.read_only: must be true or false".into()),
        (
            r#"{"ttl": "0s"}"#,
            "config.ttl: must be a duration such as \"30s\" or \"5m\", from \"1s\" to \"87600h\"".into(),
        ),
        (
            r#"{"max_value": "1MiB"}"#,
            "config.max_value: must be a size such as \"64KiB\" or \"1MiB\", from 1 to 1047552 bytes".into(),
        ),
        (r#"{"ttl": "2h", "max_ttl": "1h"}"#, "config.ttl: must not be greater than max_ttl".into()),
        (
            r#"{"ttl": "2h", "collections": {"a": {"max_ttl": "1h"}}}"#,
            "config.collections.a.ttl: must not be greater than max_ttl".into(),
        ),
        (r#"{"collections": ["a"]}"#, "config.collections: must be a table".into()),
        (r#"{"collections": {"a": true}}"#, "config.collections.a: must be a table".into()),
        (r#"{"collections": {"a/b": {}}}"#, format!("config.collections.a/b: {names}")),
        (
            r#"{"collections": {"a": {"ttls": "1s"}}}"#,
            "config.collections.a.ttls: there is no such key, only read_only, ttl, max_ttl, max_value".into(),
        ),
    ] {
        assert_eq!(parse(config).err(), Some(want), "{config}");
    }
}

#[test]
fn without_a_table_of_collections_there_is_any_that_has_a_name() {
    for (name, status) in
        [("c", 404), ("A.b_c-9", 404), (&*"c".repeat(64), 404), (&*"c".repeat(65), 400), ("a b", 400), ("ü", 400)]
    {
        let gateway = Gateway::new().path_param("collection", name).path_param("key", "k");
        assert_eq!(gateway.configure(&SETTINGS), Ok(()));
        assert_eq!(gateway.integrate(serve).response.status, status, "{name}");
    }
}
