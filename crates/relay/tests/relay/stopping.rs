//! The end of a relay: requests in flight are finished, but not for ever.

use crate::support::{Relay, Service, get, open, pair, pass_through};
use komposition_relay::Keys;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

const STATUS: &str = "/key/api/v1/pipeline/status/some-task";

#[tokio::test]
async fn a_request_in_flight_is_finished_and_no_new_one_is_taken() {
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let service = Service::doing(move |mut stream, _| {
        let wait = Arc::clone(&wait);
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst").await.unwrap();
            wait.notified().await;
            stream.write_all(b" last").await.unwrap();
        }
    })
    .await;
    let relay = Relay::before(&service).await;
    let address = relay.address;
    // A second connection that is open and idle must not hold the end up.
    let _idle = TcpStream::connect(address).await.unwrap();
    let mut reading =
        open(address, format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await;
    reading.head().await;
    assert_eq!(reading.some(5).await, b"first");

    let stopping = tokio::spawn(relay.stop());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished());
    go_on.notify_one();
    assert_eq!(reading.some(5).await, b" last");
    stopping.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_is_broken_off_after_the_goodbye() {
    let service = Service::doing(|stream, _| async move {
        let _keep = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let mut settings = pass_through(&service, Keys::Held(pair("k", "s")));
    settings.limits.headers = Duration::from_secs(60);
    settings.limits.goodbye = Duration::from_millis(100);
    let relay = Relay::start(settings).await;
    let _reading =
        open(relay.address, format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await;
    while service.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    relay.stop().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn more_connections_than_places_wait_for_their_turn() {
    let mut settings = crate::support::quick_simulator();
    settings.limits.connections = 1;
    let relay = Relay::start(settings).await;
    let first = open(relay.address, b"").await;
    let address = relay.address;
    let second = tokio::spawn(async move { get(address, "/healthz", &[]).await.status });
    // Whoever is in has answered before: the place is taken, and the second one is still waiting.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!second.is_finished());
    drop(first);
    assert_eq!(second.await.unwrap(), 200);
}
