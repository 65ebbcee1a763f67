//! The service itself: who is asked, and what is kept between two requests.

use std::collections::{BTreeMap, HashMap};

use fusionbrain::{Key, Secret};
use oorandom::Rand64;
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::catalogue;
use crate::config::Config;
use crate::error::{NO_PIPELINE, NO_TASK, UNAUTHORIZED, asked_for, error, html_page};
use crate::form::{Malformed, Order};
use crate::log::{Event, Log, LogEntry};
use crate::reply::{Reply, Ticket};
use crate::request::Request;
use crate::task::{Obstacle, Task};
use crate::words::Words;

/// How many tasks are kept at a time: `sim:stuck` ones never go by themselves.
const MOST_TASKS: usize = 10_000;
/// How many different prompts with `sim:blocked` are counted at a time.
const MOST_BLOCKED: usize = 1_000;
/// How often a blocked prompt is refused before it is accepted.
const REFUSALS: u32 = 2;
/// How long the availability speaks of a refusal, in milliseconds.
const BLOCKED_MS: u64 = 10_000;
/// A log needs no longer ids than this.
const LONGEST_ID: usize = 100;

/// A Fusion Brain service in memory.
#[derive(Debug)]
pub struct Simulator {
    config: Config,
    chance: Rand64,
    pub(crate) tasks: HashMap<String, Task>,
    /// What will happen by itself, in the order of time; an entry whose task is gone means nothing.
    due: BTreeMap<(u64, u64), (Event, String)>,
    counter: u64,
    /// Status answers on their way, by ticket and by task.
    tickets: HashMap<Ticket, String>,
    polls: HashMap<String, u32>,
    /// Refusals so far, by prompt.
    refusals: HashMap<String, u32>,
    /// The word of a refusal, and when it ends; by pipeline.
    blocked: HashMap<usize, (u64, String)>,
    log: Log,
}

/// The routes of the service.
enum Route {
    Pipelines,
    Availability(String),
    Run,
    Status(String),
    Styles,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        if path == "/static/styles/key" {
            return Some(Self::Styles);
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let segments: Vec<&str> = path.strip_prefix("/key/api/v1/")?.split('/').collect();
        match segments.as_slice() {
            ["pipelines"] => Some(Self::Pipelines),
            ["pipeline", "run"] => Some(Self::Run),
            ["pipeline", "status", uuid] if !uuid.is_empty() => Some(Self::Status(decoded(uuid))),
            ["pipeline", id, "availability"] if !id.is_empty() => Some(Self::Availability(decoded(id))),
            _ => None,
        }
    }

    fn method(&self) -> &'static str {
        if matches!(self, Self::Run) { "POST" } else { "GET" }
    }
}

impl Simulator {
    /// A service that has done nothing yet.
    pub fn new(config: Config) -> Self {
        Self {
            chance: Rand64::new(u128::from(config.seed)),
            config,
            tasks: HashMap::new(),
            due: BTreeMap::new(),
            counter: 0,
            tickets: HashMap::new(),
            polls: HashMap::new(),
            refusals: HashMap::new(),
            blocked: HashMap::new(),
            log: Log::default(),
        }
    }

    /// Answers a request. `now_ms` is any clock that does not go backwards; error timestamps take it as the time
    /// since 1970. A final answer leaves the service here: whether it arrives is the carrier's business.
    pub fn handle(&mut self, request: Request<'_>, now_ms: u64) -> Reply {
        self.tick(now_ms);
        let request = &request;
        let route = Route::of(request.path);
        let guarded = request.path.starts_with("/key/");
        if guarded && !self.admits(request) {
            if matches!(route, Some(Route::Run)) {
                self.log.add(now_ms, "", Event::Refused, 0);
            }
            return error(request, 401, UNAUTHORIZED, now_ms);
        }
        let Some(route) = route else {
            let message = format!("No static resource {}.", request.path.trim_start_matches('/'));
            return error(request, 404, &message, now_ms);
        };
        let method = route.method();
        if request.method != method {
            let message = format!("Method '{}' is not supported.", request.method);
            return error(request, 405, &message, now_ms).with_header("Allow", method.to_owned());
        }
        match route {
            Route::Pipelines => {
                let kind = request.parameter("type");
                Reply::json(200, &catalogue::pipelines(self.config.other_pipeline, kind.as_deref()))
            }
            Route::Styles => Reply::json(200, &catalogue::styles()),
            Route::Availability(id) => self.availability(request, &id, now_ms),
            Route::Run => self.run(request, now_ms),
            Route::Status(uuid) => self.status(request, &uuid, now_ms),
        }
    }

