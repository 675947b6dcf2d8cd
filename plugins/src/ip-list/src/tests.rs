use crate::{authorize, lists, LISTS};
use portico::authorizer::Decision;
use portico::testing::Gateway;
use portico::Field;

fn from(config: &str, address: &str) -> (Option<Decision>, Option<String>) {
    let gateway = Gateway::new().config(config).field(Field::SourceIp, address);
    assert_eq!(gateway.configure(&LISTS), Ok(()));
    let authorized = gateway.authorize(authorize);
    let list = authorized.context.iter().find(|c| c.0 == "list").map(|c| format!("{:?}", c.1));
    (authorized.decision.ok(), list)
}

#[test]
fn an_address_that_no_list_can_have_is_denied_even_by_default_allow() {
    for address in ["", "@", "invalid IP", "unix"] {
        assert_eq!(from(r#"{"default": "allow"}"#, address), (Some(Decision::Deny), None), "{address:?}");
    }
}

#[test]
fn a_zone_does_not_hide_an_address() {
    let config = r#"{"default": "allow", "deny": [{"label": "x", "entries": ["fe80::/10"]}]}"#;
    assert_eq!(from(config, "fe80::1%eth0").0, Some(Decision::Deny));
}

#[test]
fn mistakes_are_named_by_their_place() {
    for (config, want) in [
        (r#"{"defalt": "deny"}"#, "config.defalt: there is no such key, only default, deny, allow"),
        (r#"{"default": "maybe"}"#, r#"config.default: must be one of "allow", "deny""#),
        (r#"{"deny": ["192.0.2.1"]}"#, "config.deny[0]: must be a table"),
        (r#"{"allow": [{"entries": []}]}"#, "config.allow[0].label: is missing"),
        (r#"{"allow": [{"label": "", "entries": []}]}"#, "config.allow[0].label: is missing"),
        (r#"{"allow": [{"label": "a"}]}"#, "config.allow[0].entries: is missing"),
        (
            r#"{"allow": [{"label": "a", "entries": []}, {"label": "b", "entries": ["::1", "10.0.0.1/8", "x"]}]}"#,
            "config.allow[1].entries[1]: \"10.0.0.1/8\" goes on after the 8 bits of its prefix; the network is 10.0.0.0/8\n\
             config.allow[1].entries[2]: \"x\" is neither an address nor a network such as 192.0.2.0/24",
        ),
    ] {
        assert_eq!(lists::parse(config).err().as_deref(), Some(want), "{config}");
    }
}

#[test]
fn a_thousand_mistakes_are_counted_and_fit_into_what_the_gateway_takes() {
    let entry = "\"999.999.999.999 and some more that goes on for longer than an address does\"";
    let config = format!(r#"{{"deny": [{{"label": "a", "entries": [{}]}}]}}"#, vec![entry; 1000].join(","));
    let text = lists::parse(&config).err().unwrap();
    assert!(text.ends_with("\nand 980 more"), "{text}");
    assert!(text.len() <= 4096, "{} bytes", text.len());
}
