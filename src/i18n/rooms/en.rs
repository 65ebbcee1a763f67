//! English, in the rooms beside the studio.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    connection_intro: "Where pictures come from",
    from_here: "The relay that serves this page",
    from_here_text: "Nothing to set up: it holds the keys, or simulates the service.",
    from_here_missing: "This page was not served by a relay.",
    from_relay: "Another relay",
    from_relay_text: "A komposition-relay in your network; it must allow this page's origin.",
    from_direct: "Fusion Brain, directly",
    from_direct_text: "Your own key and secret, sent from this browser to the service.",
    relay_address: "Address of the relay",
    base_address: "Address of the service",
    key: "Key",
    secret: "Secret",
    remember: "Remember the keys in this browser",
    remember_text: "They are kept readable in localStorage: anyone who uses this browser, and any page on this address, can read them. Without this they are gone when you close or reload the tab.",
    test: "Test",
    testing: "Testing…",
    test_ok: |models| match models {
        1 => "It works: one model.".to_owned(),
        n => format!("It works: {n} models."),
    },
    use_it: "Use this connection",
    forget: "Forget keys",
    forgotten: "The keys are forgotten.",
    bad_address: "This is no address: it should look like https://relay.example/ .",
    not_a_relay: "Something answers there, but it is no komposition-relay.",
    keys_missing: "Both key and secret are needed.",
    plain_http: "This address is not encrypted: keys can be read on the way. Use it only inside a network you trust.",
    key_guide: "How to get keys",
    key_steps: [
        "Sign in at fusionbrain.ai and open the API section.",
        "Create a key there. It shows a key and a secret: the secret only once.",
        "Paste both here and press Test.",
    ],
};
