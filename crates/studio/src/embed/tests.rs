use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use super::*;

const NONCE: &str = "0123456789abcdef";

fn heard(message: &Value) -> Result<Heard, Refusal> {
    read(&message.to_string())
}

/// A message of each kind that a host can say, at its fullest and at its shortest.
fn said_by_hosts() -> Vec<Value> {
    vec![
        json!({ "komposition": "hello", "version": 1, "nonce": NONCE }),
        json!({ "komposition": "configure" }),
        json!({
            "komposition": "configure", "language": "ru", "theme": "light",
            "connection": "https://relay.example/", "picker": true,
        }),
        json!({ "komposition": "prompt", "prompt": "кот" }),
        json!({
            "komposition": "prompt", "prompt": "кот", "negative": "текст", "style": "ANIME",
            "width": 1024, "height": 576, "create": true,
        }),
    ]
}

/// The same of the studio.
fn said_by_the_studio() -> Vec<Told<'static>> {
    let asked =
        Ended { event: "started", job: "j1", prompt: "кот", size: (1024, 576), ..Ended::default() };
    let made = Ended {
        negative: "текст",
        style: "ANIME",
        kind: "image/png",
        drawn: Some(4_200),
        event: "done",
        ..asked.clone()
    };
    let mut all = vec![
        Told::Hello,
        Told::Resize { height: 640 },
        Told::Result(asked.clone()),
        Told::Result(made.clone()),
        Told::Result(Ended { event: "picked", ..made }),
        Told::Result(Ended { event: "failed", failure: "censored", ..asked }),
        Told::Error { code: "not-allowed", to: "configure" },
        Told::Error { code: "too-many", to: UNASKED },
    ];
    all.extend([Standing::Unknown, Standing::Known, Standing::MaySpend].map(|standing| Told::Ready {
        nonce: NONCE,
        app: "0.1.0",
        standing,
        stores: true,
    }));
    all
}

#[test]
fn a_host_is_understood() {
    let [hello, nothing, configure, short, full] = said_by_hosts().try_into().unwrap();
    assert_eq!(heard(&hello), Ok(Heard::Hello { nonce: NONCE.into() }));
    assert_eq!(heard(&nothing), Ok(Heard::Configure(Configure::default())));
    let wanted = Configure {
        language: Some("ru"),
        theme: Some("light"),
        connection: Some("https://relay.example/".into()),
        picker: Some(true),
    };
    assert_eq!(heard(&configure), Ok(Heard::Configure(wanted)));
    assert_eq!(heard(&short), Ok(Heard::Prompt(Preset { prompt: "кот".into(), ..Preset::default() })));
    let wanted = Preset {
        prompt: "кот".into(),
        negative: Some("текст".into()),
        style: Some("ANIME".into()),
        size: Some((1024, 576)),
        create: true,
    };
    assert_eq!(heard(&full), Ok(Heard::Prompt(wanted)));
}

#[test]
fn what_nobody_knows_is_passed_over_and_what_is_wrong_spoils_the_message() {
    let future = json!({ "komposition": "configure", "theme": "dark", "sound": [1, { "a": null }] });
    assert!(matches!(heard(&future), Ok(Heard::Configure(Configure { theme: Some("dark"), .. }))));
    for (message, refusal) in [
        (json!({ "komposition": "reset" }), Refusal::Unknown),
        (json!({ "komposition": "hello", "version": 2, "nonce": NONCE }), Refusal::Version),
        (json!({ "komposition": "hello", "version": "1", "nonce": NONCE }), Refusal::Malformed),
        (json!({ "komposition": "hello", "version": 1, "nonce": "short" }), Refusal::Malformed),
        (json!({ "komposition": "hello", "version": 1, "nonce": "<b>0123456789abcdef" }), Refusal::Malformed),
        (json!({ "komposition": "configure", "language": "tlh" }), Refusal::Malformed),
        (json!({ "komposition": "configure", "theme": true }), Refusal::Malformed),
        (json!({ "komposition": "configure", "picker": "yes" }), Refusal::Malformed),
        (json!({ "komposition": "prompt" }), Refusal::Malformed),
        (json!({ "komposition": "prompt", "prompt": 7 }), Refusal::Malformed),
        (json!({ "komposition": "prompt", "prompt": "x", "width": 64 }), Refusal::Malformed),
        (json!({ "komposition": "prompt", "prompt": "x", "width": -1, "height": 1 }), Refusal::Malformed),
        (json!({ "komposition": "prompt", "prompt": "x", "width": 1e9, "height": 1 }), Refusal::Malformed),
        (json!({ "komposition": "prompt", "prompt": "x", "create": 1 }), Refusal::Malformed),
        (json!({ "komposition": 1 }), Refusal::Malformed),
        (json!([]), Refusal::Malformed),
        (json!("hello"), Refusal::Malformed),
        (json!(null), Refusal::Malformed),
    ] {
        assert_eq!(heard(&message), Err(refusal), "{message}");
    }
}

