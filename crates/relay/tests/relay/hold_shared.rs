//! Several relays that share a real redis: any of them answers any poll, and one of them asks upstream.

use crate::command::{refusal, relay, started};
use crate::support::people::{Register, bearer};
use crate::support::{
    Answer, Relay, Service, answer, balancer, free_port, get, pair, pass_through, redis, redis_at, send,
    small_run, spring,
};
use komposition_relay::{HoldPlace, HoldSettings, Keys, Settings};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

const STATUS: &str = "/key/api/v1/pipeline/status/some-task";
const RUN: &str = "/key/api/v1/pipeline/run";
const DONE: &str = r#"{"uuid":"some-task","status":"DONE","result":{"files":["aGVsbG8="],"censored":false}}"#;
const INITIAL: &str = r#"{"uuid":"some-task","status":"INITIAL"}"#;
const PATIENCE: Duration = Duration::from_secs(60);

fn sharing(service: &Service, redis: SocketAddr) -> Settings {
    let mut settings = pass_through(service, Keys::Held(pair("k", "s")));
    settings.limits.headers = PATIENCE;
    let hold = HoldSettings::new(Duration::from_secs(900), HoldPlace::Redis(format!("redis://{redis}/0")));
    settings.hold =
        Some(HoldSettings { pace: Duration::from_millis(20), lease: Duration::from_secs(1), ..hold });
    settings
}

fn json_answer(body: &str) -> String {
    answer("200 OK", "application/json", body)
}

fn done(answer: &Answer) -> bool {
    answer.status == 200 && answer.text() == DONE
}

