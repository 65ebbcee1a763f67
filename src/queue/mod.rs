//! Jobs: running them, showing them.
//!
//! What is to be done about a job, and when, is thought in [`studio::Tab`]; this tab's hands are in [`hands`]. Both, and
//! how a job looks, are loaded when they are first needed: see [`works`] and docs/decisions/0012-what-is-loaded-later.md.

mod arranging;
mod delivery;
mod hands;
mod notice;
mod outside;
mod panel;
mod row;
mod stacks;
mod stage;
mod telling;
mod tile;
mod works;

pub use stage::{live, stage};

use std::pin::Pin;

use fusionbrain::RunRequest;
use leptos::prelude::Owner;
use studio::{Job, Ms, Pause, Phase, StorageFault};

use crate::{
    browser::{channel, clock, database, doors, page, worker},
    connection::{Connections, Models},
    prompts::Tools,
    ui::{State, spawn},
};
use delivery::Shown;
use notice::notice;
use works::{Ask, Works};

/// How old what is over is said to be is looked at so often.
const MINUTE: Ms = 60_000;

/// A job as this tab shows it.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The job's id.
    id: State<String>,
    /// Where it stands.
    pub job: State<Job>,
    /// The picture, once it is here.
    shown: State<Option<Shown>>,
    /// The browser could not draw the bytes, although they begin like a picture.
    broken: State<bool>,
    /// The raw answer that could not be used, for a report.
    raw: State<Option<String>>,
    /// Its service cannot be asked: there is no connection to it.
    unconnected: State<bool>,
}

/// Brings the works, lets them [`Queue::begin`], and says whether they came.
pub type Load = fn(Queue) -> Pin<Box<dyn Future<Output = bool>>>;

/// How far the works are.
#[derive(Clone, Copy, PartialEq)]
enum Loading {
    Not,
    Under,
    Done,
    Failed,
}

/// All jobs as this tab knows them: their one home.
#[derive(Clone, Copy)]
pub struct Queue {
    connections: Connections,
    entries: State<Vec<Entry>>,
    load: Load,
    loading: State<Loading>,
    /// What is loaded later; empty until then.
    works: State<Option<Works>>,
    /// What was wished for before the works were there, and from which place.
    wishes: State<Vec<(RunRequest, String)>>,
    /// Why nothing can be stored, once that is known.
    fault: State<Option<StorageFault>>,
    /// The time, once a second, for what counts seconds.
    now: State<Ms>,
    /// Why waiting jobs are not sent, if they are not.
    pause: State<Option<Pause>>,
    /// So many stored jobs cannot be read: of another version, or damaged.
    unreadable: State<u32>,
    /// So many rows could not even be told apart.
    damaged: State<u32>,
    /// The list of models was fetched again because the service did not know one.
    refetched: State<bool>,
    online: State<bool>,
    /// The page was left. WebKit lets scripts of a page that was reloaded run on for a moment, with the new page's window
    /// in their hands: they would take the new page's locks, and never give them back.
    away: State<bool>,
    /// What is wrong in `config.json`, for its owner; nothing when nothing is.
    misconfigured: State<Option<fn() -> String>>,
    /// A newer version of the app is here: reload.
    newer: State<bool>,
    /// A tab with an older version of the app keeps the storage from being opened.
    blocked: State<bool>,
    /// The latest change, for those who do not see it.
    said: State<Said>,
    /// Entries outlive the view or effect that started them.
    owner: State<Owner>,
}

/// The latest change: jobs are there, or one is over.
#[derive(Default)]
struct Said {
    /// How many changes there were: two pictures of one prompt are two news.
    count: u32,
    /// In words.
    words: String,
}

impl Queue {
    /// A queue that listens to the page's life, and goes on with what was left at the last visit.
    pub fn new(connections: Connections, load: Load) -> Self {
        let queue = Self {
            connections,
            entries: State::new(vec![]),
            load,
            loading: State::new(Loading::Not),
            works: State::new(None),
            wishes: State::new(vec![]),
            fault: State::new(None),
            now: State::new(clock::now()),
            pause: State::new(None),
            unreadable: State::new(0),
            damaged: State::new(0),
            refetched: State::new(false),
            online: State::new(page::is_online()),
            away: State::new(false),
            misconfigured: State::new(None),
            newer: State::new(false),
            blocked: State::new(false),
            said: State::new(Said::default()),
            owner: State::new(Owner::current().unwrap_or_default()),
        };
        clock::every_second(move || queue.tick_clock());
        // Timers of a hidden tab are slow: what is due is done as soon as the page is looked at or the network is back.
        page::on_visibility(move || queue.tell(Ask::Tick));
        page::on_window(&["focus"], move || queue.tell(Ask::Tick));
        page::on_window(&["pagehide"], move || queue.away.set(true));
        // Perhaps after it had been left: browsers keep pages for the way back.
        page::on_window(&["pageshow"], move || {
            queue.away.set(false);
            queue.tell(Ask::CatchUp);
        });
        page::on_window(&["online"], move || {
            queue.online.set(true);
            if queue.loading.get_untracked() == Loading::Failed {
                queue.load();
            }
            queue.tell(Ask::Resume);
            if matches!(connections.models.get_untracked(), Models::Failed(_)) {
                connections.ask_models();
            }
        });
        page::on_window(&["offline"], move || queue.online.set(false));
        page::hold_back(move || queue.holds_unsaved());
        channel::listen(move |text| queue.hear(text));
        worker::register();
        // Where there was ever a job there may be one to go on with. Asked of the database itself: a note beside it can be lost
        // in a crash that the database survives.
        spawn(async move {
            if database::is_there().await {
                queue.expect_work();
            }
        });
        queue
    }