    /// To be called when the last byte of a status answer went out, or the client went away. A ticket given back
    /// twice counts once.
    pub fn finished(&mut self, ticket: Ticket, now_ms: u64) {
        self.tick(now_ms);
        let Some(uuid) = self.tickets.remove(&ticket) else { return };
        if let Some(polls) = self.polls.get_mut(&uuid) {
            *polls -= 1;
            if *polls == 0 {
                self.polls.remove(&uuid);
            }
        }
    }

    /// Lets the time pass: what became ready or expired by `now_ms` gets into the log. Every request does that
    /// too; a carrier calls it before it shows the log.
    pub fn tick(&mut self, now_ms: u64) {
        while let Some(entry) = self.due.first_entry()
            && entry.key().0 <= now_ms
        {
            let ((at_ms, _), (event, uuid)) = entry.remove_entry();
            if !self.tasks.contains_key(&uuid) {
                continue;
            }
            if event == Event::Ready {
                self.schedule(at_ms.saturating_add(self.config.expiry_ms), Event::Expired, &uuid);
            } else {
                self.tasks.remove(&uuid);
            }
            let polls = self.polls_of(&uuid);
            self.log.add(at_ms, &uuid, event, polls);
        }
    }

    /// What happened, oldest first; the last 10,000 entries.
    pub fn log(&self) -> &[LogEntry] {
        self.log.last()
    }

    fn admits(&self, request: &Request<'_>) -> bool {
        let Some(keys) = &self.config.keys else { return true };
        let header =
            |name, prefix| request.headers.get(name).and_then(|value: &str| value.strip_prefix(prefix));
        let key = header("X-Key", "Key ").and_then(Key::new);
        let secret = header("X-Secret", "Secret ").and_then(Secret::new);
        // Both are compared, so that the time tells nothing about the first.
        let (key, secret) = (key.as_ref() == Some(&keys.key), secret.as_ref() == Some(&keys.secret));
        key & secret
    }

    fn availability(&self, request: &Request<'_>, id: &str, now_ms: u64) -> Reply {
        let Some(pipeline) = catalogue::find(self.config.other_pipeline, id) else {
            return error(request, 404, NO_PIPELINE, now_ms);
        };
        let word = match self.blocked.get(&pipeline) {
            Some((until, word)) if now_ms < *until => word,
            _ => "ACTIVE",
        };
        Reply::json(200, &json!({ "status": word }))
    }

    fn run(&mut self, request: &Request<'_>, now_ms: u64) -> Reply {
        let other = self.config.other_pipeline;
        let order = match Order::read(request, |id| catalogue::offers(other, id)) {
            Ok(order) => order,
            Err(Malformed { status, message }) => {
                self.log.add(now_ms, "", Event::Refused, 0);
                let reply = error(request, status, &message, now_ms);
                return if status == 415 {
                    reply.with_header("Accept", "multipart/form-data".to_owned())
                } else {
                    reply
                };
            }
        };
        let (words, scene) = Words::read(&order.prompt);
        if let Some(code) = words.http {
            self.log.add(now_ms, "", Event::Refused, 0);
            return asked_for(request, code, NO_PIPELINE, now_ms);
        }
        if let Some(word) = &words.blocked
            && self.refuses(&order.prompt)
        {
            self.log.add(now_ms, "", Event::Refused, 0);
            if let Some(pipeline) = catalogue::find(other, &order.pipeline) {
                self.blocked.insert(pipeline, (now_ms.saturating_add(BLOCKED_MS), word.clone()));
            }
            return Reply::json(201, &json!({ "pipeline_status": word }));
        }
        let taken_ms = words.slow_ms.unwrap_or_else(|| {
            // A fifth around the usual time.
            let around = 0.8 + 0.4 * self.chance.rand_float();
            (self.config.generation_ms as f64 * around) as u64
        });
        self.make_room(now_ms);
        let uuid = self.new_uuid();
        let task = Task::new(uuid.clone(), order, words, scene, self.config.seed, now_ms, taken_ms);
        if let Some(ready_ms) = task.ready_ms {
            self.schedule(ready_ms, Event::Ready, &uuid);
        }
        self.tasks.insert(uuid.clone(), task);
        self.log.add(now_ms, &uuid, Event::Run, 0);
        let status_time = self.config.generation_ms.div_ceil(1_000).max(1);
        Reply::json(201, &json!({ "uuid": uuid, "status": "INITIAL", "status_time": status_time }))
    }