#[tokio::test]
async fn any_relay_answers_any_poll_and_takes_any_acknowledgement() {
    let redis = redis().await;
    let asked_for = AtomicUsize::new(0);
    let service = Service::doing(move |mut stream, _| {
        let first = asked_for.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            let gone = answer("404 Not Found", "application/json", "{}");
            let answer = if first { json_answer(DONE) } else { gone };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    let first = Relay::start(sharing(&service, redis.address)).await;
    let second = Relay::start(sharing(&service, redis.address)).await;
    let third = Relay::start(sharing(&service, redis.address)).await;
    for relay in [&first, &second, &third] {
        let answer = get(relay.address, STATUS, &[]).await;
        assert!(done(&answer), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(service.asked().len(), 1);
    assert_eq!(send(third.address, "DELETE", "/relay/v1/results/some-task", &[], b"").await.status, 204);
    assert_eq!(get(first.address, STATUS, &[]).await.status, 404);
}

#[tokio::test]
async fn whose_a_run_is_is_known_to_all_of_them() {
    let redis = redis().await;
    let service = Service::doing(|mut stream, asked| async move {
        let body = if asked.line.starts_with("POST") { r#"{"uuid":"some-task"}"# } else { DONE };
        let _ = stream.write_all(json_answer(body).as_bytes()).await;
    })
    .await;
    let mut settings = sharing(&service, redis.address);
    settings.engine = pass_through(&service, Keys::FromClient).engine;
    let first = Relay::start(settings.clone()).await;
    let second = Relay::start(settings).await;
    let mine = [("X-Key", "Key mine"), ("X-Secret", "Secret mine")];
    let yours = [("X-Key", "Key yours"), ("X-Secret", "Secret yours")];
    let (kind, form) = small_run("p", "кот");
    send(first.address, "POST", RUN, &[mine[0], mine[1], ("Content-Type", kind)], form.as_bytes()).await;
    for _ in 0..2 {
        spring(&get(second.address, STATUS, &yours).await, 404, STATUS);
        assert!(done(&get(second.address, STATUS, &mine).await));
    }
}

/// Counts how many questions about the task are being answered at once.
#[tokio::test]
async fn one_of_them_asks_upstream_for_all_who_wait_at_any() {
    let redis = redis().await;
    let (now, most, all) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let service = Service::doing(move |mut stream, _| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        let number = all.fetch_add(1, Ordering::SeqCst);
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(30)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            let answer = json_answer(if number < 8 { INITIAL } else { DONE });
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    let mut relays = Vec::new();
    for _ in 0..3 {
        relays.push(Relay::start(sharing(&service, redis.address)).await);
    }
    let waiting: Vec<_> = (0..30)
        .map(|number| {
            let address = relays[number % 3].address;
            // Some wait, some come again and again, as scripts do.
            tokio::spawn(async move {
                if number % 2 == 0 {
                    return get(address, &format!("{STATUS}?wait=20"), &[]).await;
                }
                loop {
                    let answer = get(address, STATUS, &[]).await;
                    if !answer.text().contains("INITIAL") {
                        return answer;
                    }
                }
            })
        })
        .collect();
    for client in waiting {
        let answer = timeout(PATIENCE, client).await.unwrap().unwrap();
        assert!(done(&answer), "{answer:?}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 1, "never two at once");
    assert_eq!(service.asked().len(), 9);
}

fn of_this_redis(service: &Service, redis: SocketAddr) -> Command {
    let store = format!("redis://{redis}");
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
        "--store",
        &store,
    ]);
    command.stderr(Stdio::null());
    command
}

#[tokio::test]
async fn when_the_one_that_asks_is_killed_another_takes_over() {
    let redis = redis().await;
    let (asked, first) = (Arc::new(Notify::new()), AtomicBool::new(true));
    let tell = Arc::clone(&asked);
    let service = Service::doing(move |mut stream, _| {
        let (tell, first) = (Arc::clone(&tell), first.swap(false, Ordering::SeqCst));
        async move {
            tell.notify_one();
            if first {
                // Until whoever asked is dead.
                let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0]).await;
                return;
            }
            let _ = stream.write_all(json_answer(DONE).as_bytes()).await;
        }
    })
    .await;
    let (mut one, address) = started(&mut of_this_redis(&service, redis.address)).await;
    let (_two, other) = started(&mut of_this_redis(&service, redis.address)).await;
    let dying = tokio::spawn(crate::support::open(
        address,
        format!("GET {STATUS} HTTP/1.1\r\nHost: localhost\r\n\r\n").leak().as_bytes(),
    ));
    timeout(PATIENCE, asked.notified()).await.unwrap();
    let _dying = dying.await.unwrap();
    let waiting = tokio::spawn(async move { get(other, &format!("{STATUS}?wait=25"), &[]).await });
    one.kill().await.unwrap();
    assert!(done(&timeout(PATIENCE, waiting).await.unwrap().unwrap()));
    assert_eq!(service.asked().len(), 2);
}

/// A relay that stood still: its machine slept, or was too busy.
#[tokio::test]
async fn one_that_stood_still_for_longer_than_its_turn_does_not_ask_beside_its_successor() {
    let redis = redis().await;
    let (asked, held) = (Arc::new(Notify::new()), Arc::new([Notify::new(), Notify::new()]));
    let (number, tell, hold) = (AtomicUsize::new(0), Arc::clone(&asked), Arc::clone(&held));
    let service = Service::doing(move |mut stream, _| {
        let (number, tell, hold) =
            (number.fetch_add(1, Ordering::SeqCst), Arc::clone(&tell), Arc::clone(&hold));
        async move {
            tell.notify_one();
            if let Some(hold) = hold.get(number) {
                hold.notified().await;
            }
            let answer = json_answer(if number == 0 { INITIAL } else { DONE });
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    let (one, address) = started(&mut of_this_redis(&service, redis.address)).await;
    let (_two, other) = started(&mut of_this_redis(&service, redis.address)).await;
    let slept = tokio::spawn(async move { get(address, &format!("{STATUS}?wait=25"), &[]).await });
    timeout(PATIENCE, asked.notified()).await.unwrap();
    signal("-STOP", &one).await;
    let waiting = tokio::spawn(async move { get(other, &format!("{STATUS}?wait=25"), &[]).await });
    timeout(PATIENCE, asked.notified()).await.expect("the other took over");
    held[0].notify_one();
    signal("-CONT", &one).await;
    // Longer than one rests between two questions.
    let pending = get(address, &format!("{STATUS}?wait=5"), &[]).await;
    assert!(pending.text().contains("INITIAL"), "{pending:?}");
    assert_eq!(service.asked().len(), 2, "it is the other's turn");
    held[1].notify_one();
    for client in [slept, waiting] {
        let answer = timeout(PATIENCE, client).await.unwrap().unwrap();
        assert!(done(&answer), "{answer:?}");
    }
    assert_eq!(service.asked().len(), 2);
}

async fn signal(name: &str, child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
}

#[tokio::test]
async fn whose_a_run_is_is_written_down_when_the_store_is_back() {
    let redis = redis().await;
    let (address, redis) = (redis.address, Arc::new(Mutex::new(redis)));
    let ending = Arc::clone(&redis);
    let service = Service::doing(move |mut stream, asked| {
        let ending = Arc::clone(&ending);
        async move {
            let body = if asked.line.starts_with("POST") {
                ending.lock().await.kill().await;
                r#"{"uuid":"some-task"}"#
            } else {
                INITIAL
            };
            let _ = stream.write_all(json_answer(body).as_bytes()).await;
        }
    })
    .await;
    let mut settings = sharing(&service, address);
    settings.engine = pass_through(&service, Keys::FromClient).engine;
    let relay = Relay::start(settings).await;
    let mine = [("X-Key", "Key mine"), ("X-Secret", "Secret mine")];
    let yours = [("X-Key", "Key yours"), ("X-Secret", "Secret yours")];
    let (kind, form) = small_run("p", "кот");
    let run =
        send(relay.address, "POST", RUN, &[mine[0], mine[1], ("Content-Type", kind)], form.as_bytes()).await;
    assert!(run.text().contains("some-task"), "{run:?}");
    spring(&get(relay.address, STATUS, &mine).await, 503, STATUS);
    *redis.lock().await = redis_at(address.port()).await;
    let known = async { while get(relay.address, STATUS, &yours).await.status != 404 {} };
    timeout(PATIENCE, known).await.expect("it is written down that it is not yours");
    assert_eq!(get(relay.address, STATUS, &mine).await.text(), INITIAL);
}

#[tokio::test]
async fn without_its_store_a_relay_starts_no_run_and_does_not_start_itself() {
    let mut redis = redis().await;
    let service = Service::saying(answer("201 Created", "application/json", r#"{"uuid":"some-task"}"#)).await;
    let relay = Relay::start(sharing(&service, redis.address)).await;
    let (kind, form) = small_run("p", "кот");
    assert_eq!(
        send(relay.address, "POST", RUN, &[("Content-Type", kind)], form.as_bytes()).await.status,
        201
    );
    redis.kill().await;
    let run = send(relay.address, "POST", RUN, &[("Content-Type", kind)], form.as_bytes()).await;
    assert!(spring(&run, 503, RUN).contains("store"));
    spring(&get(relay.address, STATUS, &[]).await, 503, STATUS);
    assert_eq!(service.asked().len(), 1);
    let said = refusal(of_this_redis(&service, redis.address).stderr(Stdio::piped())).await;
    assert!(said.contains("nothing can be held: redis"), "{said}");
}

// ---- Relays behind nginx, killed and started again ----

const RELAYS: usize = 3;
const CLIENTS: usize = 20;

/// After an error a client takes breath, as every client must.
const BREATH: Duration = Duration::from_millis(100);

/// One relay's place: its port stays, its process comes and goes.
struct Place {
    address: SocketAddr,
    child: Child,
}

/// How a relay is ended.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Kill,
    Terminate,
}

/// Everything but the clients: a service in a process of its own, redis, relays, the people they know and the balancer before
/// them.
struct House {
    register: Register,
    people: Arc<Vec<Person>>,
    _redis: crate::support::servers::Server,
    _service: Child,
    service: SocketAddr,
    redis: SocketAddr,
    balancer: crate::support::servers::Server,
    places: Mutex<Vec<Place>>,
}

impl House {
    async fn built() -> Self {
        let redis = redis().await;
        let mut simulator = relay(&["--listen", "127.0.0.1:0", "--sim-seconds", "1", "--log", "off"]);
        let (child, service) = started(simulator.stderr(Stdio::null())).await;
        let register = Register::new();
        let mut tokens = Vec::new();
        for number in 0..CLIENTS {
            tokens.push(register.token(&format!("Client {number}"), &[]).await);
        }
        let mut places = Vec::new();
        for _ in 0..RELAYS {
            let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
            let child = Self::relay(service, redis.address, address, &register.path()).await;
            places.push(Place { address, child });
        }
        let addresses: Vec<_> = places.iter().map(|place| place.address).collect();
        Self {
            register,
            people: Arc::new(tokens.iter().map(|token| Person::new(token)).collect()),
            service,
            _service: child,
            redis: redis.address,
            _redis: redis,
            balancer: balancer(&addresses).await,
            places: Mutex::new(places),
        }
    }

    async fn relay(service: SocketAddr, redis: SocketAddr, address: SocketAddr, people: &Path) -> Child {
        let (service, store) = (format!("http://{service}"), format!("redis://{redis}"));
        let mut command = relay(&[
            "--listen",
            &address.to_string(),
            "--engine",
            "fusionbrain",
            "--upstream",
            &service,
            "--people",
            people.to_str().unwrap(),
            "--hold",
            "15m",
            "--store",
            &store,
            "--log",
            "off",
            // All come from the balancer's address, and none of them rests.
            "--runs-a-minute",
            "0",
            "--polls-a-minute",
            "0",
            "--address-runs-a-minute",
            "0",
            "--address-polls-a-minute",
            "0",
        ]);
        command.env("FB_API_KEY", "the-house's").env("FB_API_SECRET", "the-house's");
        started(command.stderr(Stdio::null())).await.0
    }

    /// Ends one relay after another and starts each again, until told to stop. Returns how many ended.
    async fn trouble(&self, end: End, over: &AtomicBool) -> usize {
        let mut ended = 0;
        while !over.load(Ordering::SeqCst) {
            // Moments that have nothing to do with what the relays are at.
            tokio::time::sleep(Duration::from_millis(300 + 170 * (ended as u64 % 5))).await;
            let mut places = self.places.lock().await;
            let place = &mut places[ended % RELAYS];
            match end {
                End::Kill => place.child.kill().await.unwrap(),
                End::Terminate => {
                    let process = place.child.id().unwrap().to_string();
                    assert!(std::process::Command::new("kill").arg(process).status().unwrap().success());
                    place.child.wait().await.unwrap();
                }
            }
            place.child = Self::relay(self.service, self.redis, place.address, &self.register.path()).await;
            ended += 1;
        }
        ended
    }

    async fn log(&self) -> Vec<Value> {
        let log = get(self.service, "/simulator/v1/log", &[]).await.json();
        log.as_array().unwrap().clone()
    }
}

/// Somebody with a token, and the task that is theirs at the moment: others are after it.
struct Person {
    bearer: String,
    task: std::sync::Mutex<Option<String>>,
}

impl Person {
    fn new(token: &str) -> Self {
        Self { bearer: bearer(token), task: std::sync::Mutex::default() }
    }

    async fn asks(&self, balancer: SocketAddr, method: &str, path: &str) -> Answer {
        send(balancer, method, path, &[("Authorization", &self.bearer)], b"").await
    }
}

/// What one client went through.
#[derive(Default)]
struct Lived {
    pictures: HashMap<String, Vec<u8>>,
    /// Runs whose answer never came: what became of them nobody knows.
    unknown: usize,
    /// Started, and then there was no such task.
    lost: Vec<String>,
    /// How often a task was asked for with a wrong token, and with none.
    asked_for: usize,
    /// How often the answer was that there is no such task, or that nobody without a token comes in.
    denied: usize,
}

impl Lived {
    /// An answer to who may not have the picture. A relay that is ending says 502 or 503; one that answers says `status`.
    fn refused(&mut self, theirs: &Answer, status: u16) {
        let refused = [status, 502, 503].contains(&theirs.status);
        assert!(refused, "a picture for the wrong token: {theirs:?}");
        self.asked_for += 1;
        self.denied += usize::from(theirs.status == status);
    }
}

fn done_now(answer: &Answer) -> bool {
    answer.status == 200 && !answer.cut && answer.json()["status"] == "DONE"
}

fn status_path(uuid: &str) -> String {
    format!("/key/api/v1/pipeline/status/{uuid}")
}

fn result_path(uuid: &str) -> String {
    format!("/relay/v1/results/{uuid}")
}

/// One of the people is after two others' tasks, another two with each picture, and is not to have them, nor to end them.
/// Nobody at all is after their own.
async fn strangers(balancer: SocketAddr, people: &[Person], number: usize, lived: &mut Lived) {
    let me = &people[number];
    for step in [1, 2] {
        let other = &people[(number + 2 * lived.pictures.len() + step) % people.len()];
        let theirs = other.task.lock().unwrap().clone();
        if let Some(uuid) = theirs.filter(|_| other.bearer != me.bearer) {
            lived.refused(&me.asks(balancer, "GET", &status_path(&uuid)).await, 404);
            lived.refused(&me.asks(balancer, "GET", &format!("{}?wait=20", status_path(&uuid))).await, 404);
            lived.refused(&me.asks(balancer, "DELETE", &result_path(&uuid)).await, 404);
        }
    }
    let mine = me.task.lock().unwrap().clone().unwrap();
    lived.refused(&get(balancer, &status_path(&mine), &[]).await, 401);
    lived.refused(&send(balancer, "DELETE", &result_path(&mine), &[], b"").await, 401);
}

/// Makes its pictures one after the other, as the app does: waits, stores, acknowledges. What an error means is decided by
/// its status alone.
async fn client(
    balancer: SocketAddr,
    people: Arc<Vec<Person>>,
    number: usize,
    jobs: usize,
    words: &'static str,
) -> Lived {
    let me = &people[number];
    let mut lived = Lived::default();
    let pipeline = loop {
        let list = me.asks(balancer, "GET", "/key/api/v1/pipelines").await;
        if list.status == 200 {
            break list.json()[0]["id"].as_str().unwrap().to_owned();
        }
    };
    while lived.pictures.len() + lived.lost.len() < jobs {
        let (kind, form) = small_run(&pipeline, &format!("кот {words} sim:seed={number}"));
        let run = [("Authorization", me.bearer.as_str()), ("Content-Type", kind)];
        let accepted = send(balancer, "POST", RUN, &run, form.as_bytes()).await;
        if accepted.status != 201 {
            lived.unknown += 1;
            tokio::time::sleep(BREATH).await;
            continue;
        }
        let uuid = accepted.json()["uuid"].as_str().unwrap().to_owned();
        *me.task.lock().unwrap() = Some(uuid.clone());
        let mut missing = 0;
        loop {
            // Two tabs, which the balancer sends to two relays.
            let waiting = format!("{}?wait=20", status_path(&uuid));
            let (answer, other) =
                tokio::join!(me.asks(balancer, "GET", &waiting), me.asks(balancer, "GET", &waiting));
            if done_now(&answer) && done_now(&other) {
                assert!(answer.body == other.body, "two pictures of one task");
            }
            match answer.status {
                200 if done_now(&answer) => {
                    // At the most tempting moment: it is there, and not acknowledged.
                    strangers(balancer, &people, number, &mut lived).await;
                    lived.pictures.insert(uuid.clone(), answer.body);
                    me.asks(balancer, "DELETE", &result_path(&uuid)).await;
                    break;
                }
                404 if missing == 3 => {
                    lived.lost.push(uuid);
                    break;
                }
                404 => missing += 1,
                200 => {}
                _ => tokio::time::sleep(BREATH).await,
            }
        }
    }
    lived
}

/// Twenty people with a token each make so many pictures each while relays end and start again.
async fn through_trouble(end: End, jobs: usize, words: &'static str) -> (House, Vec<Lived>, usize) {
    // Painting for three houses at once would take the processor from all.
    static ONE: Mutex<()> = Mutex::const_new(());
    let _one_at_a_time = ONE.lock().await;
    let house = House::built().await;
    let over = AtomicBool::new(false);
    let begun = Instant::now();
    let clients = async {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let people = Arc::clone(&house.people);
                tokio::spawn(client(house.balancer.address, people, number, jobs, words))
            })
            .collect();
        let mut lived = Vec::new();
        for client in clients {
            lived.push(
                timeout(Duration::from_secs(240), client).await.expect("all pictures in time").unwrap(),
            );
        }
        over.store(true, Ordering::SeqCst);
        lived
    };
    let (lived, ended) = tokio::join!(clients, house.trouble(end, &over));
    let unknown: usize = lived.iter().map(|lived| lived.unknown).sum();
    let lost: usize = lived.iter().map(|lived| lived.lost.len()).sum();
    let pictures: usize = lived.iter().map(|lived| lived.pictures.len()).sum();
    // Shown when the test fails, or with --nocapture.
    println!(
        "{pictures} pictures by {CLIENTS} clients in {:?}, {ended} relays ended, {unknown} runs with an unknown outcome, \
         {lost} pictures lost",
        begun.elapsed()
    );
    assert!(ended >= RELAYS, "each relay ended at least once");
    // At most one of three relays is ending: most who may not have it meet one that answers.
    let asked_for: usize = lived.iter().map(|lived| lived.asked_for).sum();
    let denied: usize = lived.iter().map(|lived| lived.denied).sum();
    assert!(asked_for > 4 * pictures, "others were after {pictures} pictures {asked_for} times");
    assert!(denied > asked_for / 2, "{denied} of {asked_for} were answered");
    let log = house.log().await;
    let polls: Vec<_> = log.iter().filter(|entry| entry["event"] == "poll").collect();
    assert!(!polls.is_empty());
    for entry in &polls {
        assert_eq!(entry["concurrent_polls"], 1, "polled twice at once: {entry}");
    }
    // Each picture is the one of its uuid, and no uuid was given to two clients.
    let mut seen = HashSet::new();
    for lived in &lived {
        for (uuid, picture) in &lived.pictures {
            assert!(seen.insert(uuid.clone()), "{uuid} twice");
            let picture: Value = serde_json::from_slice(picture).unwrap();
            assert_eq!(picture["uuid"], *uuid);
        }
    }
    (house, lived, ended)
}

/// Killed with SIGKILL, at any moment. The upstream says its final answers again, as no real one does: what a process that
/// is killed has just read and not yet written, no relay can save (see the test below).
#[tokio::test(flavor = "multi_thread")]
async fn while_relays_are_killed_every_picture_is_delivered_to_its_owner_and_none_is_polled_twice_at_once() {
    let (_house, lived, _) = through_trouble(End::Kill, 10, "sim:again").await;
    for lived in &lived {
        assert_eq!((lived.pictures.len(), lived.lost.len()), (10, 0), "lost: {:?}", lived.lost);
    }
}

/// Stopped with SIGTERM, as systemd and rolling updates do: what is being read is read to its end, so that even with an
/// upstream that says everything once, nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn while_relays_are_restarted_every_picture_of_a_service_that_gives_it_once_is_delivered() {
    let (_house, lived, _) = through_trouble(End::Terminate, 10, "").await;
    for lived in &lived {
        assert_eq!((lived.pictures.len(), lived.lost.len()), (10, 0), "lost: {:?}", lived.lost);
    }
}

/// Killed with SIGKILL in front of a service that gives everything once: what can be lost is what the killed process was
/// reading in that moment, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn while_relays_are_killed_only_what_was_being_read_can_be_lost() {
    let (house, lived, ended) = through_trouble(End::Kill, 4, "").await;
    let lost: Vec<_> = lived.iter().flat_map(|lived| &lived.lost).collect();
    let log = house.log().await;
    for uuid in &lost {
        let handed_over = log.iter().any(|entry| entry["uuid"] == **uuid && entry["event"] == "delivered");
        assert!(handed_over, "{uuid} was lost and never handed over");
    }
    // Twenty clients on three relays: one kill can meet no more than all of them.
    assert!(lost.len() <= ended * CLIENTS / 2, "{} lost by {ended} kills", lost.len());
}
