//! The openai engine: the Fusion Brain wire in front of a server with `POST /images/generations`.

use crate::command::{relay, started};
use crate::support::{
    Answer, Asked, Images, Relay, Service, answer, before_images, get, is_order, ordered, painted, png,
    png_for, run_form, send, spring,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fusionbrain::{Key, Size};
use komposition_relay::{EngineSettings, OpenAiSettings, Settings};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

pub(crate) const RUN: &str = "/key/api/v1/pipeline/run";
pub(crate) const PIPELINES: &str = "/key/api/v1/pipelines";
pub(crate) const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=edge");

pub(crate) async fn relay_before(settings: OpenAiSettings) -> Relay {
    Relay::start(Settings::new(EngineSettings::OpenAi(settings))).await
}

pub(crate) async fn pipelines(address: SocketAddr) -> Vec<Value> {
    let list = get(address, PIPELINES, &[]).await;
    assert_eq!(list.status, 200, "{list:?}");
    list.json().as_array().unwrap().clone()
}

pub(crate) fn params(prompt: &str, width: u32, height: u32) -> Value {
    json!({
        "type": "GENERATE", "numImages": 1, "width": width, "height": height,
        "style": "ANIME", "negativePromptDecoder": "дождь", "generateParams": {"query": prompt},
    })
}

/// Asks for a run of the first pipeline.
pub(crate) async fn run(address: SocketAddr, params: &Value) -> Answer {
    let pipeline = pipelines(address).await[0]["id"].as_str().unwrap().to_owned();
    send(address, "POST", RUN, &[FORM], run_form(&pipeline, params).as_bytes()).await
}

/// The path of an accepted run's status.
pub(crate) fn status_of(accepted: &Answer) -> String {
    assert_eq!(accepted.status, 201, "{accepted:?}");
    format!("/key/api/v1/pipeline/status/{}", accepted.json()["uuid"].as_str().unwrap())
}

/// Polls until the answer is final.
pub(crate) async fn finished(address: SocketAddr, status: &str) -> Value {
    let polling = async {
        loop {
            let answer = get(address, status, &[]).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let answer = answer.json();
            if !matches!(answer["status"].as_str().unwrap(), "INITIAL" | "PROCESSING") {
                return answer;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), polling).await.expect("a final answer in time")
}

/// Runs a prompt and waits for what comes of it.
pub(crate) async fn outcome(address: SocketAddr, prompt: &str) -> Value {
    let accepted = run(address, &params(prompt, 512, 512)).await;
    finished(address, &status_of(&accepted)).await
}

/// Waits until a condition holds that another task brings about.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[tokio::test]
async fn a_relay_that_is_asked_to_stop_hands_over_what_is_being_painted_and_tells_what_waits() {
    let images = Images::gated(&["m"], |order| (200, painted(&png_for(order)))).await;
    let relay = relay_before(before_images(&images.url())).await;
    let address = relay.address;
    let painting = status_of(&run(address, &params("painting", 512, 512)).await);
    until("an order", async || images.most_at_once() == 1).await;
    let waiting = status_of(&run(address, &params("waiting", 512, 512)).await);
    let stopping = tokio::spawn(relay.stop());
    until("the end to begin", async || get(address, "/healthz", &[]).await.status == 503).await;
    let told = finished(address, &waiting).await;
    assert_eq!(told["status"], "FAIL");
    assert!(told["errorDescription"].as_str().unwrap().contains("stopped"), "{told}");
    let refused = run(address, &params("late", 512, 512)).await.json();
    assert_eq!(refused["pipeline_status"], "DISABLED_BY_QUEUE", "{refused}");
    images.let_through(1);
    assert_eq!(finished(address, &painting).await["status"], "DONE");
    timeout(Duration::from_secs(20), stopping).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn pipelines_are_named_after_the_models_and_keep_their_ids() {
    let images = Images::painting(&["sd-cpp-local", "flux.1-schnell"]).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let relay = relay_before(before_images(&images.url())).await;
        let list = pipelines(relay.address).await;
        let names: Vec<_> = list.iter().map(|pipeline| pipeline["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["sd-cpp-local", "flux.1-schnell"]);
        let read = get(relay.address, PIPELINES, &[]).await;
        let read = fusionbrain::read_pipelines(200, &fusionbrain::Headers::none(), &read.body).unwrap();
        assert!(fusionbrain::default_pipeline(&read).is_some(), "the app has one to choose");
        ids.push(list.iter().map(|pipeline| pipeline["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
        assert_eq!(get(relay.address, "/key/api/v1/pipelines?type=TEXT2VIDEO", &[]).await.json(), json!([]));
        assert_eq!(
            get(relay.address, "/key/api/v1/pipelines?type=TEXT2IMAGE", &[]).await.json(),
            json!(list)
        );
    }
    assert_eq!(ids[0], ids[1], "the same after a restart");
    assert_ne!(ids[0][0], ids[0][1]);
    assert_eq!(images.service.asked().len(), 2, "a list is kept for a while");
}

#[tokio::test]
async fn the_models_that_were_named_are_offered_without_asking() {
    let images = Images::painting(&["not-this-one"]).await;
    let models = vec!["wanted".to_owned()];
    let relay = relay_before(OpenAiSettings { models, ..before_images(&images.url()) }).await;
    assert_eq!(pipelines(relay.address).await[0]["name"], "wanted");
    assert_eq!(outcome(relay.address, "кот").await["status"], "DONE");
    assert_eq!(images.orders()[0]["model"], "wanted");
    assert_eq!(images.service.asked().len(), 1);
}

#[tokio::test]
async fn a_server_without_a_list_has_one_model_of_no_name() {
    let service = Service::doing(|mut stream, asked| async move {
        use tokio::io::AsyncWriteExt;
        let said = match is_order(&asked) {
            true => answer("200 OK", "application/json", &painted(&png_for(&ordered(&asked)))),
            false => answer("404 Not Found", "text/plain", "404"),
        };
        stream.write_all(said.as_bytes()).await.unwrap();
    })
    .await;
    let relay = relay_before(before_images(&format!("{}/v1", service.url()))).await;
    let list = pipelines(relay.address).await;
    assert_eq!(service.url(), format!("http://{}", list[0]["name"].as_str().unwrap()));
    assert_eq!(outcome(relay.address, "кот").await["status"], "DONE");
    let order = service.asked().iter().find(|asked| is_order(asked)).map(ordered).unwrap();
    assert!(order.get("model").is_none(), "{order}");
}

#[tokio::test]
async fn a_run_is_accepted_at_once_and_its_picture_is_handed_over_once() {
    let images = Images::gated(&["m"], |order| (200, painted(&png_for(order)))).await;
    let relay = relay_before(before_images(&images.url())).await;
    let accepted = run(relay.address, &params("Пушистый кот", 576, 1024)).await;
    let status = status_of(&accepted);
    let said = accepted.json();
    assert_eq!(said["status"], "INITIAL");
    assert_eq!(said["status_time"], 10, "before anything was measured");
    let second = status_of(&run(relay.address, &params("Ещё кот", 512, 512)).await);

    let word = async |path: &str| get(relay.address, path, &[]).await.json()["status"].clone();
    until("it is painted", async || word(&status).await == "PROCESSING").await;
    assert_eq!(word(&second).await, "INITIAL", "one at a time");
    images.let_through(1);
    let done = finished(relay.address, &status).await;
    assert_eq!(done["status"], "DONE");
    assert_eq!(done["result"]["censored"], false);
    assert_eq!(done["generationTime"], 1);
    let file = BASE64_STANDARD.decode(done["result"]["files"][0].as_str().unwrap()).unwrap();
    assert_eq!(file, png(576, 1024), "byte for byte");
    spring(&get(relay.address, &status, &[]).await, 404, &status);

    images.let_through(1);
    assert_eq!(finished(relay.address, &second).await["status"], "DONE");
}

#[tokio::test]
async fn the_order_is_made_of_what_the_server_knows_and_of_nothing_the_client_sent_beside() {
    let images = Images::painting(&["m"]).await;
    let key = Key::new("sk-relays-own");
    let relay = relay_before(OpenAiSettings { key, ..before_images(&images.url()) }).await;
    let pipeline = pipelines(relay.address).await[0]["id"].as_str().unwrap().to_owned();
    let form = run_form(&pipeline, &params("кот \"в\" очках", 640, 960));
    let headers = [FORM, ("X-Key", "Key k"), ("X-Secret", "Secret s"), ("Cookie", "c=1"), ("X-Other", "o")];
    let accepted = send(relay.address, "POST", RUN, &headers, form.as_bytes()).await;
    finished(relay.address, &status_of(&accepted)).await;
    let asked = images.service.asked().into_iter().find(is_order).unwrap();
    assert_eq!(
        ordered(&asked),
        json!({"model": "m", "prompt": "кот \"в\" очках", "n": 1, "size": "640x960", "response_format": "b64_json"})
    );
    assert_eq!(asked.names(), ["accept", "authorization", "content-length", "content-type", "host"]);
    assert_eq!(asked.header("authorization"), Some("Bearer sk-relays-own"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn the_nearest_size_is_ordered_and_all_three_sizes_are_said() {
    // It rounds in silence, as stable-diffusion.cpp does.
    let images = Images::saying(&["m"], |_| (200, painted(&png(768, 500)))).await;
    let sizes = [(512, 512), (768, 512)].map(|(width, height)| Size::new(width, height).unwrap()).to_vec();
    let relay = relay_before(OpenAiSettings { sizes, ..before_images(&images.url()) }).await;
    let accepted = run(relay.address, &params("кот", 1024, 576)).await;
    assert_eq!(accepted.json()["size"], json!({"asked": "1024x576", "ordered": "768x512"}));
    let done = finished(relay.address, &status_of(&accepted)).await;
    assert_eq!(done["size"], json!({"asked": "1024x576", "ordered": "768x512", "made": "768x500"}));
    assert_eq!(images.orders()[0]["size"], "768x512");
}

#[tokio::test]
async fn what_is_ignored_is_said_in_the_config_and_no_style_is_offered() {
    let images = Images::painting(&["m"]).await;
    let relay = relay_before(before_images(&images.url())).await;
    let config = get(relay.address, "/relay/v1/config", &[]).await.json();
    assert_eq!((&config["engine"], &config["needs_keys"]), (&json!("openai"), &json!(false)));
    assert_eq!(config["ignores"], json!(["style", "negativePromptDecoder"]));
    let styles = get(relay.address, "/static/styles/key", &[]).await.json();
    assert_eq!(styles.as_array().unwrap().len(), 1);
    assert_eq!(styles[0]["name"], "DEFAULT");
}

#[tokio::test]
async fn a_full_queue_refuses_with_201_and_availability_says_it_until_there_is_room() {
    let images = Images::gated(&["m"], |order| (200, painted(&png_for(order)))).await;
    let relay = relay_before(OpenAiSettings { queue: 2, ..before_images(&images.url()) }).await;
    let id = pipelines(relay.address).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/key/api/v1/pipeline/{id}/availability");
    let word = async || get(relay.address, &path, &[]).await.json()["status"].clone();
    assert_eq!(word().await, "ACTIVE");
    let first = status_of(&run(relay.address, &params("1", 512, 512)).await);
    let second = run(relay.address, &params("2", 512, 512)).await;
    assert_eq!(second.json()["status_time"], 20, "two times the guess");
    let refused = run(relay.address, &params("3", 512, 512)).await;
    assert_eq!((refused.status, refused.json()), (201, json!({"pipeline_status": "DISABLED_BY_QUEUE"})));
    assert_eq!(word().await, "DISABLED_BY_QUEUE");
    images.let_through(1);
    finished(relay.address, &first).await;
    assert_eq!(word().await, "ACTIVE");
    let again = run(relay.address, &params("3", 512, 512)).await;
    assert_eq!(again.json()["status_time"], 1, "measured now: two times next to nothing");
    images.let_through(2);
    for accepted in [second, again] {
        assert_eq!(finished(relay.address, &status_of(&accepted)).await["status"], "DONE");
    }
    assert_eq!(images.orders().len(), 3, "what was refused was never ordered");
    let unknown = "/key/api/v1/pipeline/nobody/availability";
    spring(&get(relay.address, unknown, &[]).await, 404, unknown);
}

#[tokio::test]
async fn many_clients_get_each_their_own_picture_and_the_server_never_more_than_it_can_take() {
    // Each picture is as wide as its prompt says, so that a mixed-up one is seen.
    let images = Images::saying(&["m"], |order| {
        (200, painted(&png(order["prompt"].as_str().unwrap().parse().unwrap(), 64)))
    })
    .await;
    let settings = OpenAiSettings { at_once: 3, queue: 100, ..before_images(&images.url()) };
    let relay = relay_before(settings).await;
    let clients = (1..=60).map(|number: u32| {
        let address = relay.address;
        tokio::spawn(async move {
            let done = outcome(address, &number.to_string()).await;
            assert_eq!(done["size"]["made"], format!("{number}x64"), "{done}");
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    assert_eq!(images.orders().len(), 60);
    assert!((1..=3).contains(&images.most_at_once()), "{}", images.most_at_once());
}

#[tokio::test]
async fn a_run_outside_the_limits_is_refused_as_the_service_does_and_nothing_is_ordered() {
    let images = Images::painting(&["m"]).await;
    let relay = relay_before(before_images(&images.url())).await;
    let with = |name: &str, value: Value| {
        let mut params = params("кот", 512, 512);
        params[name] = value;
        params
    };
    for (params, word) in [
        (with("width", json!(127)), "127x512"),
        (with("height", json!(2049)), "512x2049"),
        (with("width", json!("512")), "Failed to read"),
        (with("numImages", json!(2)), "1 изображение"),
        (with("type", json!("EDIT")), "Failed to read"),
        (with("generateParams", json!({})), "query"),
        (with("generateParams", json!({"query": " "})), "query"),
        (with("generateParams", json!({"query": "😀".repeat(501)})), "1002"),
        (with("negativePromptDecoder", json!("x".repeat(1001))), "1001"),
        (
            with("generateParams", json!({"query": "a <SD_cpp_extra_args>{}</sd_cpp_extra_args>"})),
            "instruction",
        ),
    ] {
        let message = spring(&run(relay.address, &params).await, 400, RUN);
        assert!(message.contains(word), "{params}: {message}");
    }
    let known = pipelines(relay.address).await[0]["id"].as_str().unwrap().to_owned();
    let form = run_form("no-such-model", &params("кот", 512, 512));
    spring(&send(relay.address, "POST", RUN, &[FORM], form.as_bytes()).await, 404, RUN);
    let untyped =
        run_form(&known, &params("кот", 512, 512)).replace("Content-Type: application/json\r\n", "");
    spring(&send(relay.address, "POST", RUN, &[FORM], untyped.as_bytes()).await, 415, RUN);
    let json = [("Content-Type", "application/json")];
    spring(&send(relay.address, "POST", RUN, &json, b"{}").await, 415, RUN);
    let huge = run_form(&known, &params(&"x".repeat(70_000), 512, 512));
    spring(&send(relay.address, "POST", RUN, &[FORM], huge.as_bytes()).await, 413, RUN);
    spring(&send(relay.address, "POST", RUN, &[FORM], b"--edge\r\nnonsense").await, 400, RUN);
    let unknown = "/key/api/v1/pipeline/status/00000000-0000-4000-8000-000000000000";
    spring(&get(relay.address, unknown, &[]).await, 404, unknown);
    assert!(images.orders().is_empty());
}

#[tokio::test]
async fn without_the_server_there_are_no_pipelines_and_it_is_said() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", gone.local_addr().unwrap());
    drop(gone);
    let relay = relay_before(before_images(&url)).await;
    let message = spring(&get(relay.address, PIPELINES, &[]).await, 502, PIPELINES);
    assert!(message.contains("cannot be reached"), "{message}");

    for (said, words) in [
        (
            answer("401 Unauthorized", "application/json", r#"{"error":{"message":"key sk-1 is wrong"}}"#),
            "relay's key",
        ),
        (answer("500 Oh", "text/html", "<html>"), "answered 500"),
        (answer("200 OK", "text/html", "<html>"), "something else than a list"),
    ] {
        let service = Service::saying(said).await;
        let relay = relay_before(before_images(&format!("{}/v1", service.url()))).await;
        let message = spring(&get(relay.address, PIPELINES, &[]).await, 502, PIPELINES);
        assert!(message.contains(words) && !message.contains("sk-1"), "{message}");
    }

    let silent = Service::silent().await;
    let mut settings = Settings::new(EngineSettings::OpenAi(before_images(&format!("{}/v1", silent.url()))));
    settings.limits.headers = Duration::from_millis(100);
    let relay = Relay::start(settings).await;
    let message = spring(&get(relay.address, PIPELINES, &[]).await, 504, PIPELINES);
    assert!(message.contains("did not answer within"), "{message}");
}

#[tokio::test]
async fn a_silent_server_is_asked_for_its_models_once_however_many_wait() {
    let silent = Service::silent().await;
    let mut settings = Settings::new(EngineSettings::OpenAi(before_images(&format!("{}/v1", silent.url()))));
    settings.limits.headers = Duration::from_millis(300);
    let relay = Relay::start(settings).await;
    let address = relay.address;
    let all: Vec<_> =
        (0..20).map(|_| tokio::spawn(async move { get(address, PIPELINES, &[]).await })).collect();
    for answer in all {
        spring(&answer.await.unwrap(), 504, PIPELINES);
    }
    assert_eq!(silent.asked().len(), 1);
}

#[tokio::test]
async fn the_program_starts_with_it_and_its_log_holds_neither_key_nor_prompt() {
    let images = Images::painting(&["m"]).await;
    let dir = tempfile::tempdir().unwrap();
    let (key, log) = (dir.path().join("key"), dir.path().join("log"));
    std::fs::write(&key, "sk-upstream-secret\n").unwrap();
    let url = images.url();
    let flags = ["--listen", "127.0.0.1:0", "--engine", "openai", "--upstream", &url, "--log", "trace"];
    let mut command = relay(&[&flags[..], &["--upstream-key-file", key.to_str().unwrap()]].concat());
    command.stderr(std::fs::File::create(&log).unwrap());
    let (mut child, address) = started(&mut command).await;
    assert_eq!(outcome(address, "a-very-private-wish").await["status"], "DONE");
    child.kill().await.unwrap();
    let asked = images.service.asked().into_iter().find(is_order).unwrap();
    assert_eq!(asked.header("authorization"), Some("Bearer sk-upstream-secret"));
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("painted") && log.contains(PIPELINES), "{log}");
    for secret in ["sk-upstream-secret", "a-very-private-wish"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// Servers quote what they did not like.
#[tokio::test]
async fn what_a_failed_run_was_about_is_not_in_the_log() {
    let quoting = |asked: Asked| {
        if is_order(&asked) {
            let error = r#"{"error":"cannot paint a-very-private-wish"}"#;
            answer("400 Bad Request", "application/json", error)
        } else {
            answer("200 OK", "application/json", r#"{"data":[{"id":"m"}]}"#)
        }
    };
    let service = Service::doing(move |mut stream, asked| {
        let said = quoting(asked);
        async move {
            let _ = stream.write_all(said.as_bytes()).await;
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let url = format!("{}/v1", service.url());
    let flags = ["--listen", "127.0.0.1:0", "--engine", "openai", "--upstream", &url, "--log", "trace"];
    let mut command = relay(&flags);
    command.stderr(std::fs::File::create(&log).unwrap());
    let (mut child, address) = started(&mut command).await;
    let failed = outcome(address, "a-very-private-wish").await;
    assert!(failed["errorDescription"].as_str().unwrap().contains("a-very-private-wish"), "{failed}");
    child.kill().await.unwrap();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("word=\"failed\"") && !log.contains("a-very-private-wish"), "{log}");
}
