//! Jobs: running them, showing them.

mod delivery;
mod notice;
mod stage;
mod tile;

pub use stage::{live, stage};

use fusionbrain::{ApiError, RunRequest};
use leptos::prelude::Owner;
use studio::{Action, Event, Failure, Job, Learned, Ms, NotFiled, Phase};

use crate::{
    browser::{clock, page, storage},
    connection::{Connections, Service},
    ui::{State, spawn},
};
use delivery::Shown;
use notice::notice;

/// A job in this tab, with what belongs to its showing.
#[derive(Clone, Copy)]
pub struct Entry {
    id: u64,
    /// Where it stands.
    pub job: State<Job>,
    /// The picture, once it is here.
    shown: State<Option<Shown>>,
    /// The browser could not draw the bytes, although they begin like a picture.
    broken: State<bool>,
    /// The raw answer that could not be used, for a report.
    raw: State<Option<String>>,
    service: State<Service>,
    wake_up: State<Option<clock::WakeUp>>,
}

/// All jobs of this tab: their one home.
#[derive(Clone, Copy)]
pub struct Queue {
    connections: Connections,
    entries: State<Vec<Entry>>,
    /// The time, once a second, for what counts seconds.
    now: State<Ms>,
    /// The month's quota was found used up.
    quota_out: State<bool>,
    /// The list of models was fetched again because the service did not know one.
    refetched: State<bool>,
    online: State<bool>,
    /// The latest end of a job, for those who do not see it.
    said: State<Said>,
    learned: State<Learned>,
    next_id: State<u64>,
    /// Entries outlive the view or effect that started them.
    owner: State<Owner>,
}

/// The latest end of a job.
#[derive(Default)]
struct Said {
    /// How many ends there were: two pictures of one prompt are two news.
    count: u32,
    /// Whether well, and its prompt.
    end: Option<(bool, String)>,
}

impl Said {
    fn insert_next(&mut self, done: bool, prompt: String) {
        self.count += 1;
        self.end = Some((done, prompt));
    }
}

/// Generation times of one's own last pictures, in whole milliseconds, as stored text.
const LEARNED: &str = "learned";

impl Queue {
    /// An empty queue that listens to the page's life.
    pub fn new(connections: Connections) -> Self {
        let times = storage::read(LEARNED).unwrap_or_default();
        let learned =
            Learned::restore(times.split(' ').filter_map(|t| Some(t.parse::<u32>().ok()? as f64 / 1e3)));
        let queue = Self {
            connections,
            entries: State::new(vec![]),
            now: State::new(clock::now()),
            quota_out: State::new(false),
            refetched: State::new(false),
            online: State::new(page::is_online()),
            said: State::new(Said::default()),
            learned: State::new(learned),
            next_id: State::new(0),
            owner: State::new(Owner::current().unwrap_or_default()),
        };
        clock::every_second(move || queue.tick_clock());
        // Timers of a hidden tab are slow: what is due is done as soon as the page is looked at or the network is back.
        page::on_visibility(move || queue.all(&Event::Tick));
        page::on_window(&["pageshow", "focus"], move || queue.all(&Event::Tick));
        page::on_window(&["online"], move || {
            queue.online.set(true);
            queue.all(&Event::Resume);
            if matches!(connections.models.get_untracked(), crate::connection::Models::Failed(_)) {
                connections.ask_models();
            }
        });
        page::on_window(&["offline"], move || queue.online.set(false));
        queue
    }

    /// Seconds are only counted while something waits.
    fn tick_clock(self) {
        if self.running() > 0 {
            self.now.set(clock::now());
        }
    }

    /// How many jobs are not over.
    pub fn running(self) -> usize {
        self.entries.peek(|all| all.iter().filter(|e| !e.job.peek(Job::is_final)).count())
    }

    /// As [`Self::running`], followed by views and effects.
    pub fn running_now(self) -> usize {
        self.entries.with(|all| all.iter().filter(|e| !e.job.with(Job::is_final)).count())
    }

    /// Starts a run over the connection in use.
    ///
    /// Says whether there was one.
    pub fn start(self, request: RunRequest) -> bool {
        let Some(service) = self.connections.service() else { return false };
        self.refetched.set(false);
        let job = Job::new(request, service.place(), self.learned.peek(Learned::median), clock::now());
        let entry = self.enter(job, service);
        self.on(entry, Event::Start);
        true
    }

    fn enter(self, job: Job, service: Service) -> Entry {
        let entry = self.owner.get_untracked().with(|| Entry {
            id: self.next_id.peek(|id| *id),
            job: State::new(job),
            shown: State::new(None),
            broken: State::new(false),
            raw: State::new(None),
            service: State::new(service),
            wake_up: State::new(None),
        });
        self.next_id.quietly(|id| *id += 1);
        self.now.set(clock::now());
        self.entries.update(|all| all.insert(0, entry));
        entry
    }

