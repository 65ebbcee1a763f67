//! Answers that only tell where the picture is: followed to the server itself, over https to the world, and nowhere
//! else.

use crate::openai::{outcome, relay_before};
use crate::support::{Asked, Service, answer, before_images, is_order, png};
use fusionbrain::Key;
use komposition_relay::OpenAiSettings;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// A server that answers every order with `address`, where `{own}` is its own; its other addresses answer with `file`.
async fn linking(address: &str, file: impl Into<Vec<u8>>) -> Service {
    let (address, file) = (Arc::new(address.to_owned()), Arc::new(file.into()));
    Service::doing(move |mut stream, asked| {
        let (address, file) = (Arc::clone(&address), Arc::clone(&file));
        async move {
            if is_order(&asked) {
                let own = format!("http://{}", asked.header("host").unwrap());
                let body = json!({"data": [{"url": address.replace("{own}", &own)}]}).to_string();
                stream.write_all(answer("200 OK", "application/json", &body).as_bytes()).await.unwrap();
            } else if asked.line.starts_with("GET /v1/models ") {
                let list = answer("200 OK", "application/json", r#"{"data":[{"id":"m"}]}"#);
                stream.write_all(list.as_bytes()).await.unwrap();
            } else {
                let _ = stream.write_all(&file).await;
            }
        }
    })
    .await
}

fn file(bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
    [head.as_bytes(), bytes].concat()
}

async fn outcome_at(service: &Service) -> Value {
    let key = Key::new("sk-own");
    let settings = before_images(&format!("{}/v1", service.url()));
    let relay = relay_before(OpenAiSettings { key, ..settings }).await;
    outcome(relay.address, "кот").await
}

fn fetched(service: &Service) -> Vec<Asked> {
    let known = |asked: &Asked| is_order(asked) || asked.line.starts_with("GET /v1/models ");
    service.asked().into_iter().filter(|asked| !known(asked)).collect()
}

#[tokio::test]
async fn a_picture_at_the_servers_own_origin_is_fetched() {
    // LocalAI's way.
    let service = linking("{own}/generated-images/b64123.png", file(&png(640, 480))).await;
    let done = outcome_at(&service).await;
    assert_eq!(done["status"], "DONE", "{done}");
    assert_eq!(done["size"]["made"], "640x480");
    let fetched = fetched(&service);
    assert_eq!(fetched[0].line, "GET /generated-images/b64123.png HTTP/1.1");
    assert_eq!(fetched[0].header("authorization"), Some("Bearer sk-own"));
}

#[tokio::test]
async fn an_address_of_another_place_in_this_network_is_never_asked() {
    let bait = Service::saying(file(&png(1, 1))).await;
    let port = bait.url().rsplit_once(':').unwrap().1.to_owned();
    for (address, words) in [
        (format!("http://127.0.0.1:{port}/secret"), "neither the server's own nor one over https"),
        (format!("http://localhost:{port}/secret"), "neither the server's own nor one over https"),
        (format!("https://127.0.0.1:{port}/secret"), "not a public address"),
        (format!("https://[::1]:{port}/secret"), "not a public address"),
        (format!("https://[::ffff:127.0.0.1]:{port}/secret"), "not a public address"),
        (format!("https://localhost:{port}/secret"), "its address is not public"),
        (format!("https://127.1:{port}/secret"), "cannot be reached"),
        (format!("https://2130706433:{port}/secret"), "cannot be reached"),
        ("https://10.0.0.1/secret".to_owned(), "not a public address"),
        ("https://169.254.169.254/latest/meta-data".to_owned(), "not a public address"),
        (format!("https://user@127.0.0.1:{port}/secret"), "neither the server's own nor one over https"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), "neither the server's own nor one over https"),
        ("file:///etc/passwd".to_owned(), "something else than a picture"),
        ("ftp://127.0.0.1/x".to_owned(), "something else than a picture"),
        ("/relative.png".to_owned(), "something else than a picture"),
        ("https://".to_owned(), "something else than a picture"),
        ("https://a b/".to_owned(), "something else than a picture"),
    ] {
        let service = linking(&address, file(b"")).await;
        let failed = outcome_at(&service).await;
        assert_eq!(failed["status"], "FAIL", "{address}: {failed}");
        let said = failed["errorDescription"].as_str().unwrap();
        assert!(said.contains(words), "{address}: {said}");
        assert!(fetched(&service).is_empty(), "{address}");
    }
    assert!(bait.asked().is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let bait = Service::saying(file(&png(1, 1))).await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let moved =
            format!("HTTP/1.1 {status}\r\nLocation: {}/secret\r\nContent-Length: 0\r\n\r\n", bait.url());
        let failed = outcome_at(&linking("{own}/moved.png", moved).await).await;
        let said = failed["errorDescription"].as_str().unwrap();
        assert!(said.contains("leads on to another one"), "{said}");
    }
    assert!(bait.asked().is_empty());
}

#[tokio::test]
async fn what_stands_there_must_be_a_picture_of_a_bounded_size() {
    let endless = [&b"HTTP/1.1 200 OK\r\n\r\n\x89PNG\r\n\x1a\n"[..], &vec![0; 33 * 1024 * 1024]].concat();
    for (there, words) in [
        (file(b"<html>not yet</html>"), "something else than a picture"),
        (file(b""), "something else than a picture"),
        (answer("404 Not Found", "text/plain", "gone").into_bytes(), "answered 404"),
        (answer("403 Forbidden", "application/xml", "<Error>expired</Error>").into_bytes(), "answered 403"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\x89PNG".to_vec(), "broke off"),
        (endless, "sent more than 33554432 bytes"),
    ] {
        let failed = outcome_at(&linking("{own}/x.png", there).await).await;
        assert_eq!(failed["status"], "FAIL");
        let said = failed["errorDescription"].as_str().unwrap();
        assert!(said.contains(words), "{said}");
    }
}
