//! Hold until acknowledged, within one relay: what is kept, for whom, for how long, and who asks upstream.

use crate::support::{
    Answer, Relay, Service, answer, get, open, pair, pass_through, quick_simulator, send, small_run, spring,
};
use komposition_relay::{HoldPlace, HoldSettings, Keys, Settings};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use tokio::time::timeout;

const STATUS: &str = "/key/api/v1/pipeline/status/some-task";
const RESULT: &str = "/relay/v1/results/some-task";
const DONE: &str = r#"{"uuid":"some-task","status":"DONE","result":{"files":["aGVsbG8="],"censored":false}}"#;
const INITIAL: &str = r#"{"uuid":"some-task","status":"INITIAL"}"#;
const PATIENCE: Duration = Duration::from_secs(20);

fn hold(keep: Duration) -> HoldSettings {
    HoldSettings { pace: Duration::from_millis(20), ..HoldSettings::new(keep, HoldPlace::Memory) }
}

fn holding(service: &Service) -> Settings {
    let mut settings = pass_through(service, Keys::Held(pair("k", "s")));
    settings.limits.headers = PATIENCE;
    settings.hold = Some(hold(Duration::from_secs(900)));
    settings
}

fn json_answer(body: &str) -> String {
    answer("200 OK", "application/json", body)
}

