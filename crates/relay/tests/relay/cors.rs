//! Who may read answers: pages of the relay's own origin, and of those that were allowed. Nobody else.

use crate::support::{
    Answer, Relay, Service, answer, get, pair, pass_through, quick_simulator, send, spring,
};
use komposition_relay::{Keys, Settings};
use std::net::SocketAddr;

const PAGE: &str = "https://pictures.example";
const OTHER_PAGE: &str = "http://127.0.0.1:5500";

fn allowing(mut settings: Settings) -> Settings {
    settings.allow_origins = vec![PAGE.parse().unwrap(), OTHER_PAGE.parse().unwrap()];
    settings
}

async fn preflight(address: SocketAddr, path: &str, origin: &str) -> Answer {
    let headers = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization,content-type,x-key,x-secret"),
    ];
    send(address, "OPTIONS", path, &headers, b"").await
}

fn allowed_origin(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_preflight_is_answered_for_the_four_headers() {
    let service = Service::saying("").await;
    let relay = Relay::start(allowing(pass_through(&service, Keys::FromClient))).await;
    for origin in [PAGE, OTHER_PAGE] {
        let answer = preflight(relay.address, "/key/api/v1/pipeline/run", origin).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        assert_eq!(allowed_origin(&answer), Some(origin));
        for header in ["x-key", "x-secret", "content-type", "authorization"] {
            assert!(answer.all("access-control-allow-headers").contains(header), "{answer:?}");
        }
        for method in ["get", "post"] {
            assert!(answer.all("access-control-allow-methods").contains(method), "{answer:?}");
        }
        assert!(answer.all("vary").contains("origin"));
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
    }
    assert!(service.asked().is_empty(), "a preflight goes nowhere");
}

#[tokio::test]
async fn every_answer_can_be_read_by_an_allowed_page() {
    let dead = Service::saying("").await;
    let relay = Relay::start(allowing(pass_through(&dead, Keys::FromClient))).await;
    for (method, path, status) in [
        ("GET", "/healthz", 200),
        ("GET", "/relay/v1/config", 200),
        ("GET", "/key/api/v1/pipelines", 502),
        ("GET", "/nowhere", 404),
        ("PUT", "/key/api/v1/pipelines", 405),
    ] {
        let answer = send(relay.address, method, path, &[("Origin", PAGE)], b"").await;
        assert_eq!(answer.status, status, "{path} {answer:?}");
        assert_eq!(allowed_origin(&answer), Some(PAGE), "{path}");
        assert!(answer.all("vary").contains("origin"), "{path}");
        let exposed = answer.all("access-control-expose-headers");
        assert!(exposed.contains("retry-after") && exposed.contains("date"), "{path}: {exposed}");
    }
}

#[tokio::test]
async fn an_origin_is_compared_exactly() {
    let relay = Relay::start(allowing(quick_simulator())).await;
    for origin in [
        "http://pictures.example",
        "https://pictures.example:8443",
        "https://pictures.example.evil.example",
        "https://a.pictures.example",
        "https://PICTURES.example",
        "http://127.0.0.1:5501",
        "null",
    ] {
        let answer = get(relay.address, "/key/api/v1/pipelines", &[("Origin", origin)]).await;
        assert_eq!(allowed_origin(&answer), None, "{origin}");
        let answer = preflight(relay.address, "/key/api/v1/pipeline/run", origin).await;
        assert_eq!(allowed_origin(&answer), None, "{origin}");
        // Who keeps answers for others must not give this one to an allowed page.
        assert!(answer.all("vary").contains("origin"), "{origin}");
    }
}

#[tokio::test]
async fn without_allowed_origins_nobody_is_told_anything() {
    let relay = Relay::start(quick_simulator()).await;
    let own = format!("http://{}", relay.address);
    for origin in [PAGE, own.as_str()] {
        for answer in [
            get(relay.address, "/key/api/v1/pipelines", &[("Origin", origin)]).await,
            preflight(relay.address, "/key/api/v1/pipeline/run", origin).await,
        ] {
            let told = answer.headers.iter().any(|(name, _)| name.starts_with("access-control"));
            assert!(!told, "{answer:?}");
        }
    }
}

/// A form is sent by any page without asking, also with the relay's keys and quota.
#[tokio::test]
async fn a_foreign_page_cannot_start_a_run() {
    let service = Service::saying(answer("201 Created", "application/json", r#"{"uuid":"u"}"#)).await;
    let relay = Relay::start(allowing(pass_through(&service, Keys::Held(pair("k", "s"))))).await;
    let own = format!("http://{}", relay.address);
    let another_scheme = own.replace("http:", "capacitor:");
    let run = "/key/api/v1/pipeline/run";
    let refused: [&[(&str, &str)]; 7] = [
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")],
        &[("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "same-site")],
        // Of the same name, as a page on plain http is to one on https.
        &[("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
        &[("Origin", &another_scheme)],
        &[("Sec-Fetch-Site", "anything")],
    ];
    for headers in refused {
        spring(&send(relay.address, "POST", run, headers, b"x").await, 403, run);
    }
    assert!(service.asked().is_empty());

    let taken: [&[(&str, &str)]; 4] = [
        &[],
        &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")],
        &[("Origin", &own)],
        &[("Origin", PAGE), ("Sec-Fetch-Site", "cross-site")],
    ];
    for headers in taken {
        assert_eq!(send(relay.address, "POST", run, headers, b"x").await.status, 201, "{headers:?}");
    }
    assert_eq!(service.asked().len(), 4);
}
