//! Jobs: running them, showing them.

mod delivery;
mod notice;
mod stage;
mod tile;

pub use notice::Notice;
pub use stage::{Live, Stage};

use fusionbrain::{ApiError, RunRequest};
use leptos::{prelude::*, task::spawn_local};
use studio::{Action, Event, Failure, Job, Learned, Ms, Phase};

use crate::{
    browser::{clock, page, storage},
    connection::{Connections, Service},
};
use delivery::Shown;

/// A job in this tab, with what belongs to its showing.
#[derive(Clone, Copy)]
pub struct Entry {
    id: u64,
    /// Where it stands.
    pub job: RwSignal<Job>,
    /// The picture, once it is here.
    shown: RwSignal<Option<Shown>, LocalStorage>,
    /// The browser could not draw the bytes, although they begin like a picture.
    broken: RwSignal<bool>,
    /// The raw answer that could not be used, for a report.
    raw: RwSignal<Option<String>>,
    service: StoredValue<Service, LocalStorage>,
    wake_up: StoredValue<Option<clock::WakeUp>, LocalStorage>,
}

/// All jobs of this tab: their one home.
#[derive(Clone, Copy)]
pub struct Queue {
    connections: Connections,
    entries: RwSignal<Vec<Entry>>,
    /// The time, once a second, for what counts seconds.
    now: RwSignal<Ms>,
    /// The month's quota was found used up.
    quota_out: RwSignal<bool>,
    /// The list of models was fetched again because the service did not know one.
    refetched: RwSignal<bool>,
    online: RwSignal<bool>,
    learned: StoredValue<Learned>,
    next_id: StoredValue<u64>,
    /// Entries outlive the view that made them.
    owner: StoredValue<Owner>,
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
            entries: RwSignal::new(vec![]),
            now: RwSignal::new(clock::now()),
            quota_out: RwSignal::new(false),
            refetched: RwSignal::new(false),
            online: RwSignal::new(page::is_online()),
            learned: StoredValue::new(learned),
            next_id: StoredValue::new(0),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
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
        self.entries.with_untracked(|all| all.iter().filter(|e| !e.job.with_untracked(Job::is_final)).count())
    }

    /// As [`Self::running`], followed by views and effects.
    pub fn running_now(self) -> usize {
        self.entries.with(|all| all.iter().filter(|e| !e.job.with(Job::is_final)).count())
    }

    /// Starts a run over the connection in use.
    pub fn start(self, request: RunRequest) {
        let Some(service) = self.connections.service() else { return };
        self.refetched.set(false);
        let now = clock::now();
        let median = self.learned.with_value(Learned::median);
        let entry = self.owner.get_value().with(|| Entry {
            id: self.next_id.with_value(|id| *id),
            job: RwSignal::new(Job::new(request, median, now)),
            shown: RwSignal::new_local(None),
            broken: RwSignal::new(false),
            raw: RwSignal::new(None),
            service: StoredValue::new_local(service),
            wake_up: StoredValue::new_local(None),
        });
        self.next_id.update_value(|id| *id += 1);
        self.now.set(now);
        self.entries.update(|all| all.insert(0, entry));
        self.on(entry, Event::Start);
    }

    /// Takes a finished job off the stage.
    fn remove(self, entry: Entry) {
        self.entries.update(|all| all.retain(|e| e.id != entry.id));
        entry.wake_up.set_value(None);
        entry.shown.set(None);
        entry.raw.set(None);
    }

    /// The connection was set up anew: jobs that waited for it go on, with its keys where it leads to the same place.
    pub fn connection_mended(self) {
        self.quota_out.set(false);
        if let Some(new) = self.connections.service() {
            for entry in self.entries.get_untracked() {
                if let Some(renewed) = entry.service.with_value(|old| old.renewed(&new)) {
                    entry.service.set_value(renewed);
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
        let Some(job) = entry.job.try_get_untracked() else { return };
        let before = job.task().cloned();
        let (job, actions) = job.on(event, clock::now());
        match &job.phase {
            Phase::Accepted(watch) if before.is_none() => {
                clock::mark(&format!("komposition:accepted:{}", watch.task));
            }
            Phase::Failed(Failure::QuotaReached { .. }) => self.quota_out.set(true),
            Phase::Done(facts) => self.learn(facts.generation_time),
            _ => {}
        }
        if job.is_final() {
            entry.wake_up.set_value(None);
        }
        // An unchanged job must not redraw its tile.
        if entry.job.with_untracked(|old| *old != job) {
            entry.job.set(job);
        }
        for action in actions {
            self.perform(entry, action);
        }
    }

    fn perform(self, entry: Entry, action: Action) {
        let service = entry.service.get_value();
        match action {
            Action::WakeAt(time) => {
                entry.wake_up.set_value(Some(clock::at(time, move || self.on(entry, Event::Tick))));
            }
            Action::Run(request) => spawn_local(async move {
                let answer = service.run(&request).await;
                self.note_refusal(&answer);
                self.on(entry, Event::RunAnswered(answer));
            }),
            Action::Poll(task) => spawn_local(async move {
                let (answer, raw) = service.status(&task).await;
                if matches!(answer, Ok(fusionbrain::StatusAnswer::Done(_))) {
                    clock::mark(&format!("komposition:received:{task}"));
                }
                if delivery::worth_keeping(&answer) {
                    entry.raw.set(Some(raw));
                }
                self.on(entry, Event::PollAnswered(answer));
            }),
            Action::Probe(pipeline) => spawn_local(async move {
                let answer = service.availability(&pipeline).await;
                self.on(entry, Event::Probed(answer));
                self.connections.ask_availability();
            }),
            Action::Look(outcome) => {
                let Some(task) = entry.job.with_untracked(|job| job.task().cloned()) else { return };
                let size = entry.job.with_untracked(|job| job.request.size);
                let looked = match delivery::look(&outcome, task, size, clock::now()) {
                    Ok((facts, shown)) => {
                        entry.shown.set(Some(shown));
                        entry.raw.set(None);
                        Ok(facts)
                    }
                    Err(error) => Err(error),
                };
                self.on(entry, Event::Looked(looked));
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
        self.learned.update_value(|learned| learned.add(seconds));
        let times: Vec<String> =
            self.learned.with_value(|l| l.times().iter().map(|s| format!("{:.0}", s * 1e3)).collect());
        storage::write(LEARNED, &times.join(" "));
    }
}
