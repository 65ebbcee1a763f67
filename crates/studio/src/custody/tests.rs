use proptest::prelude::*;

use super::*;

const NOW: Ms = 1_800_000_000_000;

/// As the first version wrote it: one connection, keys only when they were to be remembered.
const V1_KEYS: &str =
    r#"{"choice":"direct","relay":"","direct":"http://127.0.0.1:9/","key":"K1","secret":"S1"}"#;
const V1_PLAIN: &str =
    r#"{"choice":"relay","relay":"https://relay.example/","direct":"https://api-key.fusionbrain.ai/"}"#;

const V2: &str = r#"{"version":2,"active":"b","connections":[
    {"id":"a","name":"Дома","choice":"direct","direct":"https://one.example/x","for":"direct https://one.example",
     "keep":"remembered","until":1800000000001,"key":"K1","secret":"S1"},
    {"id":"b","choice":"relay","relay":"https://two.example","direct":"https://api-key.fusionbrain.ai/",
     "for":"relay https://two.example","keep":"vault","sealed":{"kdf":"PBKDF2-SHA-256","rounds":600000,
     "salt":"AAAAAAAAAAAAAAAAAAAAAA==","cipher":"AES-256-GCM","nonce":"AAAAAAAAAAAAAAAA","bytes":"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}},
    {"id":"c","choice":"here"}]}"#;

fn keys(kept: &Kept) -> [&str; 3] {
    [&kept.key, &kept.secret, &kept.token]
}

#[test]
fn the_first_version_is_read_and_its_keys_are_remembered_for_ever() {
    let kept = active(V1_KEYS, NOW);
    assert_eq!((kept.choice, kept.direct.as_str()), (Choice::Direct, "http://127.0.0.1:9/"));
    assert_eq!(keys(&kept), ["K1", "S1", ""]);
    assert!(kept.custody == Custody::Remembered(None));
    assert_eq!(kept.given_for, "direct http://127.0.0.1:9");
    let kept = active(V1_PLAIN, NOW);
    assert_eq!((kept.choice, kept.relay.as_str()), (Choice::Relay, "https://relay.example/"));
    assert!(kept.custody == Custody::Tab && !kept.has_keys());
    // And what is written of it is the second version, which says the same.
    for v1 in [V1_KEYS, V1_PLAIN] {
        let cabinet = Cabinet::read(v1, NOW);
        assert!(cabinet.connections == [active(v1, NOW)]);
        assert!(Cabinet::read(&cabinet.to_text(), NOW) == cabinet);
    }
}

#[test]
fn the_second_version_is_read() {
    let cabinet = Cabinet::read(V2, NOW);
    let [one, two, three] = &cabinet.connections[..] else { panic!("three") };
    assert_eq!((cabinet.active.as_str(), one.name.as_str()), ("b", "Дома"));
    assert_eq!(keys(one), ["K1", "S1", ""]);
    assert!(one.until() == Some(NOW + 1) && !one.is_locked());
    assert!(two.is_locked() && two.place().as_deref() == Some("relay https://two.example"));
    assert!(three.custody == Custody::Tab && three.choice == Choice::Here);
    assert!(active(V2, NOW) == *two);
    assert!(Cabinet::read(&cabinet.to_text(), NOW) == cabinet);
}

#[test]
fn keys_whose_time_is_over_are_neither_read_nor_left_in_the_text() {
    assert!(without_expired(V2, NOW).is_none());
    let rest = without_expired(V2, NOW + 1).unwrap();
    assert!(!rest.contains("K1") && !rest.contains("S1"), "{rest}");
    assert!(rest.contains("sealed") && rest.contains("one.example"), "only the keys go: {rest}");
    let read = Cabinet::read(V2, NOW + 1);
    assert!(!read.connections[0].has_keys());
    assert!(Cabinet::read(&rest, NOW + 1) == read);
    // An end that is none has passed.
    for odd in ["\"soon\"", "-1", "1e300", "null"] {
        let text = V2.replace("1800000000001", odd);
        assert!(!Cabinet::read(&text, 0).connections[0].has_keys(), "{odd}");
        assert!(!without_expired(&text, 0).unwrap().contains("K1"), "{odd}");
    }
}

#[test]
fn keys_beside_another_address_than_theirs_are_not_there() {
    let other = V2.replace("\"https://one.example/x\"", "\"https://evil.example/x\"");
    let other = other.replace("\"https://two.example\"", "\"http://two.example\"");
    let read = Cabinet::read(&other, NOW);
    assert!(!read.connections[0].has_keys() && !read.connections[1].is_locked());
    // Another path of the same origin is the same place.
    let path = V2.replace("https://one.example/x", "https://one.example/y/");
    assert!(Cabinet::read(&path, NOW).connections[0].has_keys());
}

#[test]
fn a_vault_that_is_weaker_or_costlier_than_written_here_is_none() {
    // Whether it would be opened.
    let locked = |text: &str| match &Cabinet::read(text, NOW).connections[1].custody {
        Custody::Vault(Some(sealed)) => sealed.parts().is_some(),
        _ => false,
    };
    assert!(locked(V2));
    for (from, to) in [
        ("600000", "599999"),
        ("600000", "10000001"),
        ("600000", "4294967896"),
        ("AES-256-GCM", "none"),
        ("PBKDF2-SHA-256", "PBKDF2"),
        ("\"salt\":\"AAAA", "\"salt\":\""),
        ("\"nonce\":\"AAAA", "\"nonce\":\""),
        ("\"bytes\":\"AAAAAAAAAAAA", "\"bytes\":\""),
        ("\"bytes\":\"", "\"bytes\":\"!"),
    ] {
        let text = V2.replace(from, to);
        assert_ne!(text, V2, "{from}");
        assert!(!locked(&text), "{to}");
    }
}