    /// Whether a prompt with `sim:blocked` is refused this time. The count begins anew after it was accepted.
    fn refuses(&mut self, prompt: &str) -> bool {
        if self.refusals.len() >= MOST_BLOCKED {
            self.refusals.clear();
        }
        let refusals = self.refusals.entry(prompt.to_owned()).or_default();
        *refusals += 1;
        let refused = *refusals <= REFUSALS;
        if !refused {
            self.refusals.remove(prompt);
        }
        refused
    }

    fn status(&mut self, request: &Request<'_>, uuid: &str, now_ms: u64) -> Reply {
        let uuid: String = uuid.chars().take(LONGEST_ID).collect();
        let ticket = Ticket(self.next());
        *self.polls.entry(uuid.clone()).or_default() += 1;
        let polls = self.polls_of(&uuid);
        self.log.add(now_ms, &uuid, Event::Poll, polls);
        self.tickets.insert(ticket, uuid.clone());
        let reply = self.status_answer(request, &uuid, now_ms);
        Reply { ticket: Some(ticket), ..reply }
    }

    fn status_answer(&mut self, request: &Request<'_>, uuid: &str, now_ms: u64) -> Reply {
        let Some(task) = self.tasks.get_mut(uuid) else {
            return error(request, 404, NO_TASK, now_ms);
        };
        match task.obstacle() {
            Some(Obstacle::Http(code)) => return asked_for(request, code, NO_TASK, now_ms),
            Some(Obstacle::Html) => return html_page(),
            None => {}
        }
        if !task.is_ready(now_ms) {
            return task.pending();
        }
        // Handed out once: from here on the task is gone, however the answer fares.
        let again = task.answers_again().then(|| task.clone());
        let Some(task) = again.or_else(|| self.tasks.remove(uuid)) else {
            return error(request, 404, NO_TASK, now_ms);
        };
        let polls = self.polls_of(uuid);
        self.log.add(now_ms, uuid, Event::Delivered, polls);
        task.answer()
    }

    fn polls_of(&self, uuid: &str) -> u32 {
        self.polls.get(uuid).copied().unwrap_or(0)
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub(crate) fn schedule(&mut self, at_ms: u64, event: Event, uuid: &str) {
        let order = self.next();
        self.due.insert((at_ms, order), (event, uuid.to_owned()));
    }

    /// A full service drops a task that never ends, or else the one that has longest to go.
    fn make_room(&mut self, now_ms: u64) {
        if self.tasks.len() < MOST_TASKS {
            return;
        }
        let last =
            self.tasks.values().max_by_key(|task| (task.ready_ms.is_none(), task.ready_ms, &task.uuid));
        if let Some(uuid) = last.map(|task| task.uuid.clone()) {
            self.tasks.remove(&uuid);
            let polls = self.polls_of(&uuid);
            self.log.add(now_ms, &uuid, Event::Expired, polls);
        }
    }

    /// A version 4 UUID of the seeded generator.
    fn new_uuid(&mut self) -> String {
        let (high, low) = (self.chance.rand_u64(), self.chance.rand_u64());
        let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}