#[test]
fn what_is_too_long_is_not_even_looked_at() {
    let long = |length| json!({ "komposition": "prompt", "prompt": "x".repeat(length) }).to_string();
    let rest = long(0).len();
    assert!(read(&long(LONGEST - rest)).is_ok());
    assert_eq!(read(&long(LONGEST - rest + 1)), Err(Refusal::TooLarge));
    // Deep nesting ends the reading, not the program.
    let deep = "[".repeat(LONGEST);
    assert_eq!(read(&deep), Err(Refusal::Malformed));
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "\\PC{0,12}",
        proptest::sample::select(vec![
            "komposition",
            "hello",
            "configure",
            "prompt",
            "version",
            "nonce",
            "language",
            "ru",
            "theme",
            "dark",
            "picker",
            "connection",
            "width",
            "height",
            "create",
            NONCE,
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        (0_u64..4).prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..8)
                .prop_map(|fields| Value::from(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(message in any_json()) {
        let _ = heard(&message);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn a_spoilt_message_is_read_or_refused(
        which in 0..5_usize, name in 0..8_usize, value in any_json(), cut in any::<proptest::sample::Index>(),
    ) {
        let mut message = said_by_hosts().remove(which);
        let names: Vec<String> = message.as_object().unwrap().keys().cloned().collect();
        message[&names[name % names.len()]] = value;
        if let Ok(Heard::Hello { nonce }) = heard(&message) {
            prop_assert!((16..=64).contains(&nonce.len()));
        }
        let text = message.to_string();
        let at = text.floor_char_boundary(cut.index(text.len()));
        let _ = read(&text[..at]);
    }

    #[test]
    fn no_more_is_allowed_than_the_pace_says(
        waits in proptest::collection::vec(0_u64..500, 1..200), burst in 1_u32..10,
    ) {
        let (mut pace, mut now, mut allowed) = (Pace::new(burst, 100), 1_000, 0);
        for wait in waits {
            now += wait;
            allowed += u64::from(pace.allows(now));
            prop_assert!(allowed <= u64::from(burst) + (now - 1_000) / 100);
        }
    }

    #[test]
    fn a_clock_set_back_silences_nobody_for_long(first in 0_u64..1_000_000, second in 0_u64..1_000_000) {
        let mut pace = Pace::new(3, 100);
        while pace.allows(first) {}
        prop_assert!((0..=1).any(|spans| pace.allows(second + spans * 100)));
    }
}

#[test]
fn after_a_burst_there_is_one_in_each_span() {
    let mut pace = Pace::new(2, 100);
    let allowed: Vec<bool> = [0, 0, 0, 50, 100, 150, 199, 200].map(|now| pace.allows(now)).into();
    assert_eq!(allowed, [true, true, false, false, true, false, false, true]);
}

fn hosts() -> Hosts {
    Hosts::read(&json!({ "embed": {
        "origins": ["https://intranet.example", "*", "null", "https://slash.example/", 7, "http://plain.example:8080"],
        "may_spend": ["https://shop.example"],
    } }))
}

const OWN: &str = "https://studio.example";

fn alone(parent: &str) -> Standing {
    hosts().standing(OWN, parent, &Above::Origins(vec![parent.to_owned()]))
}

#[test]
fn only_the_very_origin_is_known() {
    assert_eq!(alone("https://intranet.example"), Standing::Known);
    assert_eq!(alone("http://plain.example:8080"), Standing::Known);
    assert_eq!(alone("https://shop.example"), Standing::MaySpend);
    assert_eq!(alone(OWN), Standing::Known, "the app's own pages");
    for stranger in [
        "http://intranet.example",
        "https://intranet.example:8443",
        "https://intranet.example.evil.example",
        "https://evil-intranet.example",
        "https://INTRANET.example",
        "https://slash.example",
        "http://plain.example",
        "null",
        "*",
        "",
    ] {
        assert_eq!(alone(stranger), Standing::Unknown, "{stranger}");
    }
}

#[test]
fn one_stranger_further_up_makes_it_a_strangers_page() {
    let parent = "https://shop.example";
    let among = |all: &[&str]| {
        hosts().standing(OWN, parent, &Above::Origins(all.iter().map(|&origin| origin.to_owned()).collect()))
    };
    assert_eq!(among(&[parent, "https://intranet.example"]), Standing::MaySpend);
    assert_eq!(
        among(&["null", "https://intranet.example"]),
        Standing::MaySpend,
        "the parent spoke for itself"
    );
    assert_eq!(among(&[parent, "null"]), Standing::Unknown, "somebody who is hidden");
    assert_eq!(among(&[parent, "https://evil.example"]), Standing::Unknown);
    assert_eq!(hosts().standing(OWN, parent, &Above::Nested(false)), Standing::MaySpend);
    assert_eq!(hosts().standing(OWN, parent, &Above::Nested(true)), Standing::Unknown);
}

#[test]
fn lists_that_are_not_there_list_nobody() {
    for config in [json!(null), json!({}), json!({ "embed": 7 }), json!({ "embed": { "origins": "*" } })] {
        assert_eq!(Hosts::read(&config), Hosts::default(), "{config}");
    }
    let mut two = Hosts::default();
    two.add(hosts());
    assert_eq!(two, hosts());
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../docs/embedding/messages.schema.json")).unwrap()
}

/// What one of the two sides may say, by the schema.
fn side(name: &str) -> jsonschema::Validator {
    let mut schema = schema();
    schema["$ref"] = Value::from(format!("#/$defs/{name}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn the_schema_describes_what_is_read() {
    let host = side("host");
    for message in said_by_hosts() {
        assert!(host.is_valid(&message), "{message}");
        assert!(heard(&message).is_ok(), "{message}");
        // Whatever the schema wants is wanted here too: each field of another kind, or missing.
        for name in message.as_object().unwrap().keys() {
            for value in [json!([]), json!({}), json!(-1), json!("?"), json!(true), json!(7)] {
                let mut other = message.clone();
                other[name] = value;
                assert_eq!(host.is_valid(&other), heard(&other).is_ok(), "{other}");
            }
            let mut without = message.clone();
            without.as_object_mut().unwrap().remove(name);
            assert_eq!(host.is_valid(&without), heard(&without).is_ok(), "{without}");
        }
    }
}

#[test]
fn the_schema_describes_what_is_written() {
    let studio = side("studio");
    for told in said_by_the_studio() {
        let message: Value = serde_json::from_str(&told.to_text()).unwrap();
        let faults: Vec<String> = studio.iter_errors(&message).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{message}: {faults:?}");
    }
    assert!(!studio.is_valid(&json!({ "komposition": "result", "event": "danced" })));
}

#[test]
fn every_refusal_is_a_word_of_the_schema() {
    let known = schema()["$defs"]["error"]["properties"]["code"]["examples"].clone();
    for refusal in [Refusal::TooLarge, Refusal::Malformed, Refusal::Unknown, Refusal::Version] {
        assert!(known.as_array().unwrap().contains(&Value::from(refusal.name())), "{refusal:?}");
    }
}
