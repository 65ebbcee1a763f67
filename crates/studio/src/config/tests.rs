use proptest::prelude::*;
use serde_json::json;

use super::*;

const DOCUMENTATION: &str = include_str!("../../../../docs/config.md");
const SCHEMA: &str = include_str!("../../../../docs/config.schema.json");
const DEFAULT: &str = include_str!("../../../../src/shell/config.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn fits(config: &Value) -> bool {
    jsonschema::validator_for(&schema()).unwrap().is_valid(config)
}

fn wrong(at: &'static str) -> Problem {
    Problem::Wrong { at, place: None }
}

fn problems(config: &Value) -> Vec<Problem> {
    read(&config.to_string()).1
}

#[test]
fn all_that_can_be_said_is_read() {
    let (config, problems) = read(
        r#"{
            "$schema": "./config.schema.json",
            "connection": { "kind": "relay", "address": "https://relay.example/studio/" },
            "relays": ["https://relay.example", "http://[::1]:8787"],
            "language": "ru",
            "theme": "light",
            "title": " Наша студия ",
            "embed": { "origins": ["https://intranet.example"], "may_spend": ["https://intranet.example"] }
        }"#,
    );
    assert_eq!(problems, []);
    let intranet = || vec!["https://intranet.example".to_owned()];
    assert_eq!(
        config,
        Config {
            connection: Some(Preset {
                source: Source::Relay,
                address: Some(Base::new("https://relay.example/studio").unwrap()),
            }),
            relays: Some(vec!["https://relay.example".into(), "http://[::1]:8787".into()]),
            language: Some("ru".into()),
            theme: Some("light".into()),
            title: Some("Наша студия".into()),
            embed: Embed { origins: intranet(), may_spend: intranet() },
        }
    );
}

