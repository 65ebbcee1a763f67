//! The simulator engine: the whole way of a picture, faults on the wire, the log.

use crate::support::{
    Answer, Relay, Service, get, open, pair, pass_through, quick_config, quick_simulator, send, spring,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use komposition_relay::{EngineSettings, Keys, Settings};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const RUN: &str = "/key/api/v1/pipeline/run";
const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=edge");

/// The form of a run, with or without a file name on its `params`.
fn form(pipeline: &str, prompt: &str, file_name: bool) -> String {
    let file_name = if file_name { "; filename=\"blob\"" } else { "" };
    let params = json!({
        "type": "GENERATE", "numImages": 1, "width": 128, "height": 192, "generateParams": {"query": prompt}
    });
    format!(
        "--edge\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\n{pipeline}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"params\"{file_name}\r\n\
         Content-Type: application/json\r\n\r\n{params}\r\n--edge--\r\n"
    )
}

async fn pipeline(address: SocketAddr) -> String {
    let list = get(address, "/key/api/v1/pipelines", &[]).await;
    assert_eq!(list.status, 200, "{list:?}");
    list.json()[0]["id"].as_str().unwrap().to_owned()
}

/// Starts a run and returns the path of its status.
async fn started(address: SocketAddr, prompt: &str) -> String {
    let form = form(&pipeline(address).await, prompt, true);
    let accepted = send(address, "POST", RUN, &[FORM], form.as_bytes()).await;
    assert_eq!(accepted.status, 201, "{accepted:?}");
    format!("/key/api/v1/pipeline/status/{}", accepted.json()["uuid"].as_str().unwrap())
}

fn picture(answer: &Answer) -> Vec<u8> {
    let body = answer.json();
    assert_eq!(body["status"], "DONE", "{body}");
    BASE64_STANDARD.decode(body["result"]["files"][0].as_str().unwrap()).unwrap()
}

async fn log(address: SocketAddr) -> Vec<Value> {
    get(address, "/simulator/v1/log", &[]).await.json().as_array().unwrap().clone()
}

fn events(log: &[Value]) -> Vec<(&str, u64)> {
    log.iter()
        .map(|entry| (entry["event"].as_str().unwrap(), entry["concurrent_polls"].as_u64().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_run_becomes_a_picture_that_can_be_fetched_once() {
    let relay = Relay::start(quick_simulator()).await;
    let id = pipeline(relay.address).await;
    let availability = get(relay.address, &format!("/key/api/v1/pipeline/{id}/availability"), &[]).await;
    assert_eq!(availability.json(), json!({"status": "ACTIVE"}));
    let status = started(relay.address, "Пушистый кот в очках").await;
    let done = get(relay.address, &status, &[]).await;
    assert_eq!(done.header("content-type"), Some("application/json"));
    assert_eq!(done.header("content-length"), Some(done.body.len().to_string().as_str()));
    let png = picture(&done);
    assert!(png.starts_with(b"\x89PNG"));
    assert_eq!(
        (&png[16..20], &png[20..24]),
        (&[0, 0, 0, 128][..], &[0, 0, 0, 192][..]),
        "exactly the asked size"
    );
    assert_eq!(get(relay.address, &status, &[]).await.status, 404);
}

#[tokio::test]
async fn params_may_have_a_file_name_and_the_pipeline_may_be_in_the_query() {
    let relay = Relay::start(quick_simulator()).await;
    let id = pipeline(relay.address).await;
    for file_name in [true, false] {
        let form = form(&id, "кот", file_name);
        assert_eq!(send(relay.address, "POST", RUN, &[FORM], form.as_bytes()).await.status, 201);
    }
    let params = "{\"type\":\"GENERATE\",\"generateParams\":{\"query\":\"кот\"}}";
    let form = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"params\"\r\nContent-Type: application/json\r\n\r\n{params}\
         \r\n--edge--\r\n"
    );
    let path = format!("{RUN}?pipeline_id={id}");
    assert_eq!(send(relay.address, "POST", &path, &[FORM], form.as_bytes()).await.status, 201);
    let message = spring(&send(relay.address, "POST", RUN, &[FORM], form.as_bytes()).await, 400, RUN);
    assert!(message.contains("pipeline_id"), "{message}");
}

#[tokio::test]
async fn what_is_no_form_is_415_and_a_broken_one_400() {
    let relay = Relay::start(quick_simulator()).await;
    let json = ("Content-Type", "application/json");
    assert_eq!(send(relay.address, "POST", RUN, &[json], b"{}").await.status, 415);
    assert_eq!(send(relay.address, "POST", RUN, &[], b"{}").await.status, 415);
    for broken in
        ["", "--edge\r\nContent-Dis", "--edge\r\nContent-Disposition: form-data; name=\"params\"\r\n\r\n{"]
    {
        let answer = send(relay.address, "POST", RUN, &[FORM], broken.as_bytes()).await;
        assert_eq!(answer.status, 400, "{broken:?} {answer:?}");
    }
    let no_boundary = ("Content-Type", "multipart/form-data");
    spring(&send(relay.address, "POST", RUN, &[no_boundary], b"x").await, 400, RUN);
}

#[tokio::test]
async fn a_form_has_64_kib_at_most() {
    let relay = Relay::start(quick_simulator()).await;
    let long = "x".repeat(64 * 1024);
    let form = form(&pipeline(relay.address).await, &long, true);
    spring(&send(relay.address, "POST", RUN, &[FORM], form.as_bytes()).await, 413, RUN);
    // Without a length it is noticed on the way.
    let mut chunked = format!(
        "POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{}: {}\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        FORM.0,
        FORM.1,
        form.len()
    )
    .into_bytes();
    chunked.extend_from_slice(form.as_bytes());
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    spring(&crate::support::send_raw(relay.address, &chunked).await, 413, RUN);
}

#[tokio::test]
async fn with_sim_keys_wrong_ones_get_401() {
    let config = simulator::Config { keys: Some(pair("right", "one")), ..quick_config() };
    let relay = Relay::start(Settings::new(EngineSettings::Simulator(config))).await;
    let path = "/key/api/v1/pipelines";
    let right = [("X-Key", "Key right"), ("X-Secret", "Secret one")];
    assert_eq!(get(relay.address, path, &right).await.status, 200);
    let wrong: [&[(&str, &str)]; 3] = [
        &[],
        &[("X-Key", "Key right"), ("X-Secret", "Secret two")],
        &[("X-Key", "right"), ("X-Secret", "one")],
    ];
    for headers in wrong {
        spring(&get(relay.address, path, headers).await, 401, path);
    }
}

#[tokio::test]
async fn a_cut_answer_announces_all_sends_half_and_breaks_off() {
    let relay = Relay::start(quick_simulator()).await;
    let status = started(relay.address, "кот sim:cut").await;
    let answer = get(relay.address, &status, &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.cut);
    let announced: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert_eq!(answer.body.len(), announced / 2);
    assert_eq!(get(relay.address, &status, &[]).await.status, 404, "it is gone all the same");
}

#[tokio::test]
async fn a_dribbled_answer_comes_slowly_and_whole() {
    let relay = Relay::start(quick_simulator()).await;
    let status = started(relay.address, "кот sim:dribble=1").await;
    let asked = Instant::now();
    let request = format!("GET {status} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut reading = open(relay.address, request.as_bytes()).await;
    let (_, headers) = reading.head().await;
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length")).unwrap();
    let length: usize = length.1.parse().unwrap();
    let first = reading.some(1).await;
    assert!(first.len() < length / 2, "the first piece is a small one: {} of {length}", first.len());
    let rest = reading.some(length - first.len()).await;
    assert!(asked.elapsed() >= Duration::from_millis(950), "{:?}", asked.elapsed());
    let body = [first, rest].concat();
    assert_eq!(body.len(), length);
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["status"], "DONE");
}

#[tokio::test]
async fn the_log_tells_what_happened() {
    let relay = Relay::start(quick_simulator()).await;
    let status = started(relay.address, "кот").await;
    get(relay.address, &status, &[]).await;
    let form = form(&pipeline(relay.address).await, "", true);
    send(relay.address, "POST", RUN, &[FORM], form.as_bytes()).await;
    let log = log(relay.address).await;
    assert_eq!(events(&log), [("run", 0), ("ready", 0), ("poll", 1), ("delivered", 1), ("refused", 0)]);
    let uuid = status.rsplit('/').next().unwrap();
    for entry in &log[..4] {
        assert_eq!(entry["uuid"], uuid);
    }
    // Milliseconds since 1970, so that they can be laid beside those of a page.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let at = u128::from(log[0]["at_ms"].as_u64().unwrap());
    assert!(at <= now && now - at < 60_000, "{at} {now}");
}

#[tokio::test]
async fn what_nobody_fetched_expires_in_the_log_without_being_asked_for() {
    let config = simulator::Config { expiry_ms: 1, ..quick_config() };
    let relay = Relay::start(Settings::new(EngineSettings::Simulator(config))).await;
    started(relay.address, "кот").await;
    let expired = async { while events(&log(relay.address).await).last() != Some(&("expired", 0)) {} };
    tokio::time::timeout(Duration::from_secs(10), expired).await.unwrap();
}

/// A poll counts until its answer has been sent, or its client is gone: then, and not before, it is over.
#[tokio::test]
async fn polls_at_the_same_time_are_counted_until_their_answers_are_sent() {
    let relay = Relay::start(quick_simulator()).await;
    let status = started(relay.address, "кот sim:dribble=20").await;
    let request = format!("GET {status} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut slow = open(relay.address, request.as_bytes()).await;
    slow.head().await;
    get(relay.address, &status, &[]).await;
    let last = async |count: usize| {
        let log = log(relay.address).await;
        events(&log)[count - 1].1
    };
    assert_eq!(last(5).await, 2, "run, ready, poll, delivered, and a second poll during the first");

    // The first client goes away in the middle of its answer.
    drop(slow);
    let alone = async {
        loop {
            get(relay.address, &status, &[]).await;
            let log = log(relay.address).await;
            if events(&log).last() == Some(&("poll", 1)) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), alone).await.unwrap();
}

#[tokio::test]
async fn the_log_is_for_this_machine_and_for_the_simulator_only() {
    let service = Service::saying("").await;
    let relay = Relay::start(pass_through(&service, Keys::FromClient)).await;
    spring(&get(relay.address, "/simulator/v1/log", &[]).await, 404, "/simulator/v1/log");

    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (_keep, stop) = tokio::sync::oneshot::channel::<()>();
    let settings = Settings { open: true, ..quick_simulator() };
    tokio::spawn(komposition_relay::run(listener, settings, async {
        let _ = stop.await;
    }));
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    assert_eq!(get(address, "/healthz", &[]).await.status, 200);
    spring(&get(address, "/simulator/v1/log", &[]).await, 404, "/simulator/v1/log");
}

#[tokio::test]
async fn many_pictures_asked_for_at_once_all_arrive() {
    let relay = Relay::start(quick_simulator()).await;
    let mut statuses = Vec::new();
    for number in 0..12 {
        statuses.push(started(relay.address, &format!("кот номер {number}")).await);
    }
    let address = relay.address;
    let polls: Vec<_> = statuses
        .into_iter()
        .map(|status| tokio::spawn(async move { get(address, &status, &[]).await }))
        .collect();
    for poll in polls {
        assert!(picture(&poll.await.unwrap()).starts_with(b"\x89PNG"));
    }
}
