//! Keys appear in no log, at no level, whatever happens, and in no `Debug`.

use crate::command::{relay, started};
use crate::support::{Service, answer, get, pair, quick_config, send};
use komposition_relay::{EngineSettings, Keys, Settings};
use std::fs::File;
use std::path::Path;

const SECRETS: [&str; 4] = ["relays-own-key", "relays-own-secret", "clients-own-key", "clients-own-secret"];
const CLIENTS: [(&str, &str); 2] =
    [("X-Key", "Key clients-own-key"), ("X-Secret", "Secret clients-own-secret")];

/// Everything that a relay with these flags says while it is asked this and that with the client's keys.
async fn said(flags: &[&str], to: &Path) -> String {
    let mut command = relay(&[&["--listen", "127.0.0.1:0", "--log", "trace"], flags].concat());
    // Into a file: a full pipe would hold the relay up.
    command.stderr(File::create(to).unwrap());
    command.env("FB_API_KEY", "relays-own-key").env("FB_API_SECRET", "relays-own-secret");
    let (mut child, address) = started(&mut command).await;
    get(address, "/key/api/v1/pipelines?x=clients-own-key", &CLIENTS).await;
    send(address, "POST", "/key/api/v1/pipeline/run", &CLIENTS, b"clients-own-secret").await;
    get(address, "/nowhere", &CLIENTS).await;
    child.kill().await.unwrap();
    std::fs::read_to_string(to).unwrap()
}

#[tokio::test]
async fn no_secret_is_in_the_log_at_its_most_talkative() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let working = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let broken = Service::saying("").await;
    let upstream = ["--engine", "fusionbrain", "--upstream"];
    for (service, status) in [(&working, "status=200"), (&broken, "status=502")] {
        let url = service.url();
        for keys in ["relay", "from-client"] {
            let flags = [&upstream[..], &[&url, "--keys", keys]].concat();
            check(&said(&flags, &log).await, status);
        }
    }
    check(&said(&["--sim-keys", "relays-own-key:relays-own-secret"], &log).await, "status=401");
}

#[track_caller]
fn check(log: &str, status: &str) {
    for expected in ["/key/api/v1/pipelines", "elsewhere", status] {
        assert!(log.contains(expected), "{expected} is said: {log}");
    }
    for secret in SECRETS {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn settings_can_be_shown_without_their_keys() {
    let keys = pair("relays-own-key", "relays-own-secret");
    let base = fusionbrain::Base::new(fusionbrain::Base::OFFICIAL).unwrap();
    let shown = format!(
        "{:?} {:?}",
        Settings::new(EngineSettings::fusionbrain(base, Keys::Held(keys.clone()))),
        Settings::new(EngineSettings::Simulator(simulator::Config { keys: Some(keys), ..quick_config() }))
    );
    assert!(shown.contains("api-key.fusionbrain.ai"), "{shown}");
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{shown}");
    }
}
