//! Everything somebody might try at the door, as bytes on a socket, and what comes of it: refused as written here, the
//! relay alive, nothing gone upstream, nothing secret in the log.

mod held;
mod table;

use crate::command::{relay, started};
use crate::support::people::{RUN, Register, bearer, get_as, id, run, secret, status};
use crate::support::{Relay, Service, answer, get, quick_simulator, redis, send};
use held::at_what_is_held;
use std::collections::HashSet;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use table::{Attack, Known, Table, at_a_picture, everything};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::time::timeout;

/// The times of the relay under attack: short, because many attacks are about waiting.
const HEAD: &str = "1s";
const BODY: &str = "1s";

/// Every attack ends sooner. Shorter than the longest `?wait=` of 25 s: a stranger who was made to wait would be seen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The statuses of all answers that came until the connection ended.
async fn outcome(address: SocketAddr, attack: &Attack) -> (Vec<u16>, String) {
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let (bytes, dripped) = (attack.bytes.clone(), attack.dripped);
    let sending = tokio::spawn(async move {
        if let Some(at_once) = dripped {
            let _ = to.write_all(&bytes[..at_once]).await;
            let for_ever = bytes[at_once..].iter().copied().chain(std::iter::repeat(b'x'));
            for byte in for_ever {
                if to.write_all(&[byte]).await.is_err() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        } else {
            // Who is refused early is not listened to any more.
            let _ = to.write_all(&bytes).await;
        }
        // Held until the other side ends it.
        std::future::pending::<()>().await;
    });
    let mut said = Vec::new();
    let mut piece = [0; 16 * 1024];
    // A reset is an end too.
    while let Ok(read @ 1..) = timeout(PATIENCE, from.read(&mut piece)).await.expect("it ends") {
        said.extend_from_slice(&piece[..read]);
    }
    sending.abort();
    let said = String::from_utf8_lossy(&said).into_owned();
    let statuses = said.split("HTTP/1.").skip(1).filter_map(|rest| rest.get(2..5)?.parse().ok()).collect();
    (statuses, said)
}

/// A service that hands each picture over once, as the real one does: what an attack took would be gone.
async fn giving_once() -> Service {
    let (runs, given) = (Mutex::new(0), Mutex::new(HashSet::new()));
    Service::doing(move |mut stream, asked| {
        let said = if asked.line.starts_with("POST") {
            let mut runs = runs.lock().unwrap();
            *runs += 1;
            let uuid = format!("{{\"uuid\":\"aaaabbbb-cccc-4ddd-8eee-victims-task-{runs}\"}}");
            answer("201 Created", "application/json", &uuid)
        } else if given.lock().unwrap().insert(asked.line) {
            let picture = "{\"status\":\"DONE\",\"result\":{\"files\":[\"victims-picture\"]}}";
            answer("200 OK", "application/json", picture)
        } else {
            answer("404 Not Found", "application/json", "{\"status\":404}")
        };
        async move {
            let _ = stream.write_all(said.as_bytes()).await;
        }
    })
    .await
}

/// A relay that knows people, with everything of it that is looked at afterwards.
struct House {
    service: Service,
    child: Child,
    log: tempfile::TempDir,
    _register: Register,
    known: Known,
}

impl House {
    /// A relay with these flags beside the usual ones, and the victim's run.
    async fn built(flags: &[&str]) -> Self {
        let register = Register::new();
        let token = register.token("Anna", &[]).await;
        let other = register.token("Boris", &[]).await;
        let revoked = register.token("Gone", &[]).await;
        register.command(&["revoke", id(&revoked)]).await;
        let expired = register.token("Old", &["--expires", "30d"]).await;
        let text = std::fs::read_to_string(register.path()).unwrap();
        let line = text.lines().find(|line| line.starts_with("expires")).unwrap();
        register.edit(line, "expires = \"2026-01-01T00:00:00Z\"");

        let service = giving_once().await;
        let log = tempfile::tempdir().unwrap();
        let (people, url) = (register.path(), service.url());
        let mut command = relay(
            &[
                &["--listen", "127.0.0.1:0", "--log", "trace", "--request-head", HEAD][..],
                &["--request-body", BODY, "--engine", "fusionbrain", "--upstream", &url],
                &["--people", people.to_str().unwrap()],
                // The pace is another test's.
                &["--address-runs-a-minute", "0", "--address-polls-a-minute", "0", "--runs-a-minute", "0"],
                &["--polls-a-minute", "0", "--connections-per-address", "1000"],
                flags,
            ]
            .concat(),
        );
        command.env("FB_API_KEY", "relays-own-key").env("FB_API_SECRET", "relays-own-secret");
        command.stderr(File::create(log.path().join("log")).unwrap());
        let (child, address) = started(&mut command).await;
        let victims = status(&run(address, &token, "p", "a prompt of the victim").await);
        let known = Known { token, other, revoked, expired, victims, address };
        Self { service, child, log, _register: register, known }
    }

    /// All of them at once, which is an attack of its own. Nothing comes of any, and nothing is asked upstream for them.
    async fn withstands(&mut self, attacks: Vec<Attack>) {
        let (asked, address) = (self.service.asked().len(), self.known.address);
        let attacks: Vec<_> = attacks.into_iter().map(Arc::new).collect();
        let running: Vec<_> = attacks
            .iter()
            .map(|attack| {
                let attack = Arc::clone(attack);
                tokio::spawn(async move { outcome(address, &attack).await })
            })
            .collect();
        let mut wrong = Vec::new();
        for (attack, running) in attacks.iter().zip(running) {
            let (statuses, said) = running.await.unwrap();
            if statuses != attack.expected {
                wrong.push(format!("{}: {statuses:?}, not {:?}: {said:.300}", attack.name, attack.expected));
            }
            for secret in ["victims-picture", "relays-own", secret(&self.known.token)] {
                assert!(
                    !said.contains(secret) || attack.name.starts_with("token:"),
                    "{}: {said}",
                    attack.name
                );
            }
            assert!(!said.contains("victims-picture"), "{}: {said}", attack.name);
        }
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), attacks.len(), wrong.join("\n"));
        assert_eq!(self.service.asked().len(), asked, "none of it went upstream: {:?}", self.service.asked());
        assert_eq!(get(address, "/healthz", &[]).await.status, 200, "the relay is alive");
        assert!(self.child.try_wait().unwrap().is_none());
    }

    /// The victim's picture, asked for by the victim.
    async fn is_there(&self, path: &str) -> bool {
        get_as(self.known.address, &self.known.token, path).await.text().contains("victims-picture")
    }

    /// Ends it. Nothing secret is in its log.
    async fn end(mut self) {
        self.child.kill().await.unwrap();
        let text = std::fs::read_to_string(self.log.path().join("log")).unwrap();
        assert!(text.contains("reason=\"stranger\""), "the log is there: {text:.500}");
        let known = &self.known;
        let secrets = [&known.token, &known.other, &known.revoked, &known.expired].map(|token| secret(token));
        let words = [
            "relays-own-key",
            "relays-own-secret",
            "victims-task",
            "victims-picture",
            "a prompt of",
            "кот",
            "evil",
        ];
        for secret in secrets.into_iter().chain(words) {
            if let Some(at) = text.find(secret) {
                let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
                panic!("{secret} is in the log: {:.400}", &text[from..]);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_is_refused_as_written_and_nothing_comes_of_it() {
    let mut house = House::built(&[]).await;
    let attacks = everything(&house.known);
    assert!(attacks.len() >= 80, "{} attacks", attacks.len());
    house.withstands(attacks).await;
    assert!(
        house.is_there(&house.known.victims).await,
        "what was the victim's is still there for the victim"
    );
    house.end().await;
}

/// The same attacks, and those at holding itself, at two pictures: one that nobody has asked for yet, and one that the relay
/// holds. The service would not give either again.
async fn a_holding_one_withstands(flags: &[&str]) {
    let mut house = House::built(flags).await;
    let (address, token) = (house.known.address, house.known.token.clone());
    let held = status(&run(address, &token, "p", "a prompt of the victim").await);
    assert!(house.is_there(&held).await, "and held from now on");
    let known = Known { victims: held.clone(), ..house.known.clone() };
    let mut attacks = everything(&house.known);
    attacks.extend(at_what_is_held(&house.known));
    attacks.extend(at_a_picture(&known));
    attacks.extend(at_what_is_held(&known));
    house.withstands(attacks).await;

    let waiting = house.known.victims.clone();
    let asked = house.service.asked().len();
    for picture in [&held, &waiting, &held, &waiting] {
        assert!(house.is_there(picture).await, "{picture} is still the victim's ({flags:?})");
    }
    assert_eq!(house.service.asked().len(), asked + 1, "the one that was not held yet was asked for");
    let result = held.replace("/key/api/v1/pipeline/status/", "/relay/v1/results/");
    let acknowledged = send(address, "DELETE", &result, &[("Authorization", &bearer(&token))], b"").await;
    assert_eq!(acknowledged.status, 204, "the victim may");
    assert!(!house.is_there(&held).await && house.is_there(&waiting).await);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_holds_in_memory_withstands_the_same_and_keeps_what_it_holds() {
    a_holding_one_withstands(&["--hold", "15m"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_holds_on_disk_withstands_the_same_and_keeps_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    a_holding_one_withstands(&["--hold", "15m", "--hold-dir", folder.path().to_str().unwrap()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_shares_a_store_withstands_the_same_and_keeps_what_it_holds() {
    let redis = redis().await;
    a_holding_one_withstands(&["--hold", "15m", "--store", &format!("redis://{}", redis.address)]).await;
}

/// Where pages of other origins are allowed, their browsers ask first; and so could anybody.
#[tokio::test(flavor = "multi_thread")]
async fn an_options_request_has_manners_too() {
    let mut settings = quick_simulator();
    settings.allow_origins = vec!["https://pictures.example".parse().unwrap()];
    let relay = Relay::start(settings).await;
    let asks = "Origin: https://pictures.example\r\nAccess-Control-Request-Method: POST\r\n";
    let (host, foreign) = ("Host: localhost\r\n", "Origin: https://evil.example\r\n");
    let end = "Connection: close\r\n";
    let mut table = Table::default();
    for (name, expected, target, headers, body) in [
        ("a preflight", 200, RUN, [host, asks, end].concat(), ""),
        ("absolute form", 400, "http://evil.example/", [host, asks].concat(), ""),
        ("a star", 400, "*", [host, asks].concat(), ""),
        ("double slashes", 404, "//key/api/v1/pipelines", [host, asks].concat(), ""),
        ("a hidden slash", 404, "/key%2fapi/v1/pipelines", [host, asks].concat(), ""),
        ("a way up", 404, "/key/../metrics", [host, asks].concat(), ""),
        ("two hosts", 400, RUN, ["Host: b\r\n", host, asks].concat(), ""),
        ("no host", 400, RUN, asks.to_owned(), ""),
        ("from nowhere", 403, RUN, [host, "Origin: null\r\n", end].concat(), ""),
        ("from elsewhere", 403, RUN, [host, foreign, end].concat(), ""),
        (
            "what follows a body in chunks",
            200,
            RUN,
            [host, asks, "Transfer-Encoding: chunked\r\n"].concat(),
            "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
    ] {
        table.add(name, &[expected], format!("OPTIONS {target} HTTP/1.1\r\n{headers}\r\n{body}"));
    }
    for attack in &table.0 {
        let (statuses, said) = outcome(relay.address, attack).await;
        assert_eq!(statuses, attack.expected, "{}: {said}", attack.name);
        for header in ["cache-control: no-store", "x-content-type-options: nosniff", "x-request-id"] {
            assert!(said.to_ascii_lowercase().contains(header), "{}: {header}: {said}", attack.name);
        }
    }
}
