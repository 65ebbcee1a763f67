//! What exists at the relay, and what does not.

use crate::support::{
    Relay, Service, answer, get, pair, pass_through, quick_config, quick_simulator, send, spring,
};
use komposition_relay::{EngineSettings, Keys, Settings};
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ROUTES: [(&str, &str); 5] = [
    ("GET", "/key/api/v1/pipelines"),
    ("GET", "/key/api/v1/pipeline/some-id/availability"),
    ("POST", "/key/api/v1/pipeline/run"),
    ("GET", "/key/api/v1/pipeline/status/some-task"),
    ("GET", "/static/styles/key"),
];

#[tokio::test]
async fn healthz_says_ok() {
    let relay = Relay::start(quick_simulator()).await;
    let answer = get(relay.address, "/healthz", &[]).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
}

#[tokio::test]
async fn config_tells_who_is_there_and_whether_keys_are_needed() {
    let service = Service::saying("").await;
    let keyed = simulator::Config { keys: Some(pair("k", "s")), ..quick_config() };
    for (settings, engine, needs_keys) in [
        (quick_simulator(), "simulator", false),
        (Settings::new(EngineSettings::Simulator(keyed)), "simulator", true),
        (pass_through(&service, Keys::Held(pair("k", "s"))), "fusionbrain", false),
        (pass_through(&service, Keys::FromClient), "fusionbrain", true),
    ] {
        let relay = Relay::start(settings).await;
        let answer = get(relay.address, "/relay/v1/config", &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(
            answer.json(),
            json!({
                "relay": "komposition", "version": "0.1.0", "engine": engine, "needs_keys": needs_keys,
                "needs_token": false, "ignores": [], "hold": false, "wait": 0,
            })
        );
    }
    assert!(service.asked().is_empty(), "to say who is there, nobody else is asked");
}

#[tokio::test]
async fn config_names_the_pages_that_may_have_the_app_inside_them() {
    let mut settings = quick_simulator();
    settings.embedding.origins = vec!["https://intranet.example".parse().unwrap()];
    settings.embedding.may_spend = vec!["https://shop.example".parse().unwrap()];
    let relay = Relay::start(settings).await;
    let config = get(relay.address, "/relay/v1/config", &[]).await.json();
    assert_eq!(
        config["embed"],
        json!({ "origins": ["https://intranet.example"], "may_spend": ["https://shop.example"] })
    );
}

#[tokio::test]
async fn only_the_five_routes_go_upstream() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::before(&service).await;
    for (method, path) in ROUTES {
        assert_eq!(send(relay.address, method, path, &[], b"").await.status, 200, "{path}");
    }
    assert_eq!(service.asked().len(), ROUTES.len());
    for path in [
        "/",
        "/index.html",
        "/key/api/v1",
        "/key/api/v1/pipelines/",
        "/key/api/v1/models",
        "/key/api/v1/pipeline/a/b/availability",
        "/key/api/v1/pipeline/status",
        "/key/api/v1/pipeline/status/",
        "/key/api/v1/pipeline/status/a/b",
        "/web/api/v1/text2image/styles",
        "/relay/v1",
        "//key/api/v1/pipelines",
        "/KEY/api/v1/pipelines",
    ] {
        let message = spring(&get(relay.address, path, &[]).await, 404, path);
        assert!(!message.is_empty());
    }
    assert_eq!(service.asked().len(), ROUTES.len(), "nothing else went upstream");
}

