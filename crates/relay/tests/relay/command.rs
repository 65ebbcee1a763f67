//! The program itself: what it prints, what it refuses, how it ends.

use crate::support::{Service, answer, get};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The program with these flags, and without keys in its environment.
pub(crate) fn relay(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_komposition-relay"));
    command
        .args(flags)
        .env_remove("FB_API_KEY")
        .env_remove("FB_API_SECRET")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Starts it and reads the address from its first line.
pub(crate) async fn started(command: &mut Command) -> (Child, SocketAddr) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(Duration::from_secs(20), lines.next_line()).await.unwrap().unwrap().unwrap();
    let address = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
    let address = address.parse().unwrap();
    (child, address)
}

/// What it says on stderr when it refuses to start.
pub(crate) async fn refusal(command: &mut Command) -> String {
    let output = timeout(Duration::from_secs(20), command.output()).await.unwrap().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "who refuses does not listen");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn port_0_is_any_free_one_and_the_first_line_says_which() {
    let (_one, first) = started(&mut relay(&["--listen", "127.0.0.1:0"])).await;
    let (_two, second) = started(&mut relay(&["--listen", "127.0.0.1:0", "--log", "off"])).await;
    assert_ne!(first.port(), 0);
    assert_ne!(first, second);
    for address in [first, second] {
        assert_eq!(get(address, "/healthz", &[]).await.text(), "ok");
    }
}

#[tokio::test]
async fn a_taken_port_is_said() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&mut relay(&["--listen", &address])).await;
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[tokio::test]
async fn an_app_that_is_not_built_is_said_before_any_address_is() {
    let empty = tempfile::tempdir().unwrap();
    let said =
        refusal(&mut relay(&["--listen", "127.0.0.1:0", "--app", empty.path().to_str().unwrap()])).await;
    assert!(said.contains("no index.html in"), "{said}");
}

#[tokio::test]
async fn the_real_service_is_not_started_without_keys() {
    let flags = ["--listen", "127.0.0.1:0", "--engine", "fusionbrain"];
    for (name, value) in [("NOTHING", ""), ("FB_API_KEY", "only-half"), ("FB_API_SECRET", "only-half")] {
        let said = refusal(relay(&flags).env(name, value)).await;
        assert!(said.contains("needs keys") && !said.contains("only-half"), "{said}");
    }
}

#[tokio::test]
async fn keys_come_from_the_environment_or_from_a_file() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let url = service.url();
    let flags = ["--listen", "127.0.0.1:0", "--engine", "fusionbrain", "--upstream", &url];
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys");
    std::fs::write(&file, "file-key\nfile-secret\n").unwrap();
    let file = file.to_str().unwrap();

    let mut from_environment = relay(&flags);
    from_environment.env("FB_API_KEY", "env-key").env("FB_API_SECRET", "env-secret");
    let mut from_file = relay(&[&flags[..], &["--keys-file", file]].concat());
    from_file.env("FB_API_KEY", "env-key").env("FB_API_SECRET", "env-secret");
    let mut from_client = relay(&[&flags[..], &["--keys", "from-client"]].concat());
    from_client.env("FB_API_KEY", "env-key").env("FB_API_SECRET", "env-secret");
    for command in [&mut from_environment, &mut from_file, &mut from_client] {
        let (_relay, address) = started(command).await;
        get(address, "/key/api/v1/pipelines", &[("X-Key", "Key c"), ("X-Secret", "Secret d")]).await;
    }
    let asked = service.asked();
    let pairs: Vec<_> = asked.iter().map(|asked| (asked.header("x-key"), asked.header("x-secret"))).collect();
    assert_eq!(
        pairs,
        [
            (Some("Key env-key"), Some("Secret env-secret")),
            (Some("Key file-key"), Some("Secret file-secret")),
            (Some("Key c"), Some("Secret d")),
        ]
    );
}

/// The relay would be reached through a proxy that holds everything up, were it to believe these.
#[tokio::test]
async fn proxy_variables_are_ignored() {
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let proxy = Service::saying(answer("200 OK", "application/json", "[\"proxy\"]")).await;
    let url = service.url();
    let mut command = relay(&[
        "--listen",
        "127.0.0.1:0",
        "--engine",
        "fusionbrain",
        "--upstream",
        &url,
        "--keys",
        "from-client",
    ]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, proxy.url());
    }
    command.env_remove("no_proxy").env_remove("NO_PROXY");
    let (_relay, address) = started(&mut command).await;
    assert_eq!(get(address, "/key/api/v1/pipelines", &[]).await.text(), "[]");
    assert!(proxy.asked().is_empty());
}

#[tokio::test]
async fn keys_that_everybody_can_spend_are_warned_about() {
    let everywhere = ["--listen", "0.0.0.0:0", "--open", "--engine", "fusionbrain", "--keys", "from-client"];
    let here = ["--listen", "127.0.0.1:0", "--engine", "fusionbrain", "--keys", "from-client"];
    let simulated = ["--listen", "0.0.0.0:0", "--open"];
    for (flags, warned) in [(&everywhere[..], true), (&here[..], false), (&simulated[..], false)] {
        let (mut child, _) = started(&mut relay(flags)).await;
        // Said before the address is, so that it is there already.
        let mut stderr = child.stderr.take().unwrap();
        child.kill().await.unwrap();
        let mut said = String::new();
        stderr.read_to_string(&mut said).await.unwrap();
        assert_eq!(said.contains("warning: everybody who reaches"), warned, "{said}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_and_ctrl_c_end_it_well() {
    for signal in ["-TERM", "-INT"] {
        let (mut child, address) = started(&mut relay(&["--listen", "127.0.0.1:0"])).await;
        assert_eq!(get(address, "/healthz", &[]).await.status, 200);
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        let status = timeout(Duration::from_secs(20), child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{signal}: {status}");
    }
}