/// Says these in turn, and then, as the service does, that there is no such task.
async fn saying_once(answers: Vec<String>) -> Service {
    let next = Arc::new(AtomicUsize::new(0));
    let answers = Arc::new(answers);
    Service::doing(move |mut stream, _| {
        let (next, answers) = (Arc::clone(&next), Arc::clone(&answers));
        async move {
            let gone = answer("404 Not Found", "application/json", r#"{"status":404,"message":"gone"}"#);
            let answer = answers.get(next.fetch_add(1, Ordering::SeqCst)).unwrap_or(&gone);
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}

async fn acknowledge(address: SocketAddr, path: &str) -> u16 {
    send(address, "DELETE", path, &[], b"").await.status
}

fn done(answer: &Answer) -> bool {
    answer.status == 200 && answer.text() == DONE
}

#[tokio::test]
async fn a_final_answer_is_repeated_until_it_is_acknowledged() {
    for last in [
        DONE,
        r#"{"uuid":"some-task","status":"FAIL","errorDescription":"The limit has been reached"}"#,
        r#"{"uuid":"some-task","status":"CANCEL"}"#,
    ] {
        let service = saying_once(vec![json_answer(INITIAL), json_answer(last)]).await;
        let relay = Relay::start(holding(&service)).await;
        assert_eq!(get(relay.address, STATUS, &[]).await.text(), INITIAL);
        for _ in 0..3 {
            let answer = get(relay.address, STATUS, &[]).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, last));
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
        assert_eq!(service.asked().len(), 2, "what is held is not asked for again");
        for _ in 0..2 {
            assert_eq!(acknowledge(relay.address, RESULT).await, 204, "twice is no mistake");
        }
        assert_eq!(get(relay.address, STATUS, &[]).await.status, 404, "it is gone");
    }
}

#[tokio::test]
async fn the_simulators_pictures_are_held_too() {
    let mut settings = quick_simulator();
    settings.hold = Some(hold(Duration::from_secs(900)));
    let relay = Relay::start(settings).await;
    let uuid = started(relay.address, "кот", &[]).await;
    let path = format!("/key/api/v1/pipeline/status/{uuid}");
    let first = get(relay.address, &format!("{path}?wait=10"), &[]).await;
    assert_eq!(first.json()["status"], "DONE");
    assert_eq!(get(relay.address, &path, &[]).await.body, first.body);
    assert_eq!(acknowledge(relay.address, &format!("/relay/v1/results/{uuid}")).await, 204);
    assert_eq!(get(relay.address, &path, &[]).await.status, 404);
}

#[tokio::test]
async fn when_the_time_is_up_it_is_gone() {
    let service = saying_once(vec![json_answer(DONE)]).await;
    let mut settings = holding(&service);
    settings.hold = Some(hold(Duration::from_millis(300)));
    let relay = Relay::start(settings).await;
    let begun = Instant::now();
    assert!(done(&get(relay.address, STATUS, &[]).await));
    let gone = async { while get(relay.address, STATUS, &[]).await.status != 404 {} };
    timeout(PATIENCE, gone).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_client_that_vanishes_in_the_middle_of_the_upstreams_body_does_not_stop_the_reading() {
    let (half, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (was_half, wait) = (Arc::clone(&half), Arc::clone(&go_on));
    let service = Service::doing(move |mut stream, _| {
        let (was_half, wait) = (Arc::clone(&was_half), Arc::clone(&wait));
        async move {
            let whole = json_answer(DONE);
            stream.write_all(&whole.as_bytes()[..whole.len() - 20]).await.unwrap();
            was_half.notify_one();
            wait.notified().await;
            // Fails when nobody reads any longer.
            stream.write_all(&whole.as_bytes()[whole.len() - 20..]).await.unwrap();
        }
    })
    .await;
    let relay = Relay::start(holding(&service)).await;
    let client =
        open(relay.address, format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await;
    timeout(PATIENCE, half.notified()).await.unwrap();
    drop(client);
    // The relay has taken notice of the end: a request sent after it is answered.
    assert_eq!(get(relay.address, "/healthz", &[]).await.status, 200);
    go_on.notify_one();
    assert!(done(&get(relay.address, STATUS, &[]).await));
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn a_client_that_vanishes_in_the_middle_of_the_relays_body_gets_it_again() {
    let large = format!(r#"{{"status":"DONE","files":["{}"]}}"#, "A".repeat(8_000_000));
    let service = saying_once(vec![json_answer(&large)]).await;
    let relay = Relay::start(holding(&service)).await;
    let request = format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut reading = open(relay.address, request.as_bytes()).await;
    reading.head().await;
    assert!(!reading.some(1).await.is_empty());
    drop(reading);
    let again = get(relay.address, STATUS, &[]).await;
    assert!(!again.cut && again.text() == large);
}

/// The form of a run; returns its uuid.
async fn started(address: SocketAddr, prompt: &str, headers: &[(&str, &str)]) -> String {
    let list = get(address, "/key/api/v1/pipelines", headers).await;
    let (kind, form) = small_run(list.json()[0]["id"].as_str().unwrap(), prompt);
    let headers: Vec<_> = headers.iter().copied().chain([("Content-Type", kind)]).collect();
    let accepted = send(address, "POST", "/key/api/v1/pipeline/run", &headers, form.as_bytes()).await;
    assert_eq!(accepted.status, 201, "{accepted:?}");
    accepted.json()["uuid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_run_with_other_keys_can_neither_be_read_nor_acknowledged() {
    let service = Service::doing(|mut stream, asked| async move {
        let body = if asked.line.starts_with("POST") { r#"{"uuid":"some-task"}"# } else { DONE };
        let _ = stream.write_all(json_answer(body).as_bytes()).await;
    })
    .await;
    let mut settings = holding(&service);
    settings.engine = pass_through(&service, Keys::FromClient).engine;
    let relay = Relay::start(settings).await;
    let mine = [("X-Key", "Key mine"), ("X-Secret", "Secret mine")];
    let yours = [("X-Key", "Key yours"), ("X-Secret", "Secret yours")];
    let (kind, form) = small_run("p", "кот");
    let run = [mine[0], mine[1], ("Content-Type", kind)];
    send(relay.address, "POST", "/key/api/v1/pipeline/run", &run, form.as_bytes()).await;
    // Before it is final, and when it is held.
    for _ in 0..2 {
        let message = spring(&get(relay.address, STATUS, &yours).await, 404, STATUS);
        assert_eq!(message, "There is no such task.");
        spring(&send(relay.address, "DELETE", RESULT, &yours, b"").await, 404, RESULT);
        assert!(done(&get(relay.address, STATUS, &mine).await));
    }
    assert_eq!(service.asked().len(), 2, "for a stranger nobody is asked");
    assert_eq!(send(relay.address, "DELETE", RESULT, &mine, b"").await.status, 204);
}

#[tokio::test]
async fn many_who_ask_at_once_are_one_question_upstream() {
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let service = Service::doing(move |mut stream, _| {
        let wait = Arc::clone(&wait);
        async move {
            wait.notified().await;
            let _ = stream.write_all(json_answer(DONE).as_bytes()).await;
        }
    })
    .await;
    let relay = Relay::start(holding(&service)).await;
    let address = relay.address;
    let polls: Vec<_> =
        (0..20).map(|_| tokio::spawn(async move { get(address, STATUS, &[]).await })).collect();
    timeout(PATIENCE, async {
        while service.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    go_on.notify_one();
    for poll in polls {
        assert!(done(&poll.await.unwrap()));
    }
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn who_waits_is_told_when_it_is_done_and_all_who_wait_are_one_poller() {
    let pending = 5;
    let mut answers = vec![json_answer(INITIAL); pending];
    answers.push(json_answer(DONE));
    let service = saying_once(answers).await;
    let relay = Relay::start(holding(&service)).await;
    let address = relay.address;
    let wait = format!("{STATUS}?wait=20");
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let wait = wait.clone();
            tokio::spawn(async move { get(address, &wait, &[]).await })
        })
        .collect();
    for client in waiting {
        assert!(done(&client.await.unwrap()));
    }
    let asked = service.asked();
    assert_eq!(asked.len(), pending + 1);
    assert!(asked.iter().all(|asked| asked.line == format!("GET {STATUS} HTTP/1.1")), "{asked:?}");
}

#[tokio::test]
async fn nobody_waits_longer_than_asked_for_nor_than_offered() {
    let service = Service::saying(json_answer(INITIAL)).await;
    let mut settings = holding(&service);
    settings.hold = Some(HoldSettings { wait: Duration::from_secs(1), ..hold(Duration::from_secs(900)) });
    let relay = Relay::start(settings).await;
    assert_eq!(get(relay.address, "/relay/v1/config", &[]).await.json()["wait"], 1);
    for (wait, expected) in [("0.3", 300), ("600", 1_000)] {
        let begun = Instant::now();
        let answer = get(relay.address, &format!("{STATUS}?wait={wait}"), &[]).await;
        assert_eq!(answer.text(), INITIAL);
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(expected) && took < PATIENCE, "{wait}: {took:?}");
    }
}

/// Waits that nobody means: each is none, or the longest that is offered, and never an error or a wait without end.
#[tokio::test]
async fn an_absurd_wait_is_none_or_the_longest_offered() {
    let service = Service::saying(json_answer(INITIAL)).await;
    let mut settings = holding(&service);
    let longest = Duration::from_secs(4);
    settings.hold = Some(HoldSettings { wait: longest, ..hold(Duration::from_secs(900)) });
    let relay = Relay::start(settings).await;
    let endless = "9".repeat(400);
    let none = [
        "-1",
        "-0",
        "",
        "NaN",
        "inf",
        "soon",
        "0x10",
        "1,5",
        "1e308",
        endless.as_str(),
        "%32%35",
        "-1&wait=25",
    ];
    let cases = none.map(|wait| (wait, false)).into_iter();
    let cases = cases.chain(["1e18", "99999999999", "25&wait=-1"].map(|wait| (wait, true)));
    let asking: Vec<_> = cases
        .enumerate()
        .map(|(number, (wait, waits))| {
            // Each of another task, so that none is told by another's question.
            let path = format!("/key/api/v1/pipeline/status/task-{number}?wait={wait}");
            let address = relay.address;
            let asking = tokio::spawn(async move {
                let begun = Instant::now();
                let answer = timeout(PATIENCE, get(address, &path, &[])).await.unwrap();
                (answer, begun.elapsed())
            });
            (wait, waits, asking)
        })
        .collect();
    for (wait, waits, asking) in asking {
        let (answer, took) = asking.await.unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (200, INITIAL), "{wait:.20}");
        assert_eq!(took >= longest, waits, "{wait:.20}: {took:?}");
    }
}

#[tokio::test]
async fn who_does_not_wait_is_not_kept_by_who_does() {
    let service = Service::saying(json_answer(INITIAL)).await;
    let mut settings = holding(&service);
    settings.hold = Some(HoldSettings { pace: PATIENCE, ..hold(Duration::from_secs(900)) });
    let relay = Relay::start(settings).await;
    let address = relay.address;
    let waiting = tokio::spawn(async move { get(address, &format!("{STATUS}?wait=20"), &[]).await });
    timeout(PATIENCE, async {
        while service.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(get(address, STATUS, &[]).await.text(), INITIAL);
    assert!(!waiting.is_finished());
    assert_eq!(service.asked().len(), 1, "the last word is new enough");
}

/// An error is nothing to wait through: what to make of it is the client's business.
#[tokio::test]
async fn who_waits_is_told_of_an_error_at_once() {
    let busy =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let service = Service::saying(busy).await;
    let relay = Relay::start(holding(&service)).await;
    let answer = get(relay.address, &format!("{STATUS}?wait=20"), &[]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("7")));
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn for_who_waits_nothing_is_asked_before_the_status_time() {
    let service = Service::doing(|mut stream, asked| async move {
        let body = if asked.line.starts_with("POST") {
            r#"{"uuid":"some-task","status":"INITIAL","status_time":600}"#
        } else {
            INITIAL
        };
        let _ = stream.write_all(json_answer(body).as_bytes()).await;
    })
    .await;
    let relay = Relay::start(holding(&service)).await;
    let (kind, form) = small_run("p", "кот");
    send(relay.address, "POST", "/key/api/v1/pipeline/run", &[("Content-Type", kind)], form.as_bytes()).await;
    let answer = get(relay.address, &format!("{STATUS}?wait=0.2"), &[]).await;
    assert_eq!(answer.json(), json!({"uuid": "some-task", "status": "INITIAL"}));
    assert_eq!(service.asked().len(), 1, "only the run");
    get(relay.address, STATUS, &[]).await;
    assert_eq!(service.asked().len(), 2, "who does not wait decides for himself");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_said_and_not_held() {
    let broken = json_answer(DONE);
    let service = saying_once(vec![broken[..broken.len() - 9].to_owned(), json_answer(DONE)]).await;
    let relay = Relay::start(holding(&service)).await;
    spring(&get(relay.address, STATUS, &[]).await, 502, STATUS);
    assert!(done(&get(relay.address, STATUS, &[]).await));
}

#[tokio::test]
async fn an_answer_that_comes_for_ever_and_ever_is_given_up() {
    let service = Service::doing(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
        // It makes progress all the time.
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let mut settings = holding(&service);
    settings.hold.as_mut().unwrap().whole = Duration::from_millis(100);
    let relay = Relay::start(settings).await;
    let answer = timeout(PATIENCE, get(relay.address, STATUS, &[])).await.unwrap();
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("did not come to its end"), "{}", answer.text());
}

#[tokio::test]
async fn an_answer_without_end_is_not_taken() {
    let service = Service::saying(json_answer(DONE)).await;
    let mut settings = holding(&service);
    settings.hold = Some(HoldSettings { largest: DONE.len() - 1, ..hold(Duration::from_secs(900)) });
    let relay = Relay::start(settings).await;
    let message = spring(&get(relay.address, STATUS, &[]).await, 502, STATUS);
    assert!(message.contains("larger than"), "{message}");
}

#[tokio::test]
async fn when_it_is_full_what_was_handed_over_goes_first_and_a_new_answer_is_told_all_the_same() {
    let service = Service::doing(|mut stream, asked| async move {
        let name = asked.line.split(['/', ' ']).nth(6).unwrap().to_owned();
        let body = format!(r#"{{"status":"DONE","files":["{name}{}"]}}"#, "A".repeat(1_000));
        let _ = stream.write_all(json_answer(&body).as_bytes()).await;
    })
    .await;
    let mut settings = holding(&service);
    settings.hold = Some(HoldSettings { bytes: 2_500, ..hold(Duration::from_secs(900)) });
    let relay = Relay::start(settings).await;
    let status = |name: &str| format!("/key/api/v1/pipeline/status/{name}");
    for name in ["one", "two", "three"] {
        let answer = get(relay.address, &status(name), &[]).await;
        assert_eq!(answer.status, 200, "{name}");
    }
    assert_eq!(service.asked().len(), 3);
    // Held are two and three.
    get(relay.address, &status("three"), &[]).await;
    get(relay.address, &status("two"), &[]).await;
    assert_eq!(service.asked().len(), 3);
    get(relay.address, &status("one"), &[]).await;
    assert_eq!(service.asked().len(), 4);
}

#[tokio::test]
async fn the_offer_stands_in_the_config_and_without_it_nothing_can_be_acknowledged() {
    let mut settings = quick_simulator();
    let without = Relay::start(settings.clone()).await;
    let config: Value = get(without.address, "/relay/v1/config", &[]).await.json();
    assert_eq!((&config["hold"], &config["wait"]), (&json!(false), &json!(0)));
    spring(&send(without.address, "DELETE", RESULT, &[], b"").await, 404, RESULT);

    settings.hold = Some(hold(Duration::from_secs(900)));
    let with = Relay::start(settings).await;
    let config: Value = get(with.address, "/relay/v1/config", &[]).await.json();
    assert_eq!((&config["hold"], &config["wait"]), (&json!(true), &json!(25)));
    for method in ["GET", "POST", "PUT"] {
        let refused = send(with.address, method, RESULT, &[], b"").await;
        spring(&refused, 405, RESULT);
        assert_eq!(refused.header("allow"), Some("DELETE"));
    }
    spring(&send(with.address, "DELETE", RESULT, &[], b"").await, 404, RESULT);
    spring(
        &send(with.address, "DELETE", "/relay/v1/results/%2e%2e", &[], b"").await,
        404,
        "/relay/v1/results/%2e%2e",
    );
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_acknowledge_unless_it_may_use_the_relay() {
    let service = Service::saying(json_answer(DONE)).await;
    let mut settings = holding(&service);
    settings.allow_origins = vec!["https://pictures.example".parse().unwrap()];
    let relay = Relay::start(settings).await;
    get(relay.address, STATUS, &[]).await;
    let from = |origin: &'static str| [("Origin", origin), ("Sec-Fetch-Site", "cross-site")];
    let foreign = send(relay.address, "DELETE", RESULT, &from("https://elsewhere.example"), b"").await;
    spring(&foreign, 403, RESULT);
    let asks = [("Origin", "https://pictures.example"), ("Access-Control-Request-Method", "DELETE")];
    let preflight = send(relay.address, "OPTIONS", RESULT, &asks, b"").await;
    assert!(preflight.all("access-control-allow-methods").contains("delete"), "{preflight:?}");
}

#[tokio::test]
async fn a_stop_sends_home_who_waits_and_reads_to_the_end_what_is_being_read() {
    let folder = tempfile::tempdir().unwrap();
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let service = Service::doing(move |mut stream, asked| {
        let wait = Arc::clone(&wait);
        async move {
            if asked.line.contains("other-task") {
                stream.write_all(json_answer(INITIAL).as_bytes()).await.unwrap();
                return;
            }
            let whole = json_answer(DONE);
            stream.write_all(&whole.as_bytes()[..whole.len() - 20]).await.unwrap();
            wait.notified().await;
            stream.write_all(&whole.as_bytes()[whole.len() - 20..]).await.unwrap();
        }
    })
    .await;
    let mut settings = holding(&service);
    let place = HoldPlace::Folder(folder.path().to_owned());
    settings.hold = Some(HoldSettings { place, pace: PATIENCE, ..hold(Duration::from_secs(900)) });
    let relay = Relay::start(settings.clone()).await;
    let address = relay.address;
    let other = "/key/api/v1/pipeline/status/other-task?wait=20";
    let waiting = tokio::spawn(async move { get(address, other, &[]).await });
    // Nobody is left who wants it.
    drop(open(address, format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await);
    timeout(PATIENCE, async {
        while service.asked().len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();

    let stopping = tokio::spawn(relay.stop());
    assert_eq!(waiting.await.unwrap().text(), INITIAL);
    assert!(!stopping.is_finished());
    go_on.notify_one();
    timeout(PATIENCE, stopping).await.unwrap().unwrap().unwrap();

    let next = Relay::start(settings).await;
    assert!(done(&get(next.address, STATUS, &[]).await));
    assert_eq!(service.asked().len(), 2);
}
