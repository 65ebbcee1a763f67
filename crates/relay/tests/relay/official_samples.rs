//! What the official page's two samples send, byte for byte, as captured from `curl` 7.88 and from Python's `requests`
//! 2.34. Only the model's identifier is put in, because the page has none.

use crate::support::{Relay, get, quick_simulator, send_raw};

/// The command of the page's 415 section: `-F 'params="{ \"type\": … }";type=application/json'`. The quotes and the
/// backslashes are for curl, which takes them off.
fn curl(pipeline: &str) -> Vec<u8> {
    let edge = "------------------------7cfb8184de1e8532";
    let body = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"params\"\r\nContent-Type: application/json\r\n\r\n\
         {{\n  \"type\": \"GENERATE\",\n  \"generateParams\": {{\n    \"query\": \"море\"\n  }}\n}}\r\n\
         --{edge}\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\n{pipeline}\r\n--{edge}--\r\n"
    );
    format!(
        "POST /key/api/v1/pipeline/run HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\
         X-Key: Key YOUR_KEY\r\nX-Secret: Secret YOUR_SECRET\r\nContent-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary={edge}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// `requests.post(…, files={'pipeline_id': (None, pipeline), 'params': (None, json.dumps(params), 'application/json')})`.
fn python(pipeline: &str) -> Vec<u8> {
    let edge = "59e1c6e2902cbd5f2e74864bea0bda1a";
    let body = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"pipeline_id\"\r\n\r\n{pipeline}\r\n\
         --{edge}\r\nContent-Disposition: form-data; name=\"params\"\r\nContent-Type: application/json\r\n\r\n\
         {{\"type\": \"GENERATE\", \"numImages\": 1, \"width\": 1024, \"height\": 1024, \
         \"generateParams\": {{\"query\": \"Sun in sky\"}}}}\r\n--{edge}--\r\n"
    );
    format!(
        "POST /key/api/v1/pipeline/run HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nUser-Agent: python-requests/2.34.2\r\n\
         Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nX-Key: Key YOUR_API_KEY\r\n\
         X-Secret: Secret YOUR_SECRET_KEY\r\nContent-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary={edge}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[tokio::test]
async fn both_start_a_run_and_get_their_picture() {
    let relay = Relay::start(quick_simulator()).await;
    let list = get(relay.address, "/key/api/v1/pipelines", &[]).await.json();
    let pipeline = list[0]["id"].as_str().unwrap();
    for bytes in [curl(pipeline), python(pipeline)] {
        let accepted = send_raw(relay.address, &bytes).await;
        assert_eq!(accepted.status, 201, "{accepted:?}");
        let accepted = accepted.json();
        assert_eq!(accepted["status"], "INITIAL");
        let status = format!("/key/api/v1/pipeline/status/{}", accepted["uuid"].as_str().unwrap());
        let done = get(relay.address, &status, &[]).await.json();
        assert_eq!(done["status"], "DONE", "{done}");
        let picture = done["result"]["files"][0].as_str().unwrap();
        assert!(picture.starts_with("iVBORw0KGgo"), "base64 of a PNG");
    }
}
