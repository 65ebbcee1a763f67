//! Every setting does something: on the command line, in the environment and in a file it is the same to the running program,
//! and different from the program without it. What is dear to watch is watched by a test of its own, which is named here.

use crate::command::{relay, started};
use crate::support::people::{FORM, RUN, Register, form, pipeline, status};
use crate::support::{Service, answer, get, open, send};
use clap::CommandFactory;
use komposition_relay::Flags;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PIPELINES: &str = "/key/api/v1/pipelines";
const CONFIG: &str = "/relay/v1/config";
const OPENAI: &str = "--engine=openai --upstream=http://127.0.0.1:9/v1";
const SERVICE: &str = "--engine=fusionbrain --upstream=$SERVICE";
const PROXY: &str = "--trust-header=x-user --trust-from=127.0.0.1";
const FRAMED: &str = "frame-ancestors 'self' https://a.example https://b.example";

/// What is looked at.
enum Look {
    /// A value of the config, as the proxy's Anna sees it.
    Config(&'static str),
    /// With which status this path is answered.
    Status(&'static str),
    /// Which origin the answer to one from `https://b.example` allows.
    Allowed,
    /// The policy of the app's page.
    Policy,
    /// The names of the pipelines.
    Names,
    /// How two runs of Anna's are answered, one right after the other.
    Runs,
    /// How two lists of pipelines are, to two addresses behind a proxy.
    Polls,
    /// What a picture's status is at once.
    Picture,
    /// The name of the first task.
    Task,
    /// The key that arrives at the service, whose client sends one too.
    Key,
    /// Whether there is room for a second connection.
    Room,
    /// What the log begins with.
    Log,
}

use Look::{Allowed, Config, Key, Log, Names, Picture, Policy, Polls, Room, Runs, Status, Task};

/// A setting, a value, what is said beside it, what is looked at, and what is seen; nothing where only chance can say it.
type Row = (&'static str, &'static str, &'static str, Look, Option<&'static str>);

const SEEN: [Row; 26] = [
    ("app", "$APP", "", Status("/"), Some("200")),
    ("allow-origin", "https://a.example,https://b.example", "", Allowed, Some("https://b.example")),
    ("frame-ancestors", "https://a.example,https://b.example", "--app=$APP", Policy, Some(FRAMED)),
    (
        "embed-origin",
        "https://a.example,https://b.example",
        "",
        Config("embed"),
        Some(r#"{"may_spend":[],"origins":["https://a.example","https://b.example"]}"#),
    ),
    (
        "embed-may-spend",
        "https://a.example",
        "",
        Config("embed"),
        Some(r#"{"may_spend":["https://a.example"],"origins":[]}"#),
    ),
    ("hold", "15m", "", Config("hold"), Some("true")),
    ("people", "$PEOPLE", "", Config("needs_token"), Some("true")),
    ("trust-header", "x-user", "--trust-from=127.0.0.1", Config("who"), Some("\"Anna\"")),
    ("trust-from", "127.0.0.0/8,fd00::/8", "--address-polls-a-minute=1", Polls, Some("200 200")),
    ("runs-a-day", "50", PROXY, Config("runs_left"), Some("50")),
    ("at-once", "1", PROXY, Runs, Some("201 429")),
    ("runs-a-minute", "1", PROXY, Runs, Some("201 429")),
    ("polls-a-minute", "1", PROXY, Polls, Some("200 429")),
    ("address-runs-a-minute", "1", "", Runs, Some("201 429")),
    ("address-polls-a-minute", "1", "", Polls, Some("200 429")),
    ("connections-per-address", "1", "", Room, Some("no")),
    ("metrics-from", "192.0.2.0/24,2001:db8::/32", "", Status("/metrics"), Some("404")),
    ("sim-seconds", "0", "", Picture, Some("DONE")),
    ("sim-keys", "K:S", "", Status(PIPELINES), Some("401")),
    ("sim-other-pipeline", "true", "", Names, None),
    ("sim-seed", "7", "", Task, None),
    ("model", "sd3,flux", OPENAI, Names, Some("sd3, flux")),
    ("keys-file", "$KEYS", SERVICE, Key, Some("Key of-the-file")),
    ("keys", "from-client", SERVICE, Key, Some("Key of-the-client")),
    ("log", "off", "", Log, Some("")),
    ("log-format", "json", "", Log, Some("{")),
];

/// A setting, the test that shows what it does, and a word by which that test's file says it.
const PROVED: [(&str, &str, &str); 20] = [
    ("listen", "command::port_0_is_any_free_one_and_the_first_line_says_which", "\"--listen\""),
    ("engine", "command::keys_come_from_the_environment_or_from_a_file", "\"--engine\""),
    ("upstream", "command::keys_come_from_the_environment_or_from_a_file", "\"--upstream\""),
    (
        "upstream-key-file",
        "openai::the_program_starts_with_it_and_its_log_holds_neither_key_nor_prompt",
        "--upstream-key-file",
    ),
    ("sizes", "openai::the_nearest_size_is_ordered_and_all_three_sizes_are_said", "OpenAiSettings { sizes"),
    (
        "upstream-at-once",
        "openai::many_clients_get_each_their_own_picture_and_the_server_never_more_than_it_can_take",
        "at_once: 3",
    ),
    (
        "queue",
        "openai::a_full_queue_refuses_with_201_and_availability_says_it_until_there_is_room",
        "queue: 2",
    ),
    (
        "patience",
        "openai_answers::silence_a_slow_body_a_cut_and_a_flood_all_end_as_failures",
        "OpenAiSettings { patience",
    ),
    (
        "hold-bytes",
        "hold::when_it_is_full_what_was_handed_over_goes_first_and_a_new_answer_is_told_all_the_same",
        "bytes: 2_500",
    ),
    (
        "hold-dir",
        "hold_restart::a_relay_that_was_killed_repeats_what_it_held_to_its_owner_and_to_nobody_else",
        "\"--hold-dir\"",
    ),
    ("store", "hold_shared::when_the_one_that_asks_is_killed_another_takes_over", "\"--store\""),
    (
        "sim-expiry",
        "simulated::what_nobody_fetched_expires_in_the_log_without_being_asked_for",
        "expiry_ms: 1",
    ),
    ("open", "people::it_does_not_start_for_everybody_unless_told_so_in_so_many_words", "--open"),
    ("connections", "stopping::more_connections_than_places_wait_for_their_turn", "limits.connections = 1"),
    ("drain", "limits::a_relay_that_was_asked_to_stop_says_so_and_goes_on_for_a_while", "limits.drain ="),
    ("goodbye", "stopping::a_request_that_never_ends_is_broken_off_after_the_goodbye", "limits.goodbye ="),
    ("request-head", "door::a_head_that_never_ends_is_hung_up_on", "limits.request_head ="),
    (
        "request-body",
        "limits::a_body_that_comes_too_slowly_is_408_and_spends_nothing",
        "limits.request_body =",
    ),
    ("stall", "limits::an_answer_that_stands_still_is_broken_off", "limits.stall ="),
    ("upstream-timeout", "upstream_trouble::silence_is_504", "limits.headers ="),
];

/// The files and the service that settings are about.
struct Place {
    dir: TempDir,
    register: Register,
    service: Service,
}

impl Place {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("app")).unwrap();
        fs::write(dir.path().join("app/index.html"), "the app").unwrap();
        fs::write(dir.path().join("keys"), "of-the-file\nsecret\n").unwrap();
        let register = Register::new();
        register.token("Anna", &[]).await;
        let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
        Self { dir, register, service }
    }

    fn filled(&self, text: &str) -> String {
        let path = |name: &str| self.dir.path().join(name).display().to_string();
        text.replace("$APP", &path("app"))
            .replace("$KEYS", &path("keys"))
            .replace("$PEOPLE", &self.register.path().display().to_string())
            .replace("$SERVICE", &self.service.url())
    }

    /// What is seen of a program with these words on its command line and these variables in its environment.
    async fn seen(&self, look: &Look, words: &[String], variables: &[(String, String)]) -> String {
        let log = self.dir.path().join("log");
        let words: Vec<&str> =
            ["--listen=127.0.0.1:0"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let mut command = relay(&words);
        command.envs(variables.iter().cloned()).stderr(File::create(&log).unwrap());
        command.env("FB_API_KEY", "of-the-environment").env("FB_API_SECRET", "secret");
        let (mut child, address) = started(&mut command).await;
        if !matches!(look, Log) {
            return self.looked(look, address).await;
        }
        get(address, "/healthz", &[]).await;
        child.kill().await.unwrap();
        let said = fs::read_to_string(log).unwrap();
        // A time, which is another one each time, or a brace.
        said.chars()
            .next()
            .map_or_else(String::new, |first| if first == '{' { "{" } else { "a time" }.to_owned())
    }

    async fn looked(&self, look: &Look, address: SocketAddr) -> String {
        let anna = ("X-User", "Anna");
        let run = async || {
            let pipeline = pipeline(address, &[anna]).await;
            let (mut answers, form) = (Vec::new(), form(&pipeline, "кот"));
            for _ in 0..2 {
                answers.push(send(address, "POST", RUN, &[anna, FORM], form.as_bytes()).await);
            }
            answers
        };
        match look {
            Config(name) => get(address, CONFIG, &[anna]).await.json()[name].to_string(),
            Status(path) => get(address, path, &[]).await.status.to_string(),
            Allowed => {
                let answer = get(address, CONFIG, &[("Origin", "https://b.example")]).await;
                answer.header("access-control-allow-origin").unwrap_or_default().to_owned()
            }
            Policy => {
                let page = get(address, "/", &[]).await;
                page.header("content-security-policy").unwrap_or_default().to_owned()
            }
            Names => {
                let answer = get(address, PIPELINES, &[]).await;
                if answer.status != 200 {
                    // A server that is not there says no models.
                    return answer.status.to_string();
                }
                let list = answer.json();
                let names =
                    list.as_array().unwrap().iter().map(|pipeline| pipeline["name"].as_str().unwrap());
                names.collect::<Vec<_>>().join(", ")
            }
            Runs => {
                let statuses = run().await.into_iter().map(|answer| answer.status.to_string());
                statuses.collect::<Vec<_>>().join(" ")
            }
            Polls => {
                let from = |client| [anna, ("X-Forwarded-For", client)];
                let first = get(address, PIPELINES, &from("192.0.2.1")).await.status;
                let second = get(address, PIPELINES, &from("192.0.2.2")).await.status;
                format!("{first} {second}")
            }
            Picture => {
                let path = status(&run().await[0]);
                get(address, &path, &[]).await.json()["status"].as_str().unwrap().to_owned()
            }
            Task => run().await[0].json()["uuid"].as_str().unwrap().to_owned(),
            Key => {
                get(address, PIPELINES, &[("X-Key", "Key of-the-client"), ("X-Secret", "Secret s")]).await;
                self.service.asked().last().unwrap().header("x-key").unwrap().to_owned()
            }
            Room => {
                let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
                let mut first = open(address, request).await;
                assert_eq!(first.head().await.0, 200);
                let came = open(address, request).await.some(1).await;
                if came.is_empty() { "no" } else { "yes" }.to_owned()
            }
            Log => unreachable!("it is read from the file"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_does_the_same_from_each_of_the_three_places_and_something() {
    let place = Place::new().await;
    let command = Flags::command();
    for (name, value, beside, look, expected) in &SEEN {
        let setting = command.get_arguments().find(|setting| setting.get_long() == Some(name)).unwrap();
        let value = place.filled(value);
        let beside: Vec<String> = place.filled(beside).split_whitespace().map(ToOwned::to_owned).collect();
        let switch = !setting.get_action().takes_values();
        let list = matches!(setting.get_action(), clap::ArgAction::Append);
        let values: Vec<&str> = if list { value.split(',').collect() } else { vec![&value] };

        let words: Vec<String> = if switch {
            vec![format!("--{name}")]
        } else {
            values.iter().map(|value| format!("--{name}={value}")).collect()
        };
        let by_line = place.seen(look, &[&words[..], &beside].concat(), &[]).await;

        let variable = format!("KOMPOSITION_RELAY_{}", name.to_ascii_uppercase().replace('-', "_"));
        let by_variable = place.seen(look, &beside, &[(variable, value.clone())]).await;

        let text = match (switch, list) {
            (true, _) => format!("{name} = true"),
            (_, true) => format!("{name} = {values:?}"),
            _ if value.parse::<f64>().is_ok() => format!("{name} = {value}"),
            _ => format!("{name} = {value:?}"),
        };
        let file = place.dir.path().join("relay.toml");
        fs::write(&file, text).unwrap();
        let by_file = [&beside[..], &[format!("--config={}", file.display())]].concat();
        let by_file = place.seen(look, &by_file, &[]).await;

        assert_eq!((&by_variable, &by_file), (&by_line, &by_line), "{name}: environment, file; command line");
        if let Some(expected) = expected {
            assert_eq!(by_line, *expected, "{name}");
        }
        assert_ne!(by_line, place.seen(look, &beside, &[]).await, "{name} has no effect");
    }
}

#[test]
fn no_setting_is_without_a_test_of_what_it_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relay");
    for (name, test, word) in PROVED {
        let (module, test) = test.split_once("::").unwrap();
        let file: PathBuf = folder.join(module).with_extension("rs");
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("async fn {test}()")), "--{name}: there is no {module}::{test}");
        assert!(text.contains(word), "--{name}: {module} does not say {word}");
    }
    let mut here: Vec<&str> = SEEN.iter().map(|row| row.0).chain(PROVED.iter().map(|row| row.0)).collect();
    here.sort_unstable();
    let command = Flags::command();
    let mut all: Vec<&str> = command.get_arguments().filter_map(|setting| setting.get_long()).collect();
    // Where the others may stand: the test above is about it.
    all.retain(|name| !["help", "version", "config"].contains(name));
    all.sort_unstable();
    assert_eq!(here, all, "each setting is looked at here, or by a test that is named here");
}
