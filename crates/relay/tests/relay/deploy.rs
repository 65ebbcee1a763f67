//! The files of `deploy/`, put to use: each by the program it is for.

use crate::command::{relay, started};
use crate::openai::{FORM, PIPELINES, RUN, params, run, status_of};
use crate::support::{Relay, Service, answer, free_port, get, program, quick_simulator, run_form, send};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

fn text(name: &str) -> String {
    fs::read_to_string(deploy().join(name)).unwrap()
}

/// Puts `with` in the place of `what`, which must be there.
#[track_caller]
fn put(text: &mut String, what: &str, with: &str) {
    assert!(text.contains(what), "{what} is not in the file");
    *text = text.replace(what, with);
}

/// Runs a program to its end and returns all it said; it must be content.
async fn content(command: &mut Command) -> String {
    let output = timeout(Duration::from_secs(60), command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// A program that serves on `port`.
async fn serving(command: &mut Command, port: u16) -> (Child, SocketAddr) {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let up = async {
        while TcpStream::connect(address).await.is_err() {
            assert!(child.try_wait().unwrap().is_none(), "{command:?} ended");
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), up).await.expect("a server within 20 s");
    (child, address)
}

#[tokio::test]
async fn the_systemd_unit_is_well_formed_hardened_and_starts_the_relay_with_flags_it_has() {
    let mut unit = text("komposition-relay.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap().to_owned();
    let dir = tempfile::tempdir().unwrap();
    // The unit is looked at together with the program it starts.
    put(&mut unit, "/usr/local/bin/komposition-relay", env!("CARGO_BIN_EXE_komposition-relay"));
    let file = dir.path().join("komposition-relay.service");
    fs::write(&file, unit).unwrap();
    let analyze = program("systemd-analyze", "systemd").await;
    let said = content(Command::new(&analyze).args(["verify", "--man=no"]).arg(&file)).await;
    assert_eq!(said.trim(), "", "not even a warning");
    // 0 is a service that can do nothing, 10 one that can do everything; 15 in tenths is the bound.
    content(Command::new(&analyze).args(["security", "--offline=true", "--threshold=15"]).arg(&file)).await;

    let app = dir.path().join("app");
    fs::create_dir(&app).unwrap();
    fs::write(app.join("index.html"), "the app").unwrap();
    fs::write(dir.path().join("keys"), "k\ns\n").unwrap();
    let mut flags = start;
    put(&mut flags, "127.0.0.1:8787", "127.0.0.1:0");
    put(&mut flags, "%d", dir.path().to_str().unwrap());
    put(&mut flags, "/usr/local/share/komposition", app.to_str().unwrap());
    let flags: Vec<&str> = flags.split(' ').skip(1).collect();
    // An address that others reach, and so it must have been told for whom it is.
    let (_child, address) = started(&mut relay(&flags)).await;
    let address = SocketAddr::from(([127, 0, 0, 1], address.port()));
    assert_eq!(get(address, "/", &[]).await.text(), "the app");
}

#[tokio::test]
async fn the_container_runs_the_relay_as_nobody_from_nothing() {
    let text = text("Containerfile");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let value = |word: &str| lines.iter().rev().find_map(|line| line.strip_prefix(word)).unwrap().trim();
    assert_eq!(value("FROM "), "scratch", "the last stage");
    let user: Vec<u32> = value("USER ").split(':').map(|id| id.parse().unwrap()).collect();
    assert!(user.len() == 2 && !user.contains(&0), "{user:?}");
    for line in lines.iter().filter(|line| line.starts_with("COPY ") && !line.contains("--from")) {
        let source = line.split(' ').nth(1).unwrap();
        assert!(source == "." || source == "dist/", "{line}");
    }
    assert!(fs::read_to_string(deploy().join("../.dockerignore")).unwrap().contains("/target"));

    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("index.html"), "the app").unwrap();
    let words = |line: &str| serde_json::from_str::<Vec<String>>(line).unwrap();
    let mut flags = words(value("ENTRYPOINT ")).split_off(1);
    flags.extend(words(value("CMD ")));
    for flag in &mut flags {
        *flag = flag.replace("0.0.0.0:8787", "0.0.0.0:0").replace("/app", dir.path().to_str().unwrap());
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let (_child, address) = started(&mut relay(&flags)).await;
    assert_eq!(get(address, "/", &[]).await.text(), "the app");
}

/// nginx with the snippet, without TLS, in front of `relay`.
async fn nginx(relay: SocketAddr) -> (Child, SocketAddr, TempDir) {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut snippet = text("nginx.conf");
    let (server, redirecting) = snippet.rsplit_once("\nserver {").unwrap();
    assert!(redirecting.contains("return 308 https://$host$request_uri;"));
    snippet = server
        .lines()
        .filter(|line| !line.contains("ssl_") && !line.contains("[::]"))
        .collect::<Vec<_>>()
        .join("\n");
    put(&mut snippet, "listen 443 ssl http2;", &format!("listen 127.0.0.1:{port};"));
    put(&mut snippet, "server 127.0.0.1:8787;", &format!("server {relay};"));
    let mut command = Command::new(program("nginx", "nginx-light").await);
    command.arg("-p").arg(dir.path()).arg("-c").arg(whole_nginx(&dir, &snippet)).arg("-e").arg("stderr");
    let (child, address) = serving(&mut command, port).await;
    (child, address, dir)
}

/// A file for nginx with a snippet in it, and all its folders below `dir`.
fn whole_nginx(dir: &TempDir, snippet: &str) -> PathBuf {
    let here = dir.path().display();
    let whole = format!(
        "daemon off; master_process off; pid {here}/pid; error_log stderr;
events {{ }}
http {{
    access_log off; client_body_temp_path {here}/b; proxy_temp_path {here}/p;
    fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
{snippet}
}}"
    );
    let file = dir.path().join("nginx.conf");
    fs::write(&file, whole).unwrap();
    file
}

/// Caddy with the snippet, without TLS, in front of `relay`.
async fn caddy(relay: SocketAddr) -> (Child, SocketAddr, TempDir) {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut snippet = text("Caddyfile");
    put(&mut snippet, "pictures.example {", &format!("http://127.0.0.1:{port} {{"));
    put(&mut snippet, "127.0.0.1:8787", &relay.to_string());
    let file = dir.path().join("Caddyfile");
    fs::write(&file, format!("{{\n\tadmin off\n\tauto_https off\n}}\n{snippet}")).unwrap();
    let mut command = Command::new(program("caddy", "caddy").await);
    command.env("HOME", dir.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    let (child, address) = serving(&mut command, port).await;
    (child, address, dir)
}

#[tokio::test]
async fn nginx_takes_the_snippet_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (pem, key) = (dir.path().join("pem"), dir.path().join("key"));
    let mut command = Command::new(program("openssl", "openssl").await);
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
    command.args(["-subj", "/CN=pictures.example", "-days", "1", "-out"]).arg(&pem).arg("-keyout").arg(&key);
    content(&mut command).await;
    let mut snippet = text("nginx.conf");
    put(&mut snippet, "/etc/ssl/certs/pictures.example.pem", pem.to_str().unwrap());
    put(&mut snippet, "/etc/ssl/private/pictures.example.key", key.to_str().unwrap());
    // A test may not take the ports of the whole machine, and the machine may be without IPv6.
    for (port, rest) in [("443", " ssl"), ("80", ";")] {
        let free = free_port();
        put(&mut snippet, &format!("listen [::]:{port}{rest}"), &format!("listen 127.0.0.2:{free}{rest}"));
        put(&mut snippet, &format!("listen {port}{rest}"), &format!("listen 127.0.0.1:{free}{rest}"));
    }
    let mut command = Command::new(program("nginx", "nginx-light").await);
    command
        .arg("-t")
        .arg("-p")
        .arg(dir.path())
        .arg("-c")
        .arg(whole_nginx(&dir, &snippet))
        .arg("-e")
        .arg("stderr");
    let said = content(&mut command).await;
    assert!(said.contains("test is successful") && !said.contains("[warn]"), "{said}");
}

#[tokio::test]
async fn caddy_takes_the_snippet_as_it_is_and_would_not_write_it_otherwise() {
    let caddy = program("caddy", "caddy").await;
    let home = tempfile::tempdir().unwrap();
    let file = deploy().join("Caddyfile");
    let mut command = Command::new(&caddy);
    command.env("HOME", home.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    let said = content(command.args(["validate", "--adapter", "caddyfile", "--config"]).arg(&file)).await;
    assert!(said.contains("Valid configuration") && !said.contains("\"warn\""), "{said}");
    let formatted = content(Command::new(&caddy).arg("fmt").arg(&file)).await;
    assert_eq!(formatted, text("Caddyfile"));
}

/// What a front must do, whichever it is.
async fn works_behind(front: SocketAddr, relay: &Relay) {
    // A whole picture, byte for byte.
    let own = format!("https://{front}");
    let straight = finished_picture(relay.address).await;
    assert_eq!(finished_picture(front).await, straight);
    // A page of the same address may run, one of another may not.
    let pipelines = get(front, PIPELINES, &[]).await.json();
    let form = run_form(pipelines[0]["id"].as_str().unwrap(), &params("кот", 128, 128));
    let run = async |origin: &str| {
        send(front, "POST", RUN, &[FORM, ("Origin", origin)], form.as_bytes()).await.status
    };
    assert_eq!(run(&own).await, 201, "the relay sees the browser's Host");
    assert_eq!(run("https://elsewhere.example").await, 403);
    let huge = run_form("p", &params(&"x".repeat(100_000), 128, 128));
    assert_eq!(send(front, "POST", RUN, &[FORM], huge.as_bytes()).await.status, 413);
    for path in ["/metrics", "/simulator/v1/log"] {
        assert_eq!(get(front, path, &[]).await.status, 404, "{path} is not for everybody");
    }
    assert_eq!(get(relay.address, "/simulator/v1/log", &[]).await.status, 200);
}

async fn finished_picture(address: SocketAddr) -> String {
    let status = status_of(&run(address, &params("Пушистый кот sim:seed=7", 256, 256)).await);
    let done = get(address, &status, &[]).await.json();
    done["result"]["files"][0].as_str().unwrap().to_owned()
}

/// What a front says about the client's address.
async fn forwarded(front: SocketAddr, service: &Service) -> Vec<Option<String>> {
    get(front, PIPELINES, &[("X-Forwarded-For", "6.6.6.6")]).await;
    let asked = service.asked().pop().unwrap();
    ["x-forwarded-for", "host"].map(|name| asked.header(name).map(ToOwned::to_owned)).to_vec()
}

#[tokio::test]
async fn a_relay_behind_the_nginx_snippet_works_and_is_told_who_asks() {
    let relay = Relay::start(quick_simulator()).await;
    let (_child, front, _dir) = nginx(relay.address).await;
    works_behind(front, &relay).await;
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let (_child, front, _dir) = nginx(service.url().strip_prefix("http://").unwrap().parse().unwrap()).await;
    assert_eq!(forwarded(front, &service).await, [Some("127.0.0.1".to_owned()), Some(front.to_string())]);
}

#[tokio::test]
async fn a_relay_behind_the_caddy_snippet_works_and_is_told_who_asks() {
    let relay = Relay::start(quick_simulator()).await;
    let (_child, front, _dir) = caddy(relay.address).await;
    works_behind(front, &relay).await;
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let (_child, front, _dir) = caddy(service.url().strip_prefix("http://").unwrap().parse().unwrap()).await;
    assert_eq!(forwarded(front, &service).await, [Some("127.0.0.1".to_owned()), Some(front.to_string())]);
}