#[test]
fn a_later_version_and_rubbish_are_the_default() {
    for odd in
        ["", "null", "7", "[]", r#"{"version":3,"connections":[{"id":"a","key":"K"}]}"#, r#"{"version":2}"#]
    {
        let cabinet = Cabinet::read(odd, NOW);
        assert_eq!(cabinet.connections.len(), 1, "{odd}");
        assert!(!cabinet.connections[0].has_keys() && cabinet.active == cabinet.connections[0].id);
        assert!(active(odd, NOW).direct == Base::OFFICIAL);
    }
}

#[test]
fn whose_pages_share_an_address_is_known() {
    for (host, folder, shared) in [
        ("anna.github.io", "/komposition/", true),
        ("ANNA.GitHub.io.", "/", true),
        ("github.io", "/", true),
        ("notgithub.io", "/", false),
        ("studio.example", "/", false),
        ("intranet", "/studio/", true),
        ("127.0.0.1", "/", false),
    ] {
        assert_eq!(is_shared(host, folder), shared, "{host} {folder}");
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z0-9 \"\\\\\n\u{1f}кот]{1,12}"]
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("https://one.example/".to_owned()),
        Just("http://127.0.0.1:8787".to_owned()),
        Just("nowhere at all".to_owned()),
        word()
    ]
}

fn custody() -> impl Strategy<Value = Custody> {
    let bytes = |n: usize| proptest::collection::vec(any::<u8>(), n);
    let sealed = (Sealed::ROUNDS..Sealed::MOST_ROUNDS, bytes(16), bytes(12), bytes(40));
    prop_oneof![
        Just(Custody::Tab),
        proptest::option::of(NOW - 5..NOW + 5).prop_map(Custody::Remembered),
        proptest::option::of(sealed).prop_map(|sealed| {
            let sealed =
                sealed.map(|(rounds, salt, nonce, bytes)| Sealed::new(&Parts { rounds, salt, nonce, bytes }));
            Custody::Vault(sealed)
        }),
    ]
}

prop_compose! {
    fn kept()(
        id in "[a-c]", name in word(), choice in prop_oneof![Just(Choice::Here), Just(Choice::Relay), Just(Choice::Direct), Just(Choice::Demo)],
        relay in address(), direct in address(), secrets in any::<[bool; 3]>(), custody in custody(),
    ) -> Kept {
        let [key, secret, token] = ["KEYKEY", "SECSEC", "TOKTOK"];
        let [key, secret, token] = [(secrets[0], key), (secrets[1], secret), (secrets[2], token)]
            .map(|(there, text)| if there { text.to_owned() } else { String::new() });
        let mut kept = Kept { id, name, choice, relay, direct, key, secret, token, given_for: String::new(), custody };
        if kept.custody != Custody::Tab { kept.given_for = kept.place().unwrap_or_default(); }
        kept
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn only_what_is_remembered_is_written_in_the_clear(kept in proptest::collection::vec(kept(), 1..4)) {
        let remembered = |kept: &Kept| matches!(kept.custody, Custody::Remembered(_));
        let text = Cabinet { active: "a".to_owned(), connections: kept.clone() }.to_text();
        for (secret, has) in [("KEYKEY", Kept::has_keys as fn(&Kept) -> bool), ("SECSEC", Kept::has_keys), ("TOKTOK", Kept::has_keys)] {
            if text.contains(secret) {
                prop_assert!(kept.iter().any(|kept| remembered(kept) && has(kept)), "{text}");
            }
        }
        // What is left without the expired is the rest, word for word.
        if let Some(rest) = without_expired(&text, NOW) {
            prop_assert!(Cabinet::read(&rest, NOW) == Cabinet::read(&text, NOW));
            prop_assert!(without_expired(&rest, NOW).is_none());
            let all: Value = serde_json::from_str(&rest).unwrap();
            let names = |root: &Value| -> Vec<Value> {
                root["connections"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect()
            };
            prop_assert_eq!(names(&all), names(&serde_json::from_str(&text).unwrap()));
        }
        // And what is read back and written again says the same.
        let read = Cabinet::read(&text, NOW);
        let again = Cabinet::read(&read.to_text(), NOW);
        prop_assert!(read == again);
        prop_assert!(read.connections.iter().any(|kept| kept.id == read.active));
        prop_assert!(active(&text, NOW).given_for == again.connections.iter().find(|k| k.id == again.active).unwrap().given_for);
        for kept in &read.connections {
            prop_assert!(kept.until().is_none_or(|until| until > NOW), "its time is over");
            prop_assert!(!kept.has_keys() || kept.given_for.is_empty() || kept.place() == Some(kept.given_for.clone()));
        }
    }

    #[test]
    fn what_is_handed_over_arrives(kept in kept()) {
        prop_assert!(Kept::from_hand(&kept.to_hand()) == kept);
        let mut other = kept.clone();
        other.lock();
        prop_assert!(other.take_keys(&kept.keys_text()) && keys(&other) == keys(&kept));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[\\[\\]{}\":,a-z0-9]{0,80}", cut in 0..V2.len(), put in any::<char>()) {
        let mut broken: String = V2.chars().take(cut).collect();
        broken.push(put);
        broken.extend(V2.chars().skip(cut + 1));
        for text in [text, broken] {
            let cabinet = Cabinet::read(&text, NOW);
            prop_assert!(!cabinet.connections.is_empty() && cabinet.connections.len() <= MOST);
            drop((active(&text, NOW), without_expired(&text, NOW)));
        }
    }
}
