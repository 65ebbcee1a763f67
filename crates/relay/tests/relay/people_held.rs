//! People and what is held together: a picture is its owner's everywhere, and what somebody has had counts everywhere.

use crate::support::people::{RUN, Register, bearer, get_as, run, status};
use crate::support::{Answer, Relay, Service, answer, get, pair, pass_through, redis, send, spring};
use komposition_relay::{HoldPlace, HoldSettings, Keys, Rates, Settings};
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

const CONFIG: &str = "/relay/v1/config";
const PATIENCE: Duration = Duration::from_secs(20);

/// A service that hands each picture over once, of `size` letters, and has it at once.
async fn handing_over(size: usize) -> Service {
    let count = AtomicUsize::new(0);
    let done = std::sync::Mutex::new(std::collections::HashSet::new());
    Service::doing(move |mut stream, asked| {
        let task = asked.line.split(' ').nth(1).unwrap().rsplit('/').next().unwrap().to_owned();
        let said = if asked.line.starts_with("POST") {
            let number = count.fetch_add(1, Ordering::SeqCst);
            answer("201 Created", "application/json", &json!({"uuid": format!("task-{number}")}).to_string())
        } else if done.lock().unwrap().insert(task.clone()) {
            let result = json!({"files": ["A".repeat(size)], "censored": false});
            let last = json!({"uuid": task, "status": "DONE", "result": result});
            answer("200 OK", "application/json", &last.to_string())
        } else {
            answer("404 Not Found", "application/json", r#"{"status":404,"message":"gone"}"#)
        };
        async move {
            let _ = stream.write_all(said.as_bytes()).await;
        }
    })
    .await
}

fn knowing(register: &Register, service: &Service, place: HoldPlace) -> Settings {
    let mut settings = pass_through(service, Keys::Held(pair("k", "s")));
    settings.limits.headers = PATIENCE;
    settings.people = Some(register.path());
    // A test may ask as often as it wants to.
    settings.rates = Rates { runs: Some(0), polls: Some(0), address_runs: Some(0), address_polls: Some(0) };
    let hold = HoldSettings::new(Duration::from_secs(900), place);
    settings.hold = Some(HoldSettings { pace: Duration::from_millis(20), ..hold });
    settings
}

fn in_folder(folder: &Path) -> HoldPlace {
    HoldPlace::Folder(folder.to_owned())
}

fn in_redis(redis: SocketAddr) -> HoldPlace {
    HoldPlace::Redis(format!("redis://{redis}/0"))
}

fn result(status: &str) -> String {
    status.replace("/key/api/v1/pipeline/status/", "/relay/v1/results/")
}

async fn acknowledge(address: SocketAddr, token: &str, path: &str) -> u16 {
    send(address, "DELETE", path, &[("Authorization", &bearer(token))], b"").await.status
}

#[tokio::test]
async fn a_picture_stays_its_owners_after_a_restart() {
    let (register, folder) = (Register::new(), tempfile::tempdir().unwrap());
    let (anna, boris) = (register.token("Anna", &[]).await, register.token("Boris", &[]).await);
    let service = handing_over(100).await;
    let settings = knowing(&register, &service, in_folder(folder.path()));
    let relay = Relay::start(settings.clone()).await;
    let (fetched, left) = (
        status(&run(relay.address, &anna, "p", "кот").await),
        status(&run(relay.address, &anna, "p", "кот").await),
    );
    assert_eq!(get_as(relay.address, &anna, &fetched).await.json()["status"], "DONE");
    relay.stop().await.unwrap();

    let relay = Relay::start(settings).await;
    for task in [&fetched, &left] {
        spring(&get_as(relay.address, &boris, task).await, 404, task);
        spring(&get(relay.address, task, &[]).await, 401, task);
        assert_eq!(acknowledge(relay.address, &boris, &result(task)).await, 404);
        assert_eq!(get_as(relay.address, &anna, task).await.json()["status"], "DONE", "{task}");
        assert_eq!(acknowledge(relay.address, &anna, &result(task)).await, 204);
        assert_eq!(get_as(relay.address, &anna, task).await.status, 404);
    }
}

#[tokio::test]
async fn a_picture_is_its_owners_at_every_relay_that_shares_the_store() {
    let (register, redis) = (Register::new(), redis().await);
    let (anna, boris) = (register.token("Anna", &[]).await, register.token("Boris", &[]).await);
    let service = handing_over(100).await;
    let settings = knowing(&register, &service, in_redis(redis.address));
    let (first, second) = (Relay::start(settings.clone()).await, Relay::start(settings).await);
    let task = status(&run(first.address, &anna, "p", "кот").await);
    for relay in [&second, &first] {
        spring(&get_as(relay.address, &boris, &task).await, 404, &task);
        assert_eq!(acknowledge(relay.address, &boris, &result(&task)).await, 404);
        assert_eq!(get_as(relay.address, &anna, &task).await.json()["status"], "DONE");
    }
    assert_eq!(acknowledge(second.address, &anna, &result(&task)).await, 204);
    assert_eq!(get_as(first.address, &anna, &task).await.status, 404, "the service has nothing left, either");
}

/// A place is given back a moment after the picture was handed over. A run that is refused costs nothing.
async fn as_soon_as_it_may(address: SocketAddr, token: &str) -> Answer {
    let accepted = async {
        loop {
            let answer = run(address, token, "p", "кот").await;
            if answer.status != 429 {
                return answer;
            }
        }
    };
    timeout(PATIENCE, accepted).await.unwrap()
}

#[tokio::test]
async fn what_somebody_has_had_counts_at_every_relay_that_shares_the_store() {
    let (register, mut redis) = (Register::new(), redis().await);
    let anna = register.token("Anna", &["--runs-a-day", "3", "--at-once", "1"]).await;
    let service = handing_over(100).await;
    let settings = knowing(&register, &service, in_redis(redis.address));
    let (first, second) = (Relay::start(settings.clone()).await, Relay::start(settings).await);
    for left in [2, 1, 0] {
        let task = status(&as_soon_as_it_may(first.address, &anna).await);
        for relay in [&first, &second] {
            assert_eq!(get_as(relay.address, &anna, CONFIG).await.json()["runs_left"], left);
            if left > 0 {
                let refused = run(relay.address, &anna, "p", "кот").await;
                assert!(spring(&refused, 429, RUN).contains("at once"));
            }
        }
        // What one started frees its place when the other hands it over.
        assert_eq!(get_as(second.address, &anna, &task).await.json()["status"], "DONE");
    }
    let refused = run(second.address, &anna, "p", "кот").await;
    assert!(spring(&refused, 429, RUN).contains("All 3 runs of today"));

    redis.kill().await;
    spring(&run(first.address, &anna, "p", "кот").await, 503, RUN);
    assert_eq!(get_as(first.address, &anna, CONFIG).await.status, 503);
}

#[tokio::test]
async fn held_bytes_are_told_in_the_numbers() {
    let (register, redis, folder) = (Register::new(), redis().await, tempfile::tempdir().unwrap());
    let anna = register.token("Anna", &[]).await;
    for place in [HoldPlace::Memory, in_folder(folder.path()), in_redis(redis.address)] {
        let service = handing_over(10_000).await;
        let relay = Relay::start(knowing(&register, &service, place)).await;
        let held = async || -> u64 {
            let text = get(relay.address, "/metrics", &[]).await.text();
            let line = text.lines().find(|line| line.starts_with("komposition_relay_held_bytes{")).unwrap();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        assert_eq!(held().await, 0);
        let task = status(&run(relay.address, &anna, "p", "кот").await);
        assert_eq!(get_as(relay.address, &anna, &task).await.status, 200);
        assert!((10_000..10_200).contains(&held().await));
        assert_eq!(acknowledge(relay.address, &anna, &result(&task)).await, 204);
        assert_eq!(held().await, 0);
    }
}