#[tokio::test]
async fn an_identifier_cannot_walk_to_another_path() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::before(&service).await;
    for id in
        ["..", ".", "%2e%2e", "%2E%2e", "a%2fb", "..%2f..%2fadmin", "a%5cb", "%00", "%0d%0aX-Bad:1", "%20"]
    {
        for path in
            [format!("/key/api/v1/pipeline/{id}/availability"), format!("/key/api/v1/pipeline/status/{id}")]
        {
            spring(&get(relay.address, &path, &[]).await, 404, &path);
        }
    }
    assert!(service.asked().is_empty());

    // An odd pipeline is one all the same, and arrives as it was. A task's name is a plain one.
    get(relay.address, "/key/api/v1/pipeline/a%3Fb%20%D1%8F/availability", &[]).await;
    assert_eq!(service.asked()[0].line, "GET /key/api/v1/pipeline/a%3Fb%20%D1%8F/availability HTTP/1.1");
    for id in ["a%3Fb", "a%20b", "%D1%8F", "a:b", "a@b", &"x".repeat(129)] {
        let path = format!("/key/api/v1/pipeline/status/{id}");
        spring(&get(relay.address, &path, &[]).await, 404, &path);
    }
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn another_method_is_405_and_reaches_no_engine() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::before(&service).await;
    for (allowed, path) in ROUTES {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            if method == allowed {
                continue;
            }
            let answer = send(relay.address, method, path, &[], b"").await;
            assert_eq!(answer.header("allow"), Some(allowed));
            let message = spring(&answer, 405, path);
            assert_eq!(message, format!("Request method '{method}' is not supported"));
        }
    }
    for path in ["/relay/v1/config", "/healthz"] {
        spring(&send(relay.address, "POST", path, &[], b"").await, 405, path);
    }
    assert!(service.asked().is_empty());
}

/// A router's usual answer to HEAD is a GET without its body: that would take the picture and throw it away.
#[tokio::test]
async fn a_head_never_reads_a_status() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::before(&service).await;
    let answer = send(relay.address, "HEAD", "/key/api/v1/pipeline/status/some-task", &[], b"").await;
    assert_eq!(answer.status, 405);
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn nothing_but_files_is_kept_by_anybody_and_nothing_is_sniffed() {
    let relay = Relay::start(quick_simulator()).await;
    for path in [
        "/healthz",
        "/relay/v1/config",
        "/simulator/v1/log",
        "/key/api/v1/pipelines",
        "/key/api/v1/pipeline/status/none",
        "/static/styles/key",
        "/nowhere",
    ] {
        let answer = get(relay.address, path, &[]).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[tokio::test]
async fn a_head_that_never_ends_is_hung_up_on() {
    let mut settings = quick_simulator();
    settings.limits.request_head = std::time::Duration::from_millis(100);
    let relay = Relay::start(settings).await;
    let mut reading =
        crate::support::open(relay.address, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n").await;
    let came = reading.some(usize::MAX).await;
    let came = String::from_utf8_lossy(&came);
    assert!(came.is_empty() || came.starts_with("HTTP/1.1 408"), "{came}");
}

/// A page can have its own name lead to this machine, and is of the relay's own origin then.
#[tokio::test]
async fn at_home_only_this_machines_own_names_are_answered() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::before(&service).await;
    let said = async |address: SocketAddr, host: &str| {
        let headers = [("Host", host), ("Origin", &format!("http://{host}")), ("Connection", "close")];
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let asked = format!("GET /key/api/v1/pipelines HTTP/1.1\r\n{lines}\r\n");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        said[9..12].to_owned()
    };
    for own in
        ["localhost:8787", "LOCALHOST", "studio.localhost:1", "127.0.0.1:8787", "[::1]:8787", "10.0.0.7"]
    {
        assert_eq!(said(relay.address, own).await, "200", "{own}");
    }
    let asked = service.asked().len();
    for other in
        ["evil.example:8787", "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost", "1::2.x"]
    {
        assert!(["421", "400"].contains(&&*said(relay.address, other).await), "{other}");
    }
    assert_eq!(service.asked().len(), asked, "nothing of it went upstream");

    // Who knows its people, or says that it is open, may have any name.
    let mut settings = pass_through(&service, Keys::Held(pair("k", "s")));
    settings.open = true;
    let relay = Relay::start(settings).await;
    assert_eq!(said(relay.address, "pictures.example").await, "200");
}
