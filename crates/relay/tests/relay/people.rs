//! Who may come in, and whose is what.

use crate::command::{relay, started};
use crate::support::people::{FORM, RUN, Register, bearer, form, get_as, id, pipeline, run, secret, status};
use crate::support::{
    Relay, Service, answer, get, open_from, pair, pass_through, quick_config, quick_simulator, send, spring,
};
use komposition_relay::{EngineSettings, Keys, Settings, Trust};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PIPELINES: &str = "/key/api/v1/pipelines";
const CONFIG: &str = "/relay/v1/config";

fn knowing(register: &Register, settings: Settings) -> Settings {
    Settings { people: Some(register.path()), ..settings }
}

/// A service that takes every run, under one name after another, and has no answer to a status yet.
async fn taking_runs() -> Service {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    Service::doing(move |mut stream, asked| {
        let count = std::sync::Arc::clone(&count);
        async move {
            let said = if asked.line.starts_with("POST") {
                let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                answer("201 Created", "application/json", &format!("{{\"uuid\":\"task-{number}\"}}"))
            } else {
                answer("200 OK", "application/json", "{\"uuid\":\"task\",\"status\":\"INITIAL\"}")
            };
            tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes()).await.unwrap();
        }
    })
    .await
}

fn held() -> Keys {
    Keys::Held(pair("relays-key", "relays-secret"))
}