    /// Loads the works ahead of time: whoever begins to type is about to need them. If that failed it is told, and not tried
    /// again with every key.
    pub fn expect_work(self) {
        if self.loading.get_untracked() == Loading::Not {
            self.load();
        }
    }

    /// Loads the works, if they are not there.
    pub fn load(self) {
        if matches!(self.loading.get_untracked(), Loading::Under | Loading::Done) {
            return;
        }
        self.loading.set(Loading::Under);
        doors::style("works.css");
        spawn(async move {
            let came = (self.load)(self).await;
            self.loading.set(if came { Loading::Done } else { Loading::Failed });
        });
    }

    /// Tells the works something. What they do not hear because they are not there yet they find when they begin.
    fn tell(self, ask: Ask) {
        if let Some(works) = self.works.get_untracked() {
            (works.answer)(self, ask);
        }
    }

    /// Another tab, or the service worker, said something.
    fn hear(self, text: String) {
        if text.starts_with("{\"kind\":\"update\"") {
            if worker::is_newer(&text) {
                self.newer.set(true);
            }
            return;
        }
        // Another tab has a job: this one shows it.
        self.expect_work();
        self.tell(Ask::Hear(text));
    }

    /// Seconds are only counted while something waits; of what is over, only minutes grow.
    fn tick_clock(self) {
        let now = clock::now();
        if self.running() > 0 || now.saturating_sub(self.now.get_untracked()) >= MINUTE {
            self.now.set(now);
        }
    }

    /// A picture that is only in this tab's memory.
    fn holds_unsaved(self) -> bool {
        self.entries.peek(|all| all.iter().any(|e| e.job.peek(|j| matches!(j.phase, Phase::Unsaved { .. }))))
    }

    /// How many jobs are not over.
    pub fn running(self) -> usize {
        self.entries.peek(|all| all.iter().filter(|e| !e.job.peek(Job::is_final)).count())
    }

    /// Whether something goes on by itself. What waits for a person, or in a paused queue, keeps no vault open.
    pub fn goes_on(self) -> bool {
        let is_held = self.pause.peek(Option::is_some);
        let goes_on = |job: &Job| match job.phase {
            Phase::Waiting | Phase::Refused { .. } | Phase::Held { .. } => !is_held,
            _ => job.goes_on(),
        };
        self.entries.peek(|all| all.iter().any(|e| e.job.peek(goes_on)))
    }

    /// How many pictures are still to come. Followed by views and effects.
    pub fn running_now(self) -> usize {
        let is_to_come = |job: &Job| !job.is_final() && !matches!(job.phase, Phase::Unsaved { .. });
        self.entries.with(|all| all.iter().filter(|e| e.job.with(is_to_come)).count())
    }

    /// The tools for the prompt, once they are there.
    pub fn tools(self) -> Option<Tools> {
        self.works.with(|works| works.as_ref().map(|works| works.tools))
    }

    /// Wishes for a picture from the connection in use.
    ///
    /// Says whether there was one.
    pub fn start(self, request: RunRequest) -> bool {
        self.start_all(vec![request])
    }

    /// Wishes for a picture of each, in this order.
    pub fn start_all(self, requests: Vec<RunRequest>) -> bool {
        let Some(service) = self.connections.service() else { return false };
        self.refetched.set(false);
        self.wishes.update(|all| all.extend(requests.into_iter().map(|request| (request, service.place()))));
        self.load();
        self.tell(Ask::Wished);
        true
    }

    /// How many pictures were asked for and are still in this tab, whatever has become of them.
    pub fn asked(self) -> usize {
        self.wishes.with(Vec::len) + self.entries.with(Vec::len)
    }

    /// The connection was found, or there is none: what waited for that goes on.
    pub fn connection_searched(self) {
        self.tell(Ask::Searched);
    }

    /// The connection was set up anew: jobs that waited for it go on, and so does what the end of a quota had stopped.
    pub fn connection_mended(self) {
        self.tell(Ask::Mended);
    }

    /// The connection that had been set up can be reached: jobs that waited for it go on, if nothing else holds them.
    pub fn connection_found(self) {
        self.tell(Ask::Resume);
    }

    /// Jobs that cannot be read are taken off the disk.
    fn remove_unreadable(self) {
        self.damaged.set(0);
        self.tell(Ask::RemoveUnreadable);
    }

    /// Waiting jobs are sent again, whatever had paused them.
    fn go_on(self) {
        self.tell(Ask::GoOn);
    }
}
