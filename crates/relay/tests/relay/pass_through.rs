//! The fusionbrain engine: what goes up, what comes down, and that neither waits for its end.

use crate::support::{Asked, Relay, Service, answer, get, open, pair, pass_through, send, send_raw};
use komposition_relay::Keys;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

const STATUS: &str = "/key/api/v1/pipeline/status/some-task";
const RUN: &str = "/key/api/v1/pipeline/run";

async fn empty_list() -> Service {
    Service::saying(answer("200 OK", "application/json", "[]")).await
}

fn only(service: &Service) -> Asked {
    let mut asked = service.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.remove(0)
}

#[tokio::test]
async fn the_relays_keys_replace_what_the_client_sent() {
    let service = empty_list().await;
    let relay = Relay::before(&service).await;
    let clients = [("X-Key", "Key clients-key"), ("X-Secret", "Secret clients-secret")];
    get(relay.address, "/key/api/v1/pipelines", &clients).await;
    let asked = only(&service);
    assert_eq!(asked.header("x-key"), Some("Key relays-key"));
    assert_eq!(asked.header("x-secret"), Some("Secret relays-secret"));
}

#[tokio::test]
async fn request_headers_are_built_from_nothing() {
    let service = empty_list().await;
    let relay = Relay::before(&service).await;
    let own = format!("http://{}", relay.address);
    let noise = [
        ("Accept", "text/plain"),
        ("Accept-Encoding", "gzip"),
        ("Authorization", "Bearer people-token"),
        ("Cookie", "session=1"),
        ("Content-Type", "text/plain"),
        ("Origin", own.as_str()),
        ("Referer", "https://a.example/page"),
        ("User-Agent", "browser"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("Via", "1.1 proxy"),
        ("X-Anything", "1"),
    ];
    get(relay.address, "/key/api/v1/pipelines", &noise).await;
    let asked = only(&service);
    assert_eq!(asked.names(), ["accept", "host", "x-key", "x-secret"]);
    assert_eq!(asked.header("accept"), Some("*/*"));
    assert_eq!(format!("http://{}", asked.header("host").unwrap()), service.url());
}

#[tokio::test]
async fn a_run_goes_up_byte_for_byte_with_the_type_of_its_form() {
    let service = Service::saying(answer("201 Created", "application/json", r#"{"uuid":"u"}"#)).await;
    let relay = Relay::before(&service).await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"params\"\r\n\r\n{}\r\n--b--\r\n";
    let headers = [("Content-Type", "multipart/form-data; boundary=b"), ("Cookie", "session=1")];
    let answer = send(relay.address, "POST", RUN, &headers, form.as_bytes()).await;
    assert_eq!((answer.status, answer.text().as_str()), (201, r#"{"uuid":"u"}"#));
    let asked = only(&service);
    assert_eq!(asked.line, "POST /key/api/v1/pipeline/run HTTP/1.1");
    assert_eq!(asked.names(), ["accept", "content-length", "content-type", "host", "x-key", "x-secret"]);
    assert_eq!(asked.header("content-type"), Some("multipart/form-data; boundary=b"));
    assert_eq!(asked.header("content-length"), Some(form.len().to_string().as_str()));
    assert_eq!(asked.body, form.as_bytes());
}

#[tokio::test]
async fn from_client_passes_the_clients_two_headers_and_nothing_else() {
    let service = empty_list().await;
    let relay = Relay::start(pass_through(&service, Keys::FromClient)).await;
    let headers =
        [("X-Key", "Key clients-key"), ("X-Secret", "Secret clients-secret"), ("Cookie", "session=1")];
    get(relay.address, "/key/api/v1/pipelines", &headers).await;
    get(relay.address, "/key/api/v1/pipelines", &[]).await;
    let asked = service.asked();
    assert_eq!(asked[0].names(), ["accept", "host", "x-key", "x-secret"]);
    assert_eq!(asked[0].header("x-key"), Some("Key clients-key"));
    assert_eq!(asked[0].header("x-secret"), Some("Secret clients-secret"));
    assert_eq!(asked[1].names(), ["accept", "host"], "who sends no keys gets the service's own 401");
}

#[tokio::test]
async fn the_styles_are_asked_for_without_keys() {
    let service = empty_list().await;
    for keys in [Keys::Held(pair("k", "s")), Keys::FromClient] {
        let relay = Relay::start(pass_through(&service, keys)).await;
        let headers = [("X-Key", "Key k"), ("X-Secret", "Secret s")];
        assert_eq!(get(relay.address, "/static/styles/key", &headers).await.status, 200);
    }
    for asked in service.asked() {
        assert_eq!(asked.names(), ["accept", "host"]);
    }
}

#[tokio::test]
async fn of_the_query_only_what_the_service_knows_goes_along() {
    let service = empty_list().await;
    let relay = Relay::before(&service).await;
    get(relay.address, "/key/api/v1/pipelines?x=1&type=TEXT2IMAGE&y=2", &[]).await;
    send(relay.address, "POST", "/key/api/v1/pipeline/run?pipeline_id=a%20b&admin=1", &[], b"x").await;
    get(relay.address, &format!("{STATUS}?x=1"), &[]).await;
    let lines: Vec<String> = service.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            "GET /key/api/v1/pipelines?type=TEXT2IMAGE HTTP/1.1",
            "POST /key/api/v1/pipeline/run?pipeline_id=a%20b HTTP/1.1",
            &format!("GET {STATUS} HTTP/1.1")
        ]
    );
}

#[tokio::test]
async fn only_a_few_headers_come_back() {
    let service = Service::saying(
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 2\r\nRetry-After: 7\r\n\
         Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nSet-Cookie: qrator=1\r\nAccess-Control-Allow-Origin: *\r\n\
         Server: QRATOR\r\nWWW-Authenticate: Basic\r\nX-Anything: 1\r\nCache-Control: max-age=99\r\n\
         Connection: close\r\n\r\n[]",
    )
    .await;
    let relay = Relay::before(&service).await;
    let answer = get(relay.address, STATUS, &[]).await;
    assert_eq!(answer.status, 429);
    let mut headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    // Another one each time.
    headers.retain(|(name, value)| name != "x-request-id" || value.len() != 16);
    headers.sort();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        headers,
        [
            ("cache-control", "no-store"),
            ("content-length", "2"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("content-type", "application/json"),
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("retry-after", "7"),
            ("x-content-type-options", "nosniff"),
        ]
    );
}

#[tokio::test]
async fn answers_stay_what_they_are() {
    for (status, kind, body) in [
        ("403 Forbidden", "text/html; charset=UTF-8", "<html>QRATOR</html>"),
        ("415 Unsupported Media Type", "application/json", r#"{"status":415,"path":"/there"}"#),
        ("401 Unauthorized", "application/json", ""),
        ("500 Internal Server Error", "text/plain", "broken"),
        ("200 OK", "application/json", r#"{"status":"DONE""#),
    ] {
        let service = Service::saying(answer(status, kind, body)).await;
        let relay = Relay::before(&service).await;
        let answer = get(relay.address, STATUS, &[]).await;
        assert!(status.starts_with(&answer.status.to_string()), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.text(), body);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let goal = empty_list().await;
    let service = Service::saying(format!(
        "HTTP/1.1 302 Found\r\nLocation: {}/key/api/v1/pipelines\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        goal.url()
    ))
    .await;
    let relay = Relay::before(&service).await;
    let answer = get(relay.address, "/key/api/v1/pipelines", &[]).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), None, "nor is the client sent there, past the relay");
    assert!(goal.asked().is_empty(), "keys do not travel to where a redirect points");
}

#[tokio::test]
async fn the_first_bytes_of_an_answer_arrive_before_the_last_were_sent() {
    let seen = Arc::new(Notify::new());
    let wait = Arc::clone(&seen);
    let service = Service::doing(move |mut stream, _| {
        let wait = Arc::clone(&wait);
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst").await.unwrap();
            // Longer than the limit on headers would be: a body has none.
            wait.notified().await;
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            stream.write_all(b" last").await.unwrap();
        }
    })
    .await;
    let relay = Relay::before(&service).await;
    let mut reading =
        open(relay.address, format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await;
    let (status, _) = reading.head().await;
    assert_eq!(status, 200);
    assert_eq!(reading.some(5).await, b"first");
    seen.notify_one();
    assert_eq!(reading.some(5).await, b" last");
}

#[tokio::test]
async fn the_first_bytes_of_a_run_arrive_before_the_last_were_sent() {
    let arrived = Arc::new(Notify::new());
    let tell = Arc::clone(&arrived);
    // Looks at the raw connection: the request must not be whole yet.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::AsyncReadExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut have = Vec::new();
        let mut told = false;
        while !have.ends_with(b"second") {
            let mut piece = [0; 4096];
            let read = stream.read(&mut piece).await.unwrap();
            assert!(read > 0);
            have.extend_from_slice(&piece[..read]);
            if !told && have.ends_with(b"first ") {
                told = true;
                tell.notify_one();
            }
        }
        stream.write_all(answer("201 Created", "application/json", "{}").as_bytes()).await.unwrap();
    });
    let engine = komposition_relay::EngineSettings::fusionbrain(
        fusionbrain::Base::new(&url).unwrap(),
        Keys::Held(pair("k", "s")),
    );
    let relay = Relay::start(komposition_relay::Settings::new(engine)).await;
    let head = format!("POST {RUN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\nfirst ");
    let mut reading = open(relay.address, head.as_bytes()).await;
    tokio::time::timeout(std::time::Duration::from_secs(10), arrived.notified()).await.unwrap();
    reading.stream.write_all(b"second").await.unwrap();
    assert_eq!(reading.head().await.0, 201);
}

#[tokio::test]
async fn a_big_status_body_is_carried_whole() {
    let size = 24 * 1024 * 1024;
    let service = Service::doing(move |mut stream, _| async move {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece: Vec<u8> = (0..=255).cycle().take(1024 * 1024).collect();
        for _ in 0..size / piece.len() {
            stream.write_all(&piece).await.unwrap();
        }
    })
    .await;
    let relay = Relay::before(&service).await;
    let answer = get(relay.address, STATUS, &[]).await;
    assert_eq!(answer.header("content-length"), Some(size.to_string().as_str()));
    assert_eq!((answer.body.len(), answer.cut), (size, false));
    assert!(answer.body.iter().zip((0..=255_u8).cycle()).all(|(have, want)| *have == want));
}

#[tokio::test]
async fn a_run_has_64_kib_at_most() {
    let service = Service::saying(answer("201 Created", "application/json", "{}")).await;
    let relay = Relay::before(&service).await;
    let just = vec![b'x'; 64 * 1024];
    assert_eq!(send(relay.address, "POST", RUN, &[], &just).await.status, 201);
    assert_eq!(service.asked().len(), 1);

    // Announced: nothing is sent upstream at all.
    let head =
        format!("POST {RUN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", just.len() + 1);
    crate::support::spring(&send_raw(relay.address, head.as_bytes()).await, 413, RUN);

    // In chunks, without a length: stopped on the way, so that upstream has no whole request.
    let mut chunked = format!(
        "POST {RUN} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        just.len() + 1
    )
    .into_bytes();
    chunked.extend_from_slice(&just);
    chunked.extend_from_slice(b"x\r\n");
    crate::support::spring(&send_raw(relay.address, &chunked).await, 413, RUN);
    assert_eq!(service.asked().len(), 1);
}
