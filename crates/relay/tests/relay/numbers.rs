//! What an owner can watch: the numbers, and the log.

use crate::command::{relay, started};
use crate::support::people::{RUN, Register, bearer, get_as, id, pipeline, run, secret, status};
use crate::support::{Relay, Service, answer, get, open_from, pair, pass_through, quick_simulator, send};
use komposition_relay::{Keys, Settings};
use serde_json::Value;
use std::collections::HashSet;
use std::fs::File;

#[tokio::test]
async fn the_numbers_count_requests_refusals_and_the_engines_times() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::start(pass_through(&service, Keys::Held(pair("k", "s")))).await;
    for _ in 0..3 {
        get(relay.address, "/key/api/v1/pipelines", &[]).await;
    }
    get(relay.address, "/key/api/v1/pipeline/status/some-task", &[]).await;
    get(relay.address, "/nowhere/some-secret", &[]).await;
    send(relay.address, "PUT", "/healthz", &[], b"").await;
    let numbers = get(relay.address, "/metrics", &[]).await;
    assert_eq!(numbers.status, 200);
    assert!(numbers.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    let text = numbers.text();
    for line in [
        r#"komposition_relay_requests_total{engine="fusionbrain",route="/key/api/v1/pipelines",method="GET",status="200"} 3"#,
        r#"komposition_relay_requests_total{engine="fusionbrain",route="/key/api/v1/pipeline/status/{uuid}",method="GET",status="200"} 1"#,
        r#"komposition_relay_requests_total{engine="fusionbrain",route="elsewhere",method="GET",status="404"} 1"#,
        r#"komposition_relay_refusals_total{engine="fusionbrain",reason="not_found"} 1"#,
        r#"komposition_relay_refusals_total{engine="fusionbrain",reason="method"} 1"#,
        r#"komposition_relay_upstream_seconds_count{engine="fusionbrain",call="pipelines",outcome="success"} 3"#,
        r#"komposition_relay_held_bytes{engine="fusionbrain"} 0"#,
        r#"komposition_relay_connections{engine="fusionbrain"} "#,
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    assert!(!text.contains("some-task") && !text.contains("some-secret"), "{text}");
}

#[tokio::test]
async fn the_numbers_are_for_this_machine_unless_told_and_never_through_a_proxy() {
    let get_from = async |relay: &Relay, from: &str, header: &str| {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: localhost\r\n{header}\r\n");
        open_from(from, relay.address, request.as_bytes()).await.head().await.0
    };
    let relay = Relay::start(quick_simulator()).await;
    assert_eq!(get_from(&relay, "127.0.0.1", "").await, 200);
    for header in ["X-Forwarded-For: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n", "Via: 1.1 nginx\r\n"] {
        assert_eq!(get_from(&relay, "127.0.0.1", header).await, 404, "{header}");
    }
    let settings = Settings { metrics_from: vec!["127.0.0.2/32".parse().unwrap()], ..quick_simulator() };
    let relay = Relay::start(settings).await;
    assert_eq!(get_from(&relay, "127.0.0.2", "").await, 200);
    assert_eq!(get_from(&relay, "127.0.0.1", "").await, 404);
}

#[tokio::test]
async fn the_log_is_json_with_a_number_for_each_request_and_nothing_of_what_was_in_it() {
    let register = Register::new();
    let anna = register.token("Anna Secretname", &[]).await;
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let people = register.path();
    let words = ["--listen", "127.0.0.1:0", "--log", "trace", "--log-format", "json", "--sim-seconds", "0"];
    let mut command = relay(&[&words[..], &["--people", people.to_str().unwrap()]].concat());
    command.stderr(File::create(&log).unwrap());
    let (mut child, address) = started(&mut command).await;
    let pipeline = pipeline(address, &[("Authorization", &bearer(&anna))]).await;
    let path = status(&run(address, &anna, &pipeline, "a prompt nobody shall read").await);
    let done = get_as(address, &anna, &path).await;
    let number = done.header("x-request-id").unwrap().to_owned();
    get(address, &format!("{path}?x=a%20prompt%20nobody"), &[("X-Secret", "a-wrong-secret")]).await;
    get(address, "/a-path-nobody-shall-read", &[]).await;
    send(address, "UNHEARDOF", "/healthz", &[], b"").await;
    child.kill().await.unwrap();

    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: Vec<&Value> = lines.iter().filter(|line| line.get("request").is_some()).collect();
    assert_eq!(requests.len(), 6, "{text}");
    let numbers: HashSet<&str> = requests.iter().map(|line| line["request"].as_str().unwrap()).collect();
    assert_eq!(numbers.len(), requests.len(), "another one each time");
    let poll = requests.iter().find(|line| line["request"] == number.as_str()).unwrap();
    assert_eq!(poll["route"], "/key/api/v1/pipeline/status/{uuid}");
    assert_eq!((&poll["method"], &poll["status"]), (&"GET".into(), &200.into()));
    assert_eq!(poll["who"], anna.split('_').nth(1).unwrap());
    for secret in [
        secret(&anna),
        path.rsplit('/').next().unwrap(),
        "prompt",
        "a-wrong-secret",
        "a-path-nobody",
        "UNHEARDOF",
        "Secretname",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn the_log_says_who_it_was_wherever_somebody_has_to_be_somebody_and_nowhere_else() {
    let register = Register::new();
    let anna = register.token("Anna", &[]).await;
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let people = register.path();
    let words = ["--listen", "127.0.0.1:0", "--log-format", "json", "--sim-seconds", "0", "--hold", "1m"];
    let mut command = relay(&[&words[..], &["--people", people.to_str().unwrap()]].concat());
    command.stderr(File::create(&log).unwrap());
    let (mut child, address) = started(&mut command).await;
    let pipeline = pipeline(address, &[("Authorization", &bearer(&anna))]).await;
    let path = status(&run(address, &anna, &pipeline, "кот").await);
    for path in
        [path.as_str(), "/relay/v1/config", "/relay/v1/openapi.json", "/metrics", "/healthz", "/nowhere"]
    {
        get_as(address, &anna, path).await;
    }
    let result = path.replace("/key/api/v1/pipeline/status/", "/relay/v1/results/");
    send(address, "DELETE", &result, &[("Authorization", &bearer(&anna))], b"").await;
    get(address, "/key/api/v1/pipelines", &[]).await;
    child.kill().await.unwrap();

    let text = std::fs::read_to_string(&log).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let said: Vec<(String, bool)> = lines
        .filter(|line| line.get("request").is_some())
        .map(|line| (line["route"].as_str().unwrap().to_owned(), line["who"] == id(&anna)))
        .collect();
    let said: Vec<(&str, bool)> = said.iter().map(|(route, known)| (route.as_str(), *known)).collect();
    assert_eq!(
        said,
        [
            ("/key/api/v1/pipelines", true),
            (RUN, true),
            ("/key/api/v1/pipeline/status/{uuid}", true),
            ("/relay/v1/config", true),
            ("/relay/v1/openapi.json", false),
            ("/metrics", false),
            ("/healthz", false),
            ("elsewhere", false),
            ("/relay/v1/results/{uuid}", true),
            // A stranger.
            ("/key/api/v1/pipelines", false),
        ],
        "{text}"
    );
}