    /// Takes a finished job off the stage.
    fn remove(self, entry: Entry) {
        self.entries.update(|all| all.retain(|e| e.id != entry.id));
        entry.wake_up.set(None);
        entry.shown.set(None);
        entry.raw.set(None);
    }

    /// The connection was set up anew: jobs that waited for it go on, with its keys where it leads to the same place.
    pub fn connection_mended(self) {
        self.quota_out.set(false);
        if let Some(new) = self.connections.service() {
            for entry in self.entries.get_untracked() {
                if let Some(renewed) = entry.service.peek(|old| old.renewed(&new)) {
                    entry.service.set(renewed);
                }
            }
        }
        self.all(&Event::Resume);
    }

    fn all(self, event: &Event) {
        self.now.set(clock::now());
        for entry in self.entries.get_untracked() {
            self.on(entry, event.clone());
        }
    }

    /// Feeds one event to a job and does what it asks for.
    fn on(self, entry: Entry, event: Event) {
        let Some(job) = entry.job.try_peek(Job::clone) else { return };
        let (had_task, was_final) = (job.task().is_some(), job.is_final());
        let (job, actions) = job.on(event, clock::now());
        match &job.phase {
            Phase::Accepted(watch) if !had_task => {
                clock::mark(&format!("komposition:accepted:{}", watch.task));
            }
            // A job ends once, whatever events it is told afterwards.
            Phase::Failed(failure) if !was_final => {
                if matches!(failure, Failure::QuotaReached { .. }) {
                    self.quota_out.set(true);
                }
                self.say(false, &job);
            }
            Phase::Done(facts) if !was_final => {
                self.learn(facts.generation_time);
                self.say(true, &job);
            }
            _ => {}
        }
        if job.is_final() {
            entry.wake_up.set(None);
        }
        entry.job.set(job);
        for action in actions {
            self.perform(entry, action);
        }
    }

    fn say(self, done: bool, job: &Job) {
        let prompt = job.request.prompt.as_str().to_owned();
        self.said.update(|said| said.insert_next(done, prompt));
    }

    fn perform(self, entry: Entry, action: Action) {
        let service = entry.service.get_untracked();
        match action {
            Action::WakeAt(time) => {
                entry.wake_up.set(Some(clock::at(time, move || self.on(entry, Event::Tick))));
            }
            Action::Run(request) => spawn(async move {
                let answer = service.run(&request).await;
                self.note_refusal(&answer);
                self.on(entry, Event::RunAnswered(answer));
            }),
            Action::Poll(task) => spawn(async move {
                let (answer, raw) = service.status(&task).await;
                if matches!(answer, Ok(fusionbrain::StatusAnswer::Done(_))) {
                    clock::mark(&format!("komposition:received:{task}"));
                }
                if delivery::worth_keeping(&answer) {
                    entry.raw.set(Some(raw));
                }
                self.on(entry, Event::PollAnswered(answer));
            }),
            Action::Probe(pipeline) => spawn(async move {
                let answer = service.availability(&pipeline).await;
                self.on(entry, Event::Probed(answer));
                self.connections.ask_availability();
            }),
            // In this tab's memory it is as well kept as anything here.
            Action::Keep { .. } => self.on(entry, Event::Kept),
            Action::DropLetter | Action::FileAgain => {}
            Action::File(outcome) => {
                let Some(task) = entry.job.peek(|job| job.task().cloned()) else { return };
                let size = entry.job.peek(|job| job.request.size);
                let looked = match delivery::look(&outcome, task, size, clock::now()) {
                    Ok((facts, shown)) => {
                        entry.shown.set(Some(shown));
                        entry.raw.set(None);
                        Ok(facts)
                    }
                    Err(error) => Err(NotFiled::Picture(error)),
                };
                self.on(entry, Event::Filed(looked));
            }
            Action::Adopt { task, status_time } => {
                let (job, actions) = entry.job.peek(|job| job.adopted(task, status_time, clock::now()));
                let entry = self.enter(job, service);
                for action in actions {
                    self.perform(entry, action);
                }
            }
            Action::RefetchPipelines => {
                self.connections.chosen.set(None);
                self.connections.ask_models();
                self.refetched.set(true);
            }
        }
    }

    /// A refusal tells more than the last availability did.
    fn note_refusal(self, answer: &Result<fusionbrain::RunAnswer, ApiError>) {
        if let Ok(fusionbrain::RunAnswer::Refused { word }) = answer {
            let word = word.as_str().to_owned();
            self.connections.open.set(crate::connection::Open::Said { word, active: false });
        }
    }

    fn learn(self, seconds: Option<f64>) {
        let Some(seconds) = seconds else { return };
        self.learned.quietly(|learned| learned.add(seconds));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to an hour")]
        let stored = |s: &f64| ((s * 1e3).round() as u32).to_string();
        let times: Vec<String> = self.learned.peek(|l| l.times().iter().map(stored).collect());
        storage::write(LEARNED, &times.join(" "));
    }
}
