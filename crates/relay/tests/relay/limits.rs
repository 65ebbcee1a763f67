//! How often, how much, how long: every limit, and that nothing is spent on what is refused.

use crate::support::people::{FORM, RUN, Register, bearer, form, get_as, pipeline, run};
use crate::support::{
    Reading, Relay, Service, answer, get, open, open_from, pair, pass_through, quick_simulator, run_form,
    send, send_raw, spring,
};
use komposition_relay::{Keys, Rates, Settings, Trust};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

const PIPELINES: &str = "/key/api/v1/pipelines";
const CONFIG: &str = "/relay/v1/config";
const STATUS: &str = "/key/api/v1/pipeline/status/some-task";

fn held() -> Keys {
    Keys::Held(pair("k", "s"))
}

async fn status_from(from: &str, relay: &Relay, headers: &str) -> u16 {
    let request = format!("GET {PIPELINES} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    open_from(from, relay.address, request.as_bytes()).await.head().await.0
}

#[track_caller]
fn wait(answer: &crate::support::Answer) -> u64 {
    answer.header("retry-after").unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_person_has_so_many_runs_and_so_many_polls_a_minute_apart() {
    let register = Register::new();
    let (anna, boris) = (register.token("Anna", &[]).await, register.token("Boris", &[]).await);
    let rates = Rates { runs: Some(2), polls: Some(3), ..Rates::default() };
    let settings = Settings { people: Some(register.path()), rates, ..quick_simulator() };
    let relay = Relay::start(settings).await;
    let pipeline = pipeline(relay.address, &[("Authorization", &bearer(&anna))]).await;
    for _ in 0..2 {
        assert_eq!(run(relay.address, &anna, &pipeline, "кот").await.status, 201);
    }
    let refused = run(relay.address, &anna, &pipeline, "кот").await;
    spring(&refused, 429, RUN);
    assert!((1..=60).contains(&wait(&refused)));
    for _ in 0..2 {
        assert_eq!(get_as(relay.address, &anna, PIPELINES).await.status, 200, "polls are counted apart");
    }
    let refused = get_as(relay.address, &anna, PIPELINES).await;
    spring(&refused, 429, PIPELINES);
    assert!((1..=60).contains(&wait(&refused)));
    assert_eq!(run(relay.address, &boris, &pipeline, "кот").await.status, 201);
    assert_eq!(get_as(relay.address, &boris, PIPELINES).await.status, 200);
}

#[tokio::test]
async fn an_address_has_its_own_limit_whoever_asks_and_wrong_tokens_count() {
    let register = Register::new();
    let anna = register.token("Anna", &[]).await;
    let rates = Rates { address_runs: Some(1), address_polls: Some(3), ..Rates::default() };
    let settings = Settings { people: Some(register.path()), rates, ..quick_simulator() };
    let relay = Relay::start(settings).await;
    let good = format!("Authorization: {}\r\n", bearer(&anna));
    for wrong in ["", "Authorization: Bearer kmp_a_b\r\n", "X-Secret: x\r\n"] {
        assert_eq!(status_from("127.0.0.1", &relay, wrong).await, 401);
    }
    assert_eq!(
        status_from("127.0.0.1", &relay, &good).await,
        429,
        "who guesses is held up before being known"
    );
    assert_eq!(status_from("127.0.0.2", &relay, &good).await, 200);
    // Runs are counted apart.
    assert_eq!(send(relay.address, "POST", RUN, &[], b"x").await.status, 401);
    let refused = send(relay.address, "POST", RUN, &[], b"x").await;
    spring(&refused, 429, RUN);
    assert!((1..=60).contains(&wait(&refused)));
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_is_the_clients() {
    let trust =
        Trust { header: Some("x-user".parse().unwrap()), from: vec!["127.0.0.2/32".parse().unwrap()] };
    let rates = Rates { address_polls: Some(1), ..Rates::default() };
    let relay = Relay::start(Settings { trust: Some(trust), rates, ..quick_simulator() }).await;
    for (from, client, status) in [
        ("127.0.0.2", "192.0.2.1", 200),
        ("127.0.0.2", "192.0.2.1", 429),
        ("127.0.0.2", "192.0.2.2", 200),
        ("127.0.0.2", "192.0.2.9, 192.0.2.2", 429),
        // From elsewhere it is a made-up one: the address of the connection counts.
        ("127.0.0.1", "192.0.2.3", 401),
        ("127.0.0.1", "192.0.2.4", 429),
    ] {
        let headers = format!("X-User: anna\r\nX-Forwarded-For: {client}\r\n");
        assert_eq!(status_from(from, &relay, &headers).await, status, "{from} {client}");
    }
}

#[tokio::test]
async fn on_this_machine_without_people_nothing_is_counted() {
    let relay = Relay::start(quick_simulator()).await;
    for _ in 0..1_500 {
        let mut reading = open(
            relay.address,
            b"GET /relay/v1/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )
        .await;
        assert_eq!(reading.head().await.0, 200);
    }
}

#[tokio::test]
async fn a_wrong_run_is_refused_before_anything_is_spent() {
    let register = Register::new();
    let anna = register.token("Anna", &["--runs-a-day", "3"]).await;
    let service = Service::saying(answer("201 Created", "application/json", "{\"uuid\":\"u\"}")).await;
    let settings = Settings { people: Some(register.path()), ..pass_through(&service, held()) };
    let relay = Relay::start(settings).await;
    let params = |change: fn(&mut Value)| {
        let mut params = json!({"type": "GENERATE", "numImages": 1, "width": 1024, "height": 1024,
                                "generateParams": {"query": "кот"}});
        change(&mut params);
        run_form("p", &params.to_string())
    };
    let part = |name: &str, kind: &str, body: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{kind}\r\n{body}\r\n")
    };
    let json_kind = "Content-Type: application/json\r\n";
    let good = "{\"type\":\"GENERATE\",\"generateParams\":{\"query\":\"кот\"}}";
    let cases: Vec<(&str, u16, String)> = vec![
        ("too long", 400, params(|p| p["generateParams"]["query"] = "x".repeat(1001).into())),
        ("too long in emoji", 400, params(|p| p["generateParams"]["query"] = "🐈".repeat(501).into())),
        ("blank", 400, params(|p| p["generateParams"]["query"] = " \n".into())),
        ("no text", 400, params(|p| p["generateParams"]["query"] = json!(["кот"]))),
        ("no prompt", 400, params(|p| p["generateParams"] = json!({}))),
        ("no generateParams", 400, params(|p| p["generateParams"] = Value::Null)),
        ("negative too long", 400, params(|p| p["negativePromptDecoder"] = "x".repeat(1001).into())),
        ("too narrow", 400, params(|p| p["width"] = 127.into())),
        ("too tall", 400, params(|p| p["height"] = 2049.into())),
        ("huge", 400, params(|p| p["width"] = u64::MAX.into())),
        ("a side that is none", 400, params(|p| p["width"] = (-1).into())),
        ("two pictures", 400, params(|p| p["numImages"] = 2.into())),
        ("another type", 400, params(|p| p["type"] = "UPSCALE".into())),
        ("no type", 400, params(|p| p["type"] = Value::Null)),
        ("a style that is none", 400, params(|p| p["style"] = "x".repeat(129).into())),
        ("no JSON", 400, run_form("p", "{")),
        ("no object", 400, run_form("p", "[]")),
        ("too deep", 400, run_form("p", &"[".repeat(10_000))),
        ("no pipeline", 400, run_form(" ", good)),
        ("a pipeline of two lines", 400, run_form("p\r\nX: y", good)),
        (
            "params twice",
            400,
            format!("{}{}--edge--\r\n", part("params", json_kind, good), part("params", json_kind, good)),
        ),
        ("no params", 400, format!("{}--edge--\r\n", part("pipeline_id", "", "p"))),
        (
            "params without a type",
            415,
            format!("{}{}--edge--\r\n", part("pipeline_id", "", "p"), part("params", "", good)),
        ),
        ("a form that ends in the middle", 400, part("pipeline_id", "", "p")),
        ("no form", 400, String::from("x")),
    ];
    let bearer = bearer(&anna);
    for (what, status, form) in &cases {
        let headers = [FORM, ("Authorization", bearer.as_str())];
        let message =
            spring(&send(relay.address, "POST", RUN, &headers, form.as_bytes()).await, *status, RUN);
        assert!(!message.contains("кот") && !message.contains("xxx"), "{what}: {message}");
    }
    let plain = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    assert_eq!(send(relay.address, "POST", RUN, &plain, good.as_bytes()).await.status, 415);
    assert!(service.asked().is_empty(), "none of them went anywhere");
    assert_eq!(get_as(relay.address, &anna, CONFIG).await.json()["runs_left"], 3);

    for right in [
        params(|_| {}),
        params(|p| p["generateParams"]["query"] = "x".repeat(1000).into()),
        params(|p| p["generateParams"]["query"] = "🐈".repeat(500).into()),
    ] {
        let headers = [FORM, ("Authorization", bearer.as_str())];
        assert_eq!(send(relay.address, "POST", RUN, &headers, right.as_bytes()).await.status, 201);
    }
}

#[tokio::test]
async fn a_run_goes_up_written_anew() {
    let register = Register::new();
    let anna = register.token("Anna", &[]).await;
    let service = Service::saying(answer("201 Created", "application/json", "{\"uuid\":\"u\"}")).await;
    let settings = Settings { people: Some(register.path()), ..pass_through(&service, held()) };
    let relay = Relay::start(settings).await;
    let params = r#"{"type":"GENERATE","type":"GENERATE","generateParams":{"query":" кот\"\r\n--edge ","evil":1},"style":"ANIME","webhook":"http://evil.example"}"#;
    let form = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x\"\r\n\r\nevil\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"params\"\r\nX-Evil: 1\r\n\
         Content-Type: application/json; charset=utf-8\r\n\r\n{params}\r\n--edge--\r\n"
    );
    let path = format!("{RUN}?pipeline_id=a%20b&admin=1");
    let bearer = bearer(&anna);
    let headers = [FORM, ("Authorization", bearer.as_str())];
    assert_eq!(send(relay.address, "POST", &path, &headers, form.as_bytes()).await.status, 201);
    let asked = service.asked();
    let [asked] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(asked.line, format!("POST {RUN} HTTP/1.1"));
    assert_eq!(asked.names(), ["accept", "content-length", "content-type", "host", "x-key", "x-secret"]);
    let boundary =
        asked.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.starts_with("relay-") && boundary.len() > 32, "{boundary}");
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\na b\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"params\"\r\nContent-Type: application/json\r\n\r\n\
         {{\"type\":\"GENERATE\",\"numImages\":1,\"width\":1024,\"height\":1024,\"style\":\"ANIME\",\
         \"generateParams\":{{\"query\":\"кот\\\"\\r\\n--edge\"}}}}\r\n--{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8_lossy(&asked.body), expected);
}

#[tokio::test]
async fn an_answer_has_32_mib_at_most() {
    let mut settings = quick_simulator();
    assert_eq!(settings.limits.answer_body, 32 * 1024 * 1024);
    // Announced: nothing of it is taken.
    let service = Service::saying("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nx").await;
    settings = pass_through(&service, held());
    settings.limits.answer_body = 1_000;
    let relay = Relay::start(settings).await;
    let message = spring(&get(relay.address, STATUS, &[]).await, 502, STATUS);
    assert!(message.contains("more than 1000 bytes"), "{message}");

    // In chunks: cut off where it is too much, so that the client sees it is not whole.
    let chunk = format!("{:x}\r\n{}\r\n", 600, "x".repeat(600));
    let service = Service::saying(format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n"
    ))
    .await;
    let mut settings = pass_through(&service, held());
    settings.limits.answer_body = 1_000;
    let relay = Relay::start(settings).await;
    let answer = get(relay.address, STATUS, &[]).await;
    assert!(answer.cut && answer.body.len() <= 1_000, "{} bytes", answer.body.len());
}