#[test]
fn the_file_that_is_built_in_wants_nothing() {
    for text in [DEFAULT, "", " \n", "{}", "\u{feff}{}", r#"{"connection":null,"relays":null,"embed":null}"#]
    {
        assert_eq!(read(text), (Config::default(), vec![]), "{text:?}");
    }
}

#[test]
fn what_is_no_object_is_said_and_nothing_of_it_is_used() {
    for text in ["{", "[]", "null", "7", "\"x\"", "<!doctype html>", "{\"language\":\"ru\",}"] {
        assert_eq!(read(text), (Config::default(), vec![Problem::NotJson]), "{text}");
    }
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_used() {
    let (config, problems) = read(
        &json!({
            "connection": { "kind": "moon" },
            "language": "tlh",
            "theme": 7,
            "title": "  ",
            "embed": { "origins": ["https://a.example", "https://b.example/page", 7], "may_spend": "all" },
            "from the future": { "language": [] },
        })
        .to_string(),
    );
    let place = |place| Problem::Wrong { at: "embed.origins", place: Some(place) };
    assert_eq!(
        problems,
        [
            wrong("connection.kind"),
            wrong("language"),
            wrong("theme"),
            wrong("title"),
            place(1),
            place(2),
            wrong("embed.may_spend"),
        ]
    );
    let embed = Embed { origins: vec!["https://a.example".into()], may_spend: vec![] };
    assert_eq!(config, Config { embed, ..Config::default() });
}

#[test]
fn a_list_of_relays_that_cannot_be_read_allows_none() {
    for list in [json!("https://relay.example"), json!([]), json!(["relay.example"]), json!({})] {
        let config = json!({ "relays": list });
        assert_eq!(read(&config.to_string()).0.relays, Some(vec![]), "{list}");
    }
}

#[test]
fn an_origin_is_written_as_a_browser_writes_it() {
    for good in ["https://a.example", "http://a.example:8080", "http://[::1]", "http://10.0.0.7:81"] {
        assert_eq!(problems(&json!({ "relays": [good] })), [], "{good}");
    }
    for bad in [
        "https://a.example/",
        "https://A.example",
        "https://a.example:443",
        "a.example",
        "https://u:p@a.example",
        "*",
        "https://*.example",
        "null",
        "file:///",
        "",
    ] {
        let told = problems(&json!({ "relays": [bad] }));
        assert_eq!(told, [Problem::Wrong { at: "relays", place: Some(0) }], "{bad}");
    }
}

#[test]
fn a_relay_that_is_not_in_the_list_is_no_preset_and_no_address() {
    let list = ["https://relay.example".to_owned()];
    let config =
        json!({ "connection": { "kind": "relay", "address": "https://other.example" }, "relays": list });
    let (read, problems) = read(&config.to_string());
    assert_eq!((read.connection, problems), (None, vec![Problem::NotAllowed]));
    let may = |address: &str| allows(&config, &Base::new(address).unwrap());
    assert!(may("https://relay.example/deep/path") && may("relay.example") && may(Base::OFFICIAL));
    assert!(!may("http://relay.example") && !may("https://relay.example:8443"));
    assert!(!may("https://relay.example.evil.example"));
    assert!(allows(&Value::Null, &Base::new("https://anywhere.example").unwrap()));
}

#[test]
fn the_service_needs_no_address_and_a_relay_does() {
    let connection = |value: Value| read(&json!({ "connection": value }).to_string());
    let (config, problems) = connection(json!({ "kind": "direct" }));
    assert_eq!(config.connection, Some(Preset { source: Source::Direct, address: None }));
    assert_eq!(problems, []);
    for value in [
        json!({ "kind": "relay" }),
        json!({ "kind": "relay", "address": "https://k:s@relay.example" }),
        json!({ "kind": "relay", "address": 7 }),
        json!({ "kind": "direct", "address": "https://relay.example?key=1" }),
    ] {
        assert_eq!(
            connection(value.clone()),
            (Config::default(), vec![wrong("connection.address")]),
            "{value}"
        );
    }
    assert_eq!(connection(json!("relay")), (Config::default(), vec![wrong("connection")]));
}

#[test]
fn whatever_is_called_like_a_key_is_told_and_never_read() {
    let told = problems(&json!({
        "connection": { "kind": "direct", "key": "K-1", "Secret": "S-1" },
        "apiKey": "K-2",
        "more": [{ "X-Secret": { "token": 1 } }],
        "keyboard": "qwerty",
        "key": null,
    }));
    let mut places: Vec<_> = told
        .iter()
        .map(|problem| match problem {
            Problem::Secret(place) => place.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    places.sort_unstable();
    let expected =
        ["apiKey", "connection.Secret", "connection.key", "more.0.X-Secret", "more.0.X-Secret.token"];
    assert_eq!(places, expected);
    assert!(!format!("{told:?}").contains("K-"), "the keys themselves are nowhere");
}

#[test]
fn the_schema_knows_the_same_names_and_words() {
    let schema = schema();
    let names: Vec<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .filter(|n| *n != "$schema")
        .collect();
    assert_eq!(names, ["connection", "embed", "language", "relays", "theme", "title"]);
    let words = |name: &str| -> Vec<String> {
        let list = schema["properties"][name]["enum"].as_array().unwrap();
        list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    assert_eq!(
        (words("language"), words("theme")),
        (LANGUAGES.map(str::to_owned).into(), THEMES.map(str::to_owned).into())
    );
    for (_, name) in Source::ALL {
        assert!(fits(&json!({ "connection": { "kind": name, "address": "https://a.example" } })), "{name}");
        assert!(DOCUMENTATION.contains(&format!("`{name}`")), "docs/config.md says nothing of {name}");
    }
    for name in names {
        assert!(DOCUMENTATION.contains(&format!("`{name}`")), "docs/config.md says nothing of {name}");
    }
}

#[test]
fn the_documentation_s_examples_are_right() {
    let blocks: Vec<&str> =
        DOCUMENTATION.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3, "it has examples");
    for block in blocks {
        assert_eq!(read(block).1, [], "{block}");
        assert!(fits(&serde_json::from_str(block).unwrap()), "{block}");
    }
}

fn origin() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("https://a.example")),
        Just(json!("http://localhost:8787")),
        Just(json!("https://a.example/")),
        Just(json!("ftp://a.example")),
        Just(json!("")),
        Just(json!(7)),
    ]
}

/// Values as somebody may write them: right, nearly right, and of any type.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop_oneof![
            Just("ru".to_owned()),
            Just("dark".to_owned()),
            Just("relay".to_owned()),
            Just("https://a.example".to_owned()),
            ".{0,6}"
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("(kind|address|origins|may_spend|secret|[a-z]{1,3})", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_config() -> impl Strategy<Value = Value> {
    let list =
        || prop_oneof![3 => prop::collection::vec(origin(), 0..4).prop_map(Value::from), 1 => any_value()];
    let word = |good: &'static [&'static str]| prop_oneof![3 => prop::sample::select(good).prop_map(Value::from), 1 => any_value()];
    let connection = (word(&["here", "relay", "direct", "demo"]), prop_oneof![origin(), any_value()])
        .prop_map(|(kind, address)| json!({ "kind": kind, "address": address }));
    let embed =
        (list(), list()).prop_map(|(origins, spend)| json!({ "origins": origins, "may_spend": spend }));
    let fields = (
        prop::option::of(prop_oneof![3 => connection, 1 => any_value()]),
        prop::option::of(list()),
        prop::option::of(word(&LANGUAGES)),
        prop::option::of(word(&THEMES)),
        prop::option::of(prop_oneof![".{0,4}".prop_map(Value::from), any_value()]),
        prop::option::of(prop_oneof![3 => embed, 1 => any_value()]),
    );
    fields.prop_map(|(connection, relays, language, theme, title, embed)| {
        let names = ["connection", "relays", "language", "theme", "title", "embed"];
        let values = [connection, relays, language, theme, title, embed];
        let given = names.into_iter().zip(values).filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(given.collect())
    })
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in ".*") {
        read(&text);
    }

    #[test]
    fn what_the_schema_refuses_the_reader_names_and_nothing_else(config in any_config()) {
        // Keys, and a preset that the list of relays does not hold, are no matter of shapes.
        let told = problems(&config)
            .into_iter()
            .filter(|problem| !matches!(problem, Problem::Secret(_) | Problem::NotAllowed))
            .collect::<Vec<_>>();
        prop_assert_eq!(fits(&config), told.is_empty(), "{} {:?}", config, told);
    }

    #[test]
    fn a_fault_in_one_part_changes_no_other(config in any_config(), spoilt in 0_usize..6, by in any_value()) {
        let names = ["connection", "relays", "language", "theme", "title", "embed"];
        let mut other = config.clone();
        other[names[spoilt]] = by;
        let (was, now) = (read(&config.to_string()).0, read(&other.to_string()).0);
        // What may be entered decides about the preset too.
        if spoilt > 1 {
            prop_assert_eq!(&was.connection, &now.connection);
        }
        if spoilt != 1 {
            prop_assert_eq!(&was.relays, &now.relays);
        }
        let same = [was.language == now.language, was.theme == now.theme, was.title == now.title, was.embed == now.embed];
        for (part, same) in same.into_iter().enumerate() {
            prop_assert!(same || spoilt == part + 2);
        }
    }
}
