//! What the openai engine makes of everything a server can answer.

use crate::openai::{finished, outcome, params, relay_before, run, status_of};
use crate::support::{Images, Service, answer, before_images, is_order, ordered, painted, png, png_for};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fusionbrain::{Headers, StatusAnswer, read_status};
use komposition_relay::OpenAiSettings;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// What comes of a run at a server that says this to every order.
async fn after(status: u16, body: impl Into<String>) -> Value {
    let body = body.into();
    let images = Images::saying(&["m"], move |_| (status, body.clone())).await;
    let relay = relay_before(before_images(&images.url())).await;
    let outcome = outcome(relay.address, "кот").await;
    assert_eq!(images.orders().len(), 1, "never ordered twice: {outcome}");
    outcome
}

#[tokio::test]
async fn errors_are_failures_with_the_servers_own_words() {
    for (status, body, words) in [
        (400, r#"{"error":"prompt required"}"#, "answered 400: prompt required"),
        (500, r#"{"error":"generate_image returned no results"}"#, "generate_image returned no results"),
        (500, r#"{"error":"server_error","message":"out of memory"}"#, "out of memory"),
        (500, r#"{"error":{"code":500,"message":"could not load model: rpc error","type":""}}"#, "rpc error"),
        (
            404,
            r#"{"error":{"message":"The model `m` does not exist.","code":"model_not_found"}}"#,
            "does not exist",
        ),
        (422, r#"{"detail":[{"loc":["body","n"],"msg":"n must be 1"}]}"#, "n must be 1"),
        (503, r#"{"detail":"The engine is not ready"}"#, "answered 503: The engine is not ready"),
        (
            401,
            r#"{"error":{"message":"Incorrect API key provided: sk-other"}}"#,
            "does not take the relay's key (401)",
        ),
        (403, "", "does not take the relay's key (403)"),
        (502, "<html><body>Bad Gateway</body></html>", "answered 502 without a word"),
        (500, "", "answered 500 without a word"),
        (302, "", "answered 302 without a word"),
        (200, r#"{"error":{"message":"CUDA out of memory"}}"#, "CUDA out of memory"),
    ] {
        let failed = after(status, body).await;
        let said = failed["errorDescription"].as_str().unwrap();
        assert_eq!(failed["status"], "FAIL");
        assert!(said.contains(words) && !said.contains("sk-other") && !said.contains('<'), "{said}");
    }
}

#[tokio::test]
async fn moderation_is_a_censored_picture_and_never_an_error() {
    for (status, body) in [
        (
            400,
            r#"{"error":{"code":"content_policy_violation","message":"x","type":"invalid_request_error"}}"#,
        ),
        (
            400,
            r#"{"error":{"message":"Your request was rejected by the safety system. safety_violations=[sexual].","type":"image_generation_user_error","param":"","code":"moderation_blocked"}}"#,
        ),
        (400, r#"{"error":{"code":"contentFilter","message":"filtered"}}"#),
        (400, r#"{"error":{"message":"The prompt violates our content policy"}}"#),
        (200, r#"{"data":[{"respect_moderation":false}]}"#),
        (200, r#"{"data":[],"respect_moderation":false}"#),
        (200, r#"{"error":{"code":"moderation_blocked","message":"x"}}"#),
    ] {
        let censored = after(status, body).await;
        assert_eq!(censored["status"], "DONE", "{body}: {censored}");
        assert_eq!(censored["result"]["censored"], true);
        let read = read_status(200, &Headers::none(), censored.to_string().as_bytes()).unwrap();
        assert!(matches!(read, StatusAnswer::Done(outcome) if outcome.censored && outcome.files.len() == 1));
    }
}

#[tokio::test]
async fn malformed_answers_are_failures_that_say_what_was_wrong() {
    let not_base64 = json!({"data": [{"b64_json": "%%%"}]}).to_string();
    let not_a_picture = painted(b"GIF89a, or so");
    for (body, words) in [
        ("", "something else than JSON"),
        ("<html>checking your browser</html>", "something else than JSON"),
        ("{\"data\":[{\"b64_json\":\"iVBOR", "something else than JSON"),
        ("null", "without a picture"),
        ("{}", "without a picture"),
        (r#"{"data":[]}"#, "without a picture"),
        (r#"{"data":null}"#, "without a picture"),
        (r#"{"data":"text"}"#, "without a picture"),
        (r#"{"data":[{"b64_json":null,"url":null}]}"#, "without a picture"),
        (r#"{"data":[{"b64_json":"","url":""}]}"#, "without a picture"),
        (r#"{"data":[{"b64_json":17}]}"#, "without a picture"),
        (&not_base64, "not base64"),
        (&not_a_picture, "is no picture, it starts: \"GIF89a, or so\""),
    ] {
        let failed = after(200, body).await;
        assert_eq!(failed["status"], "FAIL", "{body}");
        let said = failed["errorDescription"].as_str().unwrap();
        assert!(said.contains(words), "{body}: {said}");
    }
}

#[tokio::test]
async fn pictures_come_in_every_dressing_and_kind() {
    let file = png(512, 512);
    let base64 = BASE64_STANDARD.encode(&file);
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\x02\0\x02\0\x03\x01\x22\0\x02\x11\x01\x03\x11\x01";
    for (body, expected) in [
        (json!({"data": [{"b64_json": base64}]}), &file[..]),
        (
            json!({"created": 1, "data": [{"b64_json": null, "url": format!("data:image/png;base64,{base64}")}]}),
            &file,
        ),
        (
            json!({"data": [{"b64_json": format!("data:image/png;base64,{base64}"), "revised_prompt": "x"}]}),
            &file,
        ),
        (json!({"data": [{"b64_json": base64, "respect_moderation": true}, {"b64_json": "second"}]}), &file),
        (json!({"data": [{"b64_json": BASE64_STANDARD.encode(jpeg)}]}), &jpeg[..]),
    ] {
        let done = after(200, body.to_string()).await;
        assert_eq!(done["status"], "DONE", "{done}");
        let sent = BASE64_STANDARD.decode(done["result"]["files"][0].as_str().unwrap()).unwrap();
        assert_eq!(sent, expected);
        assert_eq!(done["size"]["made"], "512x512");
    }
}

/// A server that says each of these to one order, and the last one for ever.
async fn in_turn(models: &[&str], answers: Vec<(u16, String)>) -> Images {
    let turn = Arc::new(AtomicUsize::new(0));
    Images::saying(models, move |_| {
        answers[turn.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)].clone()
    })
    .await
}

#[tokio::test]
async fn a_refused_response_format_is_left_out_from_then_on() {
    let refusal = r#"{"error":{"message":"Unknown parameter: 'response_format'.","type":"invalid_request_error","param":"response_format","code":"unknown_parameter"}}"#;
    let images = Images::saying(&["m"], move |order| match order.get("response_format") {
        Some(_) => (400, refusal.to_owned()),
        None => (200, painted(&png_for(order))),
    })
    .await;
    let relay = relay_before(before_images(&images.url())).await;
    for _ in 0..2 {
        assert_eq!(outcome(relay.address, "кот").await["status"], "DONE");
    }
    let formats: Vec<_> =
        images.orders().iter().map(|order| order.get("response_format").is_some()).collect();
    assert_eq!(formats, [true, false, false]);

    // One that refuses it and everything else is not asked for ever.
    let images = in_turn(&["m"], vec![(400, refusal.to_owned())]).await;
    let relay = relay_before(before_images(&images.url())).await;
    assert_eq!(outcome(relay.address, "кот").await["status"], "FAIL");
    assert_eq!(images.orders().len(), 2);
}

#[tokio::test]
async fn a_refused_size_teaches_which_ones_there_are() {
    let images = Images::saying(&["m"], |order| match order["size"].as_str().unwrap() {
        "1024x1536" | "1024x1024" => (200, painted(&png_for(order))),
        size => {
            let message = format!(
                "Invalid value: '{size}'. Supported values are: '1024x1024', '1024x1536', and 'auto'."
            );
            (
                400,
                json!({"error": {"message": message, "param": "size", "code": "invalid_value"}}).to_string(),
            )
        }
    })
    .await;
    let relay = relay_before(before_images(&images.url())).await;
    let accepted = run(relay.address, &params("кот", 640, 960)).await;
    assert_eq!(accepted.json()["size"]["ordered"], "640x960");
    let done = finished(relay.address, &status_of(&accepted)).await;
    assert_eq!(done["size"], json!({"asked": "640x960", "ordered": "1024x1536", "made": "1024x1536"}));
    let accepted = run(relay.address, &params("кот", 640, 960)).await;
    assert_eq!(accepted.json()["size"]["ordered"], "1024x1536", "known now");
    finished(relay.address, &status_of(&accepted)).await;
    let sizes: Vec<_> = images.orders().iter().map(|order| order["size"].clone()).collect();
    assert_eq!(sizes, ["640x960", "1024x1536", "1024x1536"]);
}

#[tokio::test]
async fn a_size_that_is_refused_whatever_it_is_fails_in_the_end() {
    let images =
        Images::saying(&["m"], |_| (400, r#"{"error":"size must be 8x8, 256x256 or 512x640"}"#.to_owned()))
            .await;
    let relay = relay_before(before_images(&images.url())).await;
    assert_eq!(outcome(relay.address, "кот").await["status"], "FAIL");
    assert_eq!(images.orders().len(), 2);
}

/// A service of its own, because of the header.
async fn busy(times: usize, retry_after: &'static str) -> Service {
    let count = Arc::new(AtomicUsize::new(0));
    Service::doing(move |mut stream, asked| {
        let count = Arc::clone(&count);
        async move {
            let said = if !is_order(&asked) {
                answer("200 OK", "application/json", r#"{"data":[{"id":"m"}]}"#)
            } else if count.fetch_add(1, Ordering::SeqCst) < times {
                answer(
                    "429 Too Many Requests",
                    "application/json",
                    r#"{"error":{"code":"rate_limit_exceeded","message":"Slow down"}}"#,
                )
                .replace("Connection: close", &format!("Retry-After: {retry_after}\r\nConnection: close"))
            } else {
                answer("200 OK", "application/json", &painted(&png_for(&ordered(&asked))))
            };
            stream.write_all(said.as_bytes()).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn a_busy_server_is_asked_again_when_it_says_and_not_for_ever() {
    let service = busy(2, "0").await;
    let relay = relay_before(before_images(&format!("{}/v1", service.url()))).await;
    assert_eq!(outcome(relay.address, "кот").await["status"], "DONE");
    assert_eq!(service.asked().iter().filter(|asked| is_order(asked)).count(), 3);

    let service = busy(usize::MAX, "0").await;
    let relay = relay_before(before_images(&format!("{}/v1", service.url()))).await;
    let failed = outcome(relay.address, "кот").await;
    assert!(failed["errorDescription"].as_str().unwrap().contains("answered 429: Slow down"), "{failed}");
    assert_eq!(service.asked().iter().filter(|asked| is_order(asked)).count(), 4);

    // A wait that is longer than the patience is not begun.
    let service = busy(usize::MAX, "50").await;
    let relay = relay_before(before_images(&format!("{}/v1", service.url()))).await;
    assert_eq!(outcome(relay.address, "кот").await["status"], "FAIL");
    assert_eq!(service.asked().iter().filter(|asked| is_order(asked)).count(), 1);
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_said_in_the_services_own_words() {
    for (status, body) in [
        (429, r#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#),
        (
            400,
            r#"{"error":{"code":"billing_hard_limit_reached","message":"Billing hard limit has been reached"}}"#,
        ),
        (402, r#"{"error":"no credits"}"#),
    ] {
        let failed = after(status, body).await;
        let read = read_status(200, &Headers::none(), failed.to_string().as_bytes()).unwrap();
        let StatusAnswer::Failed { reason: fusionbrain::FailReason::QuotaReached { text } } = read else {
            panic!("{failed}")
        };
        assert!(text.starts_with("The limit has been reached"), "{text}");
    }
}

/// A server whose list works and whose orders meet this.
async fn orders_meet<F: Future<Output = ()> + Send + 'static>(
    meet: impl Fn(tokio::net::TcpStream) -> F + Send + Sync + 'static,
) -> Service {
    let meet = Arc::new(meet);
    Service::doing(move |mut stream, asked| {
        let meet = Arc::clone(&meet);
        async move {
            if is_order(&asked) {
                meet(stream).await;
            } else {
                let list = answer("200 OK", "application/json", r#"{"data":[{"id":"m"}]}"#);
                stream.write_all(list.as_bytes()).await.unwrap();
            }
        }
    })
    .await
}

async fn failure(service: &Service, patience: Duration) -> String {
    let settings = before_images(&format!("{}/v1", service.url()));
    let relay = relay_before(OpenAiSettings { patience, ..settings }).await;
    let failed = outcome(relay.address, "кот").await;
    assert_eq!(failed["status"], "FAIL");
    assert_eq!(service.asked().iter().filter(|asked| is_order(asked)).count(), 1, "it may have painted");
    failed["errorDescription"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn silence_a_slow_body_a_cut_and_a_flood_all_end_as_failures() {
    let patience = Duration::from_millis(200);
    let silent = orders_meet(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let said = failure(&silent, patience).await;
    assert!(said.contains("did not answer within"), "{said}");

    let slow = orders_meet(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let said = failure(&slow, patience).await;
    assert!(said.contains("did not answer within"), "{said}");

    let patience = Duration::from_secs(20);
    let cut = orders_meet(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":").await.unwrap();
    })
    .await;
    let said = failure(&cut, patience).await;
    assert!(said.contains("broke off"), "{said}");

    let mute = orders_meet(|stream| async move { drop(stream) }).await;
    let said = failure(&mute, patience).await;
    assert!(said.contains("broke off"), "{said}");

    let flood = orders_meet(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"b64_json\":\"").await.unwrap();
        let piece = vec![b'A'; 1024 * 1024];
        while stream.write_all(&piece).await.is_ok() {}
    })
    .await;
    let said = failure(&flood, patience).await;
    assert!(said.contains("sent more than 33554432 bytes"), "{said}");

    let nonsense = orders_meet(|mut stream| async move {
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await.unwrap();
    })
    .await;
    let said = failure(&nonsense, patience).await;
    assert!(said.contains("broke off"), "{said}");
}