#[tokio::test]
async fn an_answer_that_stands_still_is_broken_off() {
    let service = Service::doing(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let mut settings = pass_through(&service, held());
    settings.limits.stall = Duration::from_millis(200);
    let relay = Relay::start(settings).await;
    let answer = get(relay.address, STATUS, &[]).await;
    assert!(answer.cut);
    assert_eq!(answer.body, b"first");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_let_go() {
    let gone = Arc::new(Notify::new());
    let tell = Arc::clone(&gone);
    let service = Service::doing(move |mut stream, _| {
        let tell = Arc::clone(&tell);
        async move {
            let size = 30 * 1024 * 1024;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let piece = vec![b'x'; 1024 * 1024];
            for _ in 0..30 {
                if stream.write_all(&piece).await.is_err() {
                    tell.notify_one();
                    break;
                }
            }
        }
    })
    .await;
    let mut settings = pass_through(&service, held());
    settings.limits.stall = Duration::from_millis(300);
    let relay = Relay::start(settings).await;
    let _deaf =
        open(relay.address, format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await;
    tokio::time::timeout(Duration::from_secs(20), gone.notified()).await.expect("upstream is let go too");
}

#[tokio::test]
async fn a_connection_that_is_idle_is_hung_up_on() {
    let mut settings = quick_simulator();
    settings.limits.request_head = Duration::from_millis(200);
    let relay = Relay::start(settings).await;
    let mut reading = open(relay.address, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(reading.head().await.0, 200);
    assert_eq!(reading.some(usize::MAX).await, b"ok", "then the end, without another request");
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_408_and_spends_nothing() {
    let register = Register::new();
    let anna = register.token("Anna", &["--runs-a-day", "3"]).await;
    let service = Service::saying(answer("201 Created", "application/json", "{\"uuid\":\"u\"}")).await;
    let mut settings = Settings { people: Some(register.path()), ..pass_through(&service, held()) };
    settings.limits.request_body = Duration::from_millis(300);
    let relay = Relay::start(settings).await;
    let form = form("p", "кот");
    let head = format!(
        "POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{}: {}\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n",
        FORM.0,
        FORM.1,
        bearer(&anna),
        form.len()
    );
    // A byte now and then: no single wait is long, and yet it ends.
    let Reading { stream, .. } = open(relay.address, head.as_bytes()).await;
    let (mut from, mut to) = stream.into_split();
    let dripping = tokio::spawn(async move {
        for byte in form.into_bytes() {
            if to.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut said = Vec::new();
    let reading = tokio::io::AsyncReadExt::read_buf(&mut from, &mut said);
    tokio::time::timeout(Duration::from_secs(20), reading).await.unwrap().unwrap();
    assert!(said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
    dripping.abort();
    assert!(service.asked().is_empty());
    assert_eq!(get_as(relay.address, &anna, CONFIG).await.json()["runs_left"], 3);
}

/// Slow-loris: one address with all the patience in the world does not keep the others out.
#[tokio::test]
async fn one_address_cannot_have_every_place() {
    let register = Register::new();
    register.token("Anna", &[]).await;
    let mut settings = Settings { people: Some(register.path()), ..quick_simulator() };
    settings.limits.connections = 20;
    settings.limits.request_head = Duration::from_secs(60);
    let relay = Relay::start(settings).await;
    let health = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(open(relay.address, b"GET /healthz HTTP/1.1\r\nX: ").await);
    }
    // A quarter of the places is held; whoever comes from there now is hung up on at once.
    let mut refused = open(relay.address, health).await;
    assert!(refused.some(1).await.is_empty());
    for from in ["127.0.0.2", "127.0.0.3"] {
        assert_eq!(open_from(from, relay.address, health).await.head().await.0, 200, "{from}");
    }
    drop(silent);
    let again = async {
        loop {
            let mut reading = open(relay.address, health).await;
            if !reading.some(1).await.is_empty() {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.unwrap();
}

#[tokio::test]
async fn a_relay_that_was_asked_to_stop_says_so_and_goes_on_for_a_while() {
    let mut settings = quick_simulator();
    settings.limits.drain = Duration::from_secs(2);
    let relay = Relay::start(settings).await;
    let address = relay.address;
    let started = std::time::Instant::now();
    let stopping = tokio::spawn(relay.stop());
    while get(address, "/healthz", &[]).await.status == 200 {}
    spring(&get(address, "/healthz", &[]).await, 503, "/healthz");
    assert_eq!(get(address, PIPELINES, &[]).await.status, 200, "who has not noticed is served");
    assert!(!stopping.is_finished());
    stopping.await.unwrap().unwrap();
    assert!(started.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn what_follows_a_body_in_chunks_is_not_read_as_another_request() {
    let relay = Relay::start(quick_simulator()).await;
    let smuggled = format!(
        "POST {RUN} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
         GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    );
    let mut reading = open(relay.address, smuggled.as_bytes()).await;
    let all = reading.some(usize::MAX).await;
    assert_eq!(String::from_utf8_lossy(&all).matches("HTTP/1.1 ").count(), 1);
    assert_eq!(
        send_raw(relay.address, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.status,
        200
    );
}
