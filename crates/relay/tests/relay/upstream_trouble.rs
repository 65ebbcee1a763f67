//! When the service behind the relay is not there, silent or broken: JSON in the service's shape, 502 or 504.

use crate::support::{Relay, Service, get, pair, pass_through, send, spring};
use fusionbrain::Base;
use komposition_relay::{EngineSettings, Keys, Settings};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const PIPELINES: &str = "/key/api/v1/pipelines";
const RUN: &str = "/key/api/v1/pipeline/run";

#[tokio::test]
async fn a_dead_upstream_is_502() {
    // A port that was free a moment ago: nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let upstream = Base::new(&format!("http://{address}")).unwrap();
    let relay =
        Relay::start(Settings::new(EngineSettings::fusionbrain(upstream, Keys::Held(pair("k", "s"))))).await;
    let message = spring(&get(relay.address, PIPELINES, &[]).await, 502, PIPELINES);
    assert!(message.contains(&format!("{address} cannot be reached")), "{message}");
    // It never got there, so that nothing is said about a run that might be under way.
    let message = spring(&send(relay.address, "POST", RUN, &[], b"x").await, 502, RUN);
    assert!(!message.contains("unknown"), "{message}");
}

#[tokio::test]
async fn an_upstream_that_breaks_off_before_its_answer_is_502() {
    let service = Service::saying("").await;
    let relay = Relay::before(&service).await;
    spring(&get(relay.address, PIPELINES, &[]).await, 502, PIPELINES);
    let message = spring(&send(relay.address, "POST", RUN, &[], b"x").await, 502, RUN);
    assert!(message.contains("Whether the run was started is unknown"), "{message}");
    assert_eq!(service.asked().len(), 2, "a run is never sent twice");
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http_is_502() {
    let service = Service::saying("SSH-2.0-OpenSSH\r\n").await;
    let relay = Relay::before(&service).await;
    spring(&get(relay.address, PIPELINES, &[]).await, 502, PIPELINES);
}

#[tokio::test]
async fn silence_is_504() {
    let service = Service::doing(|stream, _| async move {
        let _keep = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let mut settings = pass_through(&service, Keys::Held(pair("k", "s")));
    settings.limits.headers = Duration::from_millis(100);
    let relay = Relay::start(settings).await;
    spring(&get(relay.address, PIPELINES, &[]).await, 504, PIPELINES);
    let message = spring(&send(relay.address, "POST", RUN, &[], b"x").await, 504, RUN);
    assert!(message.contains("Whether the run was started is unknown"), "{message}");
}

#[tokio::test]
async fn a_connection_that_does_not_come_to_be_is_504() {
    // Takes TCP and never answers TLS; the list of styles is the one address that may be another scheme.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = Service::saying("").await;
    let mut settings = pass_through(&service, Keys::FromClient);
    let EngineSettings::Fusionbrain { styles, .. } = &mut settings.engine else { unreachable!() };
    *styles = format!("https://{}/static/styles/key", silent.local_addr().unwrap());
    settings.limits.connect = Duration::from_millis(100);
    settings.limits.headers = Duration::from_secs(10);
    let relay = Relay::start(settings).await;
    let message = spring(&get(relay.address, "/static/styles/key", &[]).await, 504, "/static/styles/key");
    assert!(message.starts_with("No connection to"), "{message}");
}

#[tokio::test]
async fn a_body_that_breaks_off_breaks_off_here_too() {
    let service = Service::doing(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"files\":").await.unwrap();
    })
    .await;
    let relay = Relay::before(&service).await;
    let answer = get(relay.address, PIPELINES, &[]).await;
    assert!(answer.cut, "a short body must not look whole: {answer:?}");
}

#[tokio::test]
async fn a_usual_relay_waits_5_seconds_for_a_connection_and_60_for_an_answer() {
    let limits = komposition_relay::Limits::default();
    assert_eq!((limits.connect, limits.headers), (Duration::from_secs(5), Duration::from_secs(60)));
    assert_eq!(limits.run_body, 64 * 1024);
}