#[tokio::test]
async fn a_token_is_told_once_and_kept_as_a_hash() {
    let register = Register::new();
    let token = register.token("Анна", &["--expires", "90d", "--runs-a-day", "50", "--at-once", "3"]).await;
    assert!(
        token.starts_with("kmp_") && !token.contains(char::is_whitespace),
        "one word, for a script to take"
    );
    let other = register.token("Boris", &[]).await;
    assert_ne!(token, other);

    let text = std::fs::read_to_string(register.path()).unwrap();
    for (token, name) in [(&token, "Анна"), (&other, "Boris")] {
        let secret = secret(token);
        assert!(text.contains(name) && text.contains(id(token)) && text.contains("sha256:"), "{text}");
        assert!(!text.contains(secret), "{text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(register.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let (well, list) = register.command(&["list"]).await;
    assert!(well);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    for part in [id(&token), "Анна", "expires 20", "runs a day 50", "at once 3"] {
        assert!(lines[0].contains(part), "{list}");
    }
    assert!(lines[1].contains("never expires"), "{list}");
    assert!(!list.contains(secret(&token)) && !list.contains("sha256"), "{list}");

    let (well, _) = register.command(&["revoke", id(&token)]).await;
    assert!(well);
    assert!(!std::fs::read_to_string(register.path()).unwrap().contains(id(&token)));
    let (well, said) = register.command(&["revoke", id(&token)]).await;
    assert!(!well && said.contains("there is no token with the id"), "{said}");
    let (well, said) = register.command(&["new", "--name", "a\nb"]).await;
    assert!(!well && said.contains("a name is"), "{said}");
}

#[tokio::test]
async fn only_who_shows_a_token_comes_in() {
    let register = Register::new();
    let token = register.token("Anna", &[]).await;
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::start(knowing(&register, pass_through(&service, held()))).await;
    let (with_bearer, lower) = (bearer(&token), format!("bearer  {token}"));
    let secret = format!("Secret {token}");
    let right: [&[(&str, &str)]; 5] = [
        &[("Authorization", &with_bearer)],
        &[("Authorization", &lower)],
        &[("X-Key", "Key anything"), ("X-Secret", &secret)],
        &[("X-Secret", &token)],
        // The one that was meant is looked at.
        &[("Authorization", &with_bearer), ("X-Secret", "Secret other")],
    ];
    for headers in right {
        assert_eq!(get(relay.address, PIPELINES, headers).await.status, 200, "{headers:?}");
    }
    let before = service.asked().len();
    let other = format!("kmp_{}_{}", id(&token), "A".repeat(43));
    let nobodys = format!("kmp_0123456789_{}", "A".repeat(43));
    let wrong: [Vec<(&str, String)>; 7] = [
        vec![],
        vec![("Authorization", "Bearer".to_owned())],
        vec![("Authorization", format!("Basic {token}"))],
        vec![("Authorization", bearer(&other))],
        vec![("Authorization", bearer(&nobodys))],
        vec![("Authorization", bearer(&token[..token.len() - 1]))],
        vec![("X-Key", format!("Key {token}"))],
    ];
    let mut words = std::collections::HashSet::new();
    for headers in wrong {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for path in
            [PIPELINES, "/key/api/v1/pipeline/status/some-task", "/key/api/v1/pipeline/x/availability"]
        {
            let answer = get(relay.address, path, &headers).await;
            words.insert(spring(&answer, 401, path));
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let answer = send(relay.address, "POST", RUN, &[&headers[..], &[FORM]].concat(), b"x").await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(words.len(), 2, "with a token and without; in what way it is wrong is not said: {words:?}");
    assert_eq!(service.asked().len(), before, "strangers reach no engine");
    // What is nobody's secret is open.
    for path in ["/healthz", CONFIG, "/static/styles/key"] {
        assert_eq!(get(relay.address, path, &[]).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_token_never_travels_upstream() {
    let register = Register::new();
    let token = register.token("Anna", &[]).await;
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let hidden = secret(&token);
    let (bearer, secret) = (bearer(&token), format!("Secret {token}"));

    let relay = Relay::start(knowing(&register, pass_through(&service, held()))).await;
    get(relay.address, PIPELINES, &[("Authorization", &bearer)]).await;
    get(relay.address, PIPELINES, &[("X-Key", "Key x"), ("X-Secret", &secret)]).await;

    // Where a client's own keys go up, a token as the secret would go up with them.
    let relay = Relay::start(knowing(&register, pass_through(&service, Keys::FromClient))).await;
    let answer = get(relay.address, PIPELINES, &[("X-Key", "Key x"), ("X-Secret", &secret)]).await;
    assert_eq!(answer.status, 401);
    let headers = [("Authorization", bearer.as_str()), ("X-Key", "Key k"), ("X-Secret", "Secret s")];
    assert_eq!(get(relay.address, PIPELINES, &headers).await.status, 200);

    let asked = service.asked();
    assert_eq!(asked.len(), 3);
    for asked in &asked {
        assert!(!format!("{asked:?}").contains(hidden), "{asked:?}");
        assert_eq!(asked.header("authorization"), None);
    }
    assert_eq!(asked[2].header("x-secret"), Some("Secret s"));
}

#[tokio::test]
async fn who_is_added_comes_in_and_who_is_revoked_does_not_without_a_restart() {
    let register = Register::new();
    let anna = register.token("Anna", &[]).await;
    let relay = Relay::start(knowing(&register, quick_simulator())).await;
    assert_eq!(get_as(relay.address, &anna, PIPELINES).await.status, 200);
    let boris = register.token("Boris", &[]).await;
    assert_eq!(get_as(relay.address, &boris, PIPELINES).await.status, 200);
    register.command(&["revoke", id(&anna)]).await;
    assert_eq!(get_as(relay.address, &anna, PIPELINES).await.status, 401);
    assert_eq!(get_as(relay.address, &boris, PIPELINES).await.status, 200);

    // A slip of an editor locks nobody out; the next good file counts again.
    register.edit("[[people]]", "[[people");
    assert_eq!(get_as(relay.address, &boris, PIPELINES).await.status, 200);
    register.edit("[[people", "[[people]]");
    register.command(&["revoke", id(&boris)]).await;
    assert_eq!(get_as(relay.address, &boris, PIPELINES).await.status, 401);
}

#[tokio::test]
async fn an_expired_token_opens_nothing() {
    let register = Register::new();
    let token = register.token("Anna", &["--expires", "30d"]).await;
    let relay = Relay::start(knowing(&register, quick_simulator())).await;
    assert_eq!(get_as(relay.address, &token, PIPELINES).await.status, 200);
    let text = std::fs::read_to_string(register.path()).unwrap();
    let line = text.lines().find(|line| line.starts_with("expires")).unwrap();
    register.edit(line, "expires = \"2026-01-01T00:00:00Z\"");
    assert_eq!(get_as(relay.address, &token, PIPELINES).await.status, 401);
    assert!(register.command(&["list"]).await.1.contains("expired 2026-01-01"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_hangup_signal_reads_the_people_again_and_ends_nothing() {
    let register = Register::new();
    let token = register.token("Anna", &[]).await;
    let path = register.path();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = relay(&["--listen", "127.0.0.1:0", "--people", path.to_str().unwrap()]);
    command.stderr(log.reopen().unwrap());
    let (child, address) = started(&mut command).await;
    assert_eq!(get_as(address, &token, PIPELINES).await.status, 200);
    let process = child.id().unwrap().to_string();
    assert!(tokio::process::Command::new("kill").args(["-HUP", &process]).status().await.unwrap().success());
    let read = async {
        while !std::fs::read_to_string(log.path()).unwrap().contains("read the people's file again") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.unwrap();
    assert_eq!(get_as(address, &token, PIPELINES).await.status, 200);
}

#[tokio::test]
async fn a_task_is_its_owners_and_for_everybody_else_it_does_not_exist() {
    let register = Register::new();
    let anna = register.token("Anna", &[]).await;
    let boris = register.token("Boris", &[]).await;
    let relay = Relay::start(knowing(&register, quick_simulator())).await;
    let pipeline = pipeline(relay.address, &[("Authorization", &bearer(&anna))]).await;
    let theirs = status(&run(relay.address, &anna, &pipeline, "кот").await);

    let foreign = get_as(relay.address, &boris, &theirs).await;
    let foreign = spring(&foreign, 404, &theirs);
    let nowhere = "/key/api/v1/pipeline/status/00000000-0000-0000-0000-000000000000";
    let unknown = spring(&get_as(relay.address, &boris, nowhere).await, 404, nowhere);
    assert_eq!(foreign, unknown, "whether it exists is not said");
    assert_eq!(get(relay.address, &theirs, &[]).await.status, 401);

    // Nothing was taken by those who asked in vain.
    let done = get_as(relay.address, &anna, &theirs).await;
    assert_eq!(done.json()["status"], "DONE");
}

#[tokio::test]
async fn a_foreign_task_is_not_even_asked_for_upstream() {
    let register = Register::new();
    let (anna, boris) = (register.token("Anna", &[]).await, register.token("Boris", &[]).await);
    let service = taking_runs().await;
    let relay = Relay::start(knowing(&register, pass_through(&service, held()))).await;
    let theirs = status(&run(relay.address, &anna, "p", "кот").await);
    assert_eq!(get_as(relay.address, &boris, &theirs).await.status, 404);
    assert_eq!(get_as(relay.address, &boris, "/key/api/v1/pipeline/status/other").await.status, 404);
    assert_eq!(service.asked().len(), 1);
    assert_eq!(get_as(relay.address, &anna, &theirs).await.status, 200);
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn runs_a_day_are_counted_and_the_config_says_what_is_left() {
    let register = Register::new();
    let anna = register.token("Anna", &["--runs-a-day", "2"]).await;
    let boris = register.token("Boris", &[]).await;
    let relay = Relay::start(knowing(&register, quick_simulator())).await;
    let pipeline = pipeline(relay.address, &[("Authorization", &bearer(&anna))]).await;
    let known = |name: &str, left: Value| {
        json!({"relay": "komposition", "version": "0.1.0", "engine": "simulator", "needs_keys": false,
               "needs_token": true, "who": name, "runs_left": left, "ignores": [],
               "hold": false, "wait": 0})
    };
    assert_eq!(get_as(relay.address, &anna, CONFIG).await.json(), known("Anna", 2.into()));
    for left in [1, 0] {
        assert_eq!(run(relay.address, &anna, &pipeline, "кот").await.status, 201);
        assert_eq!(get_as(relay.address, &anna, CONFIG).await.json(), known("Anna", left.into()));
    }
    let refused = run(relay.address, &anna, &pipeline, "кот").await;
    spring(&refused, 429, RUN);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(
        (now + wait).is_multiple_of(86_400) || (now + wait + 86_399).is_multiple_of(86_400),
        "midnight: {wait}"
    );

    assert_eq!(run(relay.address, &boris, &pipeline, "кот").await.status, 201);
    assert_eq!(get_as(relay.address, &boris, CONFIG).await.json(), known("Boris", Value::Null));

    let stranger = get(relay.address, CONFIG, &[]).await.json();
    assert_eq!(stranger["needs_token"], true);
    for key in ["who", "runs_left"] {
        assert!(stranger.get(key).is_none(), "{stranger}");
    }
    assert_eq!(get_as(relay.address, "kmp_a_b", CONFIG).await.status, 401, "a page can try a token here");
}

#[tokio::test]
async fn a_run_that_did_not_come_to_be_does_not_count_and_one_that_may_have_does() {
    let register = Register::new();
    let anna = register.token("Anna", &["--runs-a-day", "5"]).await;
    for (said, left) in [
        (answer("201 Created", "application/json", "{\"status\":\"DISABLED_BY_QUEUE\"}"), 5),
        (answer("400 Bad Request", "application/json", "{\"status\":400}"), 5),
        (answer("401 Unauthorized", "text/html", ""), 5),
        (answer("201 Created", "application/json", "{\"uuid\":\"u\"}"), 4),
        (answer("500 Internal Server Error", "text/plain", ""), 4),
        (answer("201 Created", "application/json", "{\"uuid\":"), 4),
        (String::new(), 4),
    ] {
        let service = Service::saying(said.clone()).await;
        let relay = Relay::start(knowing(&register, pass_through(&service, held()))).await;
        run(relay.address, &anna, "p", "кот").await;
        assert_eq!(get_as(relay.address, &anna, CONFIG).await.json()["runs_left"], left, "{said}");
        assert_eq!(service.asked().len(), 1);
    }
    // Nobody was there at all.
    let service = Service::saying("").await;
    let mut settings = knowing(&register, pass_through(&service, held()));
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = fusionbrain::Base::new(&format!("http://{}", dead.local_addr().unwrap())).unwrap();
    drop(dead);
    settings.engine = EngineSettings::fusionbrain(base, held());
    let relay = Relay::start(settings).await;
    assert_eq!(run(relay.address, &anna, "p", "кот").await.status, 502);
    assert_eq!(get_as(relay.address, &anna, CONFIG).await.json()["runs_left"], 5);
}

#[tokio::test]
async fn no_more_pictures_at_once_than_a_token_may_have() {
    let register = Register::new();
    let anna = register.token("Anna", &["--at-once", "2"]).await;
    let boris = register.token("Boris", &["--at-once", "2"]).await;
    let relay = Relay::start(knowing(&register, quick_simulator())).await;
    let pipeline = pipeline(relay.address, &[("Authorization", &bearer(&anna))]).await;
    // One that becomes a picture, one that fails: the place of each is free once its end has been told.
    let picture = status(&run(relay.address, &anna, &pipeline, "кот").await);
    let failing = status(&run(relay.address, &anna, &pipeline, "кот sim:fail").await);
    for fetched in [&picture, &failing] {
        let refused = run(relay.address, &anna, &pipeline, "кот").await;
        spring(&refused, 429, RUN);
        assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() <= 60);
        assert_eq!(
            run(relay.address, &boris, &pipeline, "кот").await.status,
            201,
            "others have their own places"
        );
        let end = get_as(relay.address, &anna, fetched).await.json();
        assert!(end["status"] == "DONE" || end["status"] == "FAIL", "{end}");
        // The place is given back when the answer is through, which is a moment after its last byte is here.
        let free = async {
            loop {
                let again = run(relay.address, &anna, &pipeline, "кот").await;
                if again.status == 201 {
                    break;
                }
                assert_eq!(again.status, 429);
            }
        };
        tokio::time::timeout(Duration::from_secs(10), free).await.unwrap();
    }
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_lose_the_name_of_its_task() {
    let register = Register::new();
    let anna = register.token("Anna", &["--at-once", "1"]).await;
    let asked = std::sync::Arc::new(tokio::sync::Notify::new());
    let go_on = std::sync::Arc::new(tokio::sync::Notify::new());
    let (tell, wait) = (std::sync::Arc::clone(&asked), std::sync::Arc::clone(&go_on));
    let service = Service::doing(move |mut stream, asked| {
        let (tell, wait) = (std::sync::Arc::clone(&tell), std::sync::Arc::clone(&wait));
        async move {
            let said = if asked.line.starts_with("POST") {
                tell.notify_one();
                wait.notified().await;
                answer("201 Created", "application/json", "{\"uuid\":\"left-behind\"}")
            } else {
                answer("200 OK", "application/json", "{\"status\":\"INITIAL\"}")
            };
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes()).await;
        }
    })
    .await;
    let mut settings = knowing(&register, pass_through(&service, held()));
    settings.limits.headers = Duration::from_secs(20);
    let relay = Relay::start(settings).await;
    let form = form("p", "кот");
    let request = format!(
        "POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{}: {}\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n{form}",
        FORM.0,
        FORM.1,
        bearer(&anna),
        form.len()
    );
    let reading = crate::support::open(relay.address, request.as_bytes()).await;
    asked.notified().await;
    drop(reading);
    go_on.notify_one();
    let found = async {
        while get_as(relay.address, &anna, "/key/api/v1/pipeline/status/left-behind").await.status == 404 {}
    };
    tokio::time::timeout(Duration::from_secs(10), found).await.unwrap();
}

#[tokio::test]
async fn a_trusted_proxy_says_who_somebody_is_and_nobody_else_can() {
    let trust = Trust {
        header: Some("x-forwarded-user".parse().unwrap()),
        from: vec!["127.0.0.2/32".parse().unwrap()],
    };
    let settings = Settings { trust: Some(trust), ..quick_simulator() };
    let relay = Relay::start(settings).await;
    let ask = async |from: &str, headers: &str, path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        let mut reading = open_from(from, relay.address, request.as_bytes()).await;
        let (status, headers) = reading.head().await;
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let body = reading.some(length.unwrap().1.parse().unwrap()).await;
        (status, String::from_utf8(body).unwrap())
    };
    let anna = "X-Forwarded-User: anna\r\n";
    assert_eq!(ask("127.0.0.2", anna, PIPELINES).await.0, 200);
    assert!(ask("127.0.0.2", anna, CONFIG).await.1.contains("\"who\":\"anna\""));
    // Not from elsewhere, not twice, not without.
    assert_eq!(ask("127.0.0.1", anna, PIPELINES).await.0, 401);
    assert_eq!(ask("127.0.0.3", anna, PIPELINES).await.0, 401);
    assert_eq!(ask("127.0.0.2", &format!("{anna}X-Forwarded-User: boss\r\n"), PIPELINES).await.0, 401);
    assert_eq!(ask("127.0.0.2", "", PIPELINES).await.0, 401);

    // A task belongs to the name.
    let (_, list) = ask("127.0.0.2", anna, PIPELINES).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    let form = form(list[0]["id"].as_str().unwrap(), "кот");
    let run = format!(
        "POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{anna}{}: {}\r\nContent-Length: {}\r\n\r\n{form}",
        FORM.0,
        FORM.1,
        form.len()
    );
    let mut reading = open_from("127.0.0.2", relay.address, run.as_bytes()).await;
    assert_eq!(reading.head().await.0, 201);
    let accepted: Value = serde_json::from_slice(&reading.some(20).await).unwrap();
    let path = format!("/key/api/v1/pipeline/status/{}", accepted["uuid"].as_str().unwrap());
    assert_eq!(ask("127.0.0.2", "X-Forwarded-User: boris\r\n", &path).await.0, 404);
    assert_eq!(ask("127.0.0.2", anna, &path).await.0, 200);
}

#[tokio::test]
async fn it_does_not_start_for_everybody_unless_told_so_in_so_many_words() {
    let register = Register::new();
    register.token("Anna", &[]).await;
    let path = register.path();
    let everywhere = ["--listen", "0.0.0.0:0"];
    // Whose addresses are believed says nothing about who may come in.
    for words in [&[][..], &["--trust-from", "10.0.0.0/8"]] {
        let refused = relay(&[&everywhere[..], words].concat()).output().await.unwrap();
        assert!(!refused.status.success() && refused.stdout.is_empty());
        let said = String::from_utf8(refused.stderr).unwrap();
        for word in ["--people", "--open", "127.0.0.1"] {
            assert!(said.contains(word), "{said}");
        }
    }
    let ways: [&[&str]; 4] = [
        &["--open"],
        &["--people", path.to_str().unwrap()],
        &["--trust-header", "X-User", "--trust-from", "10.0.0.0/8"],
        &["--listen", "127.0.0.2:0"],
    ];
    for words in ways {
        let line = if words[0] == "--listen" { words.to_vec() } else { [&everywhere[..], words].concat() };
        started(&mut relay(&line)).await;
    }
    let missing = relay(&[&everywhere[..], &["--people", "no-such-file"]].concat()).output().await.unwrap();
    assert!(!missing.status.success());
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("cannot read the people's file no-such-file"), "{said}");
}

/// What is told to the person at the machine alone is told to nobody when others come in.
#[tokio::test]
async fn with_people_the_simulators_log_is_closed() {
    let register = Register::new();
    let token = register.token("Anna", &[]).await;
    let settings = Settings::new(EngineSettings::Simulator(quick_config()));
    let relay = Relay::start(knowing(&register, settings)).await;
    assert_eq!(get_as(relay.address, &token, "/simulator/v1/log").await.status, 404);
}
