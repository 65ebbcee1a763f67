//! What is held outlives the relay: real processes, and one that is killed.

use crate::command::{refusal, relay, started};
use crate::support::{Service, answer, get, send, small_run};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const STATUS: &str = "/key/api/v1/pipeline/status/some-task";

/// Hands its only picture over once.
async fn one_picture() -> Service {
    let handed_over = std::sync::atomic::AtomicBool::new(false);
    Service::doing(move |mut stream, asked| {
        let again =
            !asked.line.starts_with("POST") && handed_over.swap(true, std::sync::atomic::Ordering::SeqCst);
        async move {
            let whole = match (asked.line.starts_with("POST"), again) {
                (true, _) => answer("201 Created", "application/json", r#"{"uuid":"some-task"}"#),
                (_, false) => answer("200 OK", "application/json", r#"{"status":"DONE","files":["aGk="]}"#),
                (_, true) => answer("404 Not Found", "application/json", "{}"),
            };
            let _ = stream.write_all(whole.as_bytes()).await;
        }
    })
    .await
}

fn holding(service: &Service, folder: &TempDir) -> Command {
    let folder = folder.path().join("held");
    let mut command = relay(&[
        "--listen",
        "127.0.0.1:0",
        "--engine",
        "fusionbrain",
        "--keys",
        "from-client",
        "--upstream",
        &service.url(),
        "--hold",
        "15m",
        "--hold-dir",
        folder.to_str().unwrap(),
    ]);
    // Nobody reads it here, and a full pipe would stop the relay.
    command.stderr(Stdio::null());
    command
}

#[tokio::test]
async fn a_relay_that_was_killed_repeats_what_it_held_to_its_owner_and_to_nobody_else() {
    let (service, folder) = (one_picture().await, tempfile::tempdir().unwrap());
    let (mut child, address) = started(&mut holding(&service, &folder)).await;
    let mine = [("X-Key", "Key mine"), ("X-Secret", "Secret mine")];
    let yours = [("X-Key", "Key yours"), ("X-Secret", "Secret yours")];
    let (kind, form) = small_run("p", "кот");
    let run = [mine[0], mine[1], ("Content-Type", kind)];
    send(address, "POST", "/key/api/v1/pipeline/run", &run, form.as_bytes()).await;
    let first = get(address, STATUS, &mine).await;
    assert_eq!(first.json()["status"], "DONE");
    child.kill().await.unwrap();

    let (mut child, address) = started(&mut holding(&service, &folder)).await;
    assert_eq!(get(address, STATUS, &yours).await.status, 404);
    let again = get(address, STATUS, &mine).await;
    assert_eq!((&again.body, again.header("content-type")), (&first.body, Some("application/json")));
    assert_eq!(service.asked().len(), 2, "the run, and one question");
    let result = "/relay/v1/results/some-task";
    assert_eq!(send(address, "DELETE", result, &mine, b"").await.status, 204);
    child.kill().await.unwrap();

    // What was acknowledged stays gone, and whose it was stays known.
    let (_child, address) = started(&mut holding(&service, &folder)).await;
    assert_eq!(get(address, STATUS, &mine).await.status, 404);
    assert_eq!(service.asked().len(), 3);
    get(address, STATUS, &yours).await;
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn two_relays_do_not_hold_in_one_folder() {
    let (service, folder) = (one_picture().await, tempfile::tempdir().unwrap());
    let (_child, _) = started(&mut holding(&service, &folder)).await;
    let said = refusal(holding(&service, &folder).stderr(Stdio::piped())).await;
    assert!(said.contains("nothing can be held") && said.contains("already open"), "{said}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_held_is_for_nobody_else_on_the_machine() {
    use std::os::unix::fs::PermissionsExt;
    let (service, folder) = (one_picture().await, tempfile::tempdir().unwrap());
    let (_child, _) = started(&mut holding(&service, &folder)).await;
    let file = folder.path().join("held/held.redb");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}
