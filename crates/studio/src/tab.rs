//! One tab's desks, sans-I/O: all jobs it knows, those it drives and those it only watches.
//!
//! `tab.on(happening, now)` takes what happened outside and says what is to be done ([`Deed`]). A browser tab and the
//! simulation of many crashing tabs run this very code.
//!
//! - **One driver a job**: whoever holds the job's lock. Every tab asks for the lock of every active job; when the
//!   driver dies, the next one is granted it, reads row and letter anew, and goes on.
//! - **Written before done**: a write says which row it replaces. A tab that lost its lock without noticing (a frozen
//!   page on plain http) is [`NotWritten::Overtaken`] before it can send anything.
//! - **What only this tab knows is not given up** with the lock: a picture in memory, a task nobody else heard of. It
//!   takes the lock back and brings it in.

mod answers;
mod deed;
mod desk;
mod letter;
mod sharing;
mod word;

pub use deed::{Deed, Errand, Happening};
pub use desk::Desk;
pub use letter::{Filing, Letter, NotWritten, Row};
pub use word::{Command, Word};

use crate::{
    Action, Event, Failure, Job, Ms, Pause, Phase, RecordError, StorageFault,
    queue::{self, Place, Turn, order},
};
use desk::Lock;

/// Rows and letters are looked through so often: words between tabs get lost, and a dead tab's job must not wait for
/// the next start.
const SCAN: Ms = 60_000;

/// A row that could not be written is tried again after this long.
const WRITE_AGAIN: Ms = 15_000;

/// All jobs of one tab.
#[derive(Debug, Default)]
pub struct Tab {
    desks: Vec<Desk>,
    unreadable: Vec<(String, RecordError)>,
    /// Shared by all tabs, and stored: a person's or the quota's.
    pause: Option<Pause>,
    /// This tab has something that it cannot store.
    no_room: bool,
    /// The last place given out: wishes of one moment keep their order.
    last_order: u64,
    next_scan: Ms,
    /// The pause was changed here since the storage was last asked.
    pause_changed: bool,
    /// The wake-up that the shell was told of.
    wake: Option<Ms>,
    deeds: Vec<Deed>,
}

impl Tab {
    /// A tab that knows of nothing yet. Whatever happens first (a [`Happening::Tick`] will do), it asks for
    /// [`Deed::Scan`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All jobs, in the order in which this tab met them.
    #[must_use]
    pub fn desks(&self) -> &[Desk] {
        &self.desks
    }

    /// The desk of a job.
    #[must_use]
    pub fn desk(&self, id: &str) -> Option<&Desk> {
        self.desks.iter().find(|desk| desk.id == id)
    }

    /// Stored jobs that cannot be read, by id: to be shown as such, and to be removed ([`Happening::Command`]).
    #[must_use]
    pub fn unreadable(&self) -> &[(String, RecordError)] {
        &self.unreadable
    }

    /// Why no waiting job is sent, if none is.
    #[must_use]
    pub fn pause(&self) -> Option<Pause> {
        self.pause.or(self.no_room.then_some(Pause::Storage))
    }

    /// Takes what happened and says what is to be done, in this order.
    #[must_use]
    pub fn on(&mut self, happening: Happening, now: Ms) -> Vec<Deed> {
        self.take(happening, now);
        self.settle(now);
        std::mem::take(&mut self.deeds)
    }

    fn take(&mut self, happening: Happening, now: Ms) {
        match happening {
            Happening::Opened { rows, letters, pause } => self.opened(rows, letters, pause, now),
            Happening::Wished { id, request, place, learned } => {
                let mut job = Job::new(request, place, learned, now);
                // Behind all that wait, also those that were put behind all others or wished for by a clock that was ahead.
                let last = self.waiting().map(|(_, place)| place).fold(self.last_order, u64::max);
                job.order = job.order.max(last.saturating_add(order::STEP));
                self.last_order = job.order;
                self.fresh(id, job);
            }
            Happening::Granted { id, row, letter } => self.granted(&id, row, letter, now),
            Happening::Revoked { id } => {
                match self.find(&id).map(|at| (at, self.desks[at].lock)) {
                    Some((at, Lock::Held)) => self.lost(at),
                    // Taken away before it was heard that it had been granted.
                    Some((at, Lock::Asked)) => {
                        self.desks[at].lock = Lock::Free;
                        self.claim(at, false);
                    }
                    _ => {}
                }
            }
            Happening::Row { id, row } => self.row(&id, row),
            Happening::Written { errand, result } => self.written(&errand, result, now),
            Happening::RunAnswered { errand, answer } => self.run_answered(&errand, answer, now),
            Happening::PollAnswered { errand, answer, kept } => {
                self.poll_answered(&errand, answer, kept.is_ok(), now);
            }
            Happening::Probed { errand, answer } => {
                if let Some(at) = self.returned(&errand) {
                    self.apply(at, Event::Probed(answer), now);
                }
            }
            Happening::NoConnection { errand } => {
                if let Some(at) = self.returned(&errand) {
                    self.desks[at].unconnected = true;
                    self.apply(at, Event::NoConnection, now);
                }
            }
            Happening::Filed { errand, result } => self.filed(&errand, result, now),
            Happening::Told(word) => self.told(word, now),
            Happening::Command { id, command } => self.command(&id, command, now),
            Happening::Moved { id, before } => {
                let waiting: Vec<(&str, u64)> = self.waiting().collect();
                for (id, place) in order::moved(&waiting, &id, before.as_deref()) {
                    self.command(&id, Command::Place(place), now);
                }
            }
            Happening::Pause(on) => {
                let pause = on.then_some(Pause::Person);
                self.set_pause(pause);
            }
            Happening::Tick => self.tick(now),
            Happening::Resume => {
                self.next_scan = now;
                for at in 0..self.desks.len() {
                    self.desks[at].unconnected = false;
                    self.desks[at].retry = None;
                    if self.desks[at].is_ours() {
                        self.apply(at, Event::Resume, now);
                    }
                }
            }
        }
    }

    /// The waiting jobs of all tabs, with their places.
    fn waiting(&self) -> impl Iterator<Item = (&str, u64)> {
        let waiting = self.desks.iter().filter(|desk| desk.listed && desk.job.phase == Phase::Waiting);
        waiting.map(|desk| (desk.id.as_str(), desk.job.order))
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.desks.iter().position(|desk| desk.id == id)
    }

    /// A job that was made here: nobody else knows it, so nobody else can hold its lock.
    fn fresh(&mut self, id: String, job: Job) {
        let mut desk = Desk::new(id, job);
        desk.lock = Lock::Held;
        desk.dirty = Some(false);
        self.deeds.push(Deed::Claim { id: desk.id.clone(), steal: false });
        self.show(&desk.id);
        self.desks.push(desk);
    }

    fn show(&mut self, id: &str) {
        if !self.deeds.iter().any(|deed| matches!(deed, Deed::Show { id: shown } if shown == id)) {
            self.deeds.push(Deed::Show { id: id.to_owned() });
        }
    }

    /// Moves a job that this tab drives.
    fn apply(&mut self, at: usize, event: Event, now: Ms) {
        let desk = &mut self.desks[at];
        let ticked = matches!(event, Event::Tick);
        let before = std::mem::discriminant(&desk.job.phase);
        let (job, actions) = desk.job.clone().on(event, now);
        let moved = before != std::mem::discriminant(&job.phase);
        desk.job = job;
        if moved || ticked {
            desk.wake = None;
        }
        let (id, errand) = (desk.id.clone(), desk.errand());
        if moved || !ticked {
            self.show(&id);
        }
        if moved && matches!(self.desks[at].job.phase, Phase::Failed(Failure::QuotaReached { .. })) {
            self.set_pause(self.pause.or(Some(Pause::Quota)));
        }
        for action in actions {
            self.act(at, &errand, action, now);
        }
    }

    fn act(&mut self, at: usize, errand: &Errand, action: Action, now: Ms) {
        let desk = &mut self.desks[at];
        let errand = errand.clone();
        let deed = match action {
            Action::Keep { strict } => {
                desk.dirty = Some(strict || desk.dirty == Some(true));
                desk.retry = None;
                return;
            }
            Action::WakeAt(time) => {
                desk.wake = Some(time);
                return;
            }
            Action::File(outcome) => {
                let Some(task) = desk.job.task().cloned() else { return };
                // Behind the write that is under way: see `pump`.
                desk.filing = Some(Box::new(Filing { job: desk.job.clone(), task, outcome }));
                return;
            }
            Action::Adopt { task, status_time } => {
                let letter = desk.letter.take().filter(|(of, _)| *of == task);
                let (job, _) = desk.job.adopted(task.clone(), status_time, now);
                let wake = job.watch().map(|watch| watch.next);
                // The task names the new job too: whoever adopts it, adopts the same.
                match self.find(task.as_str()).map(|at| self.desks[at].job.is_final()) {
                    Some(true) => {
                        self.deeds.extend(letter.map(|(task, at)| Deed::DropLetter { task, at }));
                    }
                    Some(false) => {}
                    None => {
                        self.fresh(task.as_str().to_owned(), job);
                        if let Some(desk) = self.desks.last_mut() {
                            (desk.dirty, desk.wake) = (Some(true), wake);
                        }
                    }
                }
                return;
            }
            Action::DropLetter => {
                let Some((task, at)) = desk.letter.take() else { return };
                // What was made of a final answer is written.
                if desk.job.was_answered() {
                    let place = desk.job.place.clone();
                    self.deeds.push(Deed::Acknowledge { task: task.clone(), place });
                }
                self.deeds.push(Deed::DropLetter { task, at });
                return;
            }
            Action::RefetchPipelines => {
                self.deeds.push(Deed::RefetchPipelines);
                return;
            }
            Action::Run(request) => Deed::Run { errand, request, place: desk.job.place.clone() },
            Action::Poll(task) => {
                Deed::Poll { errand, task, place: desk.job.place.clone(), judged: desk.judged }
            }
            Action::Probe(pipeline) => Deed::Probe { errand, pipeline, place: desk.job.place.clone() },
            Action::FileAgain => {
                (desk.filed_errand, desk.file_out) = (true, true);
                (desk.refiling, desk.doubted) = (true, false);
                Deed::FileAgain { errand, job: Box::new(desk.job.clone()) }
            }
        };
        desk.flights += 1;
        self.deeds.push(deed);
    }

    /// After everything that happened: whose turn it is, what is to be written, which locks can go, when to wake.
    fn settle(&mut self, now: Ms) {
        self.no_room = self.desks.iter().any(Desk::has_no_room);
        loop {
            let places: Vec<Place<'_>> =
                self.desks.iter().filter(|desk| desk.listed).map(Desk::place).collect();
            match queue::turn(&places, self.pause(), now) {
                Some(Turn::Start(id)) => self.event(&id, Event::Start, now),
                Some(Turn::StandBack(id)) => self.event(&id, Event::StandBack, now),
                None => break,
            }
        }
        for at in (0..self.desks.len()).rev() {
            self.pump(at, now);
        }
        if now >= self.next_scan || self.next_scan > now + SCAN {
            self.pause_changed = false;
            self.deeds.push(Deed::Scan);
            self.next_scan = now + SCAN;
        }
        let wakes = self.desks.iter().flat_map(|desk| [desk.wake, desk.retry]).flatten();
        let wake = wakes.fold(self.next_scan, Ms::min);
        if self.wake != Some(wake) {
            self.wake = Some(wake);
            self.deeds.push(Deed::WakeAt(wake));
        }
    }

    fn event(&mut self, id: &str, event: Event, now: Ms) {
        if let Some(at) = self.find(id) {
            self.apply(at, event, now);
        }
    }

    /// Writes what is to be written, one thing at a time for each job, and lets go of what is over.
    fn pump(&mut self, at: usize, now: Ms) {
        let desk = &mut self.desks[at];
        if desk.lock != Lock::Held || desk.writing.is_some() || desk.filed_errand {
            return;
        }
        if desk.file_out {
            return;
        }
        if let Some(filing) = desk.filing.take() {
            desk.flights += 1;
            (desk.filed_errand, desk.file_out, desk.doubted) = (true, true, false);
            let errand = desk.errand();
            self.deeds.push(Deed::File { errand, filing });
            return;
        }
        if desk.removing && desk.job.is_final() && desk.flights == 0 {
            self.erase(at);
            return;
        }
        if let Some(strict) = desk.dirty.filter(|_| desk.retry.is_none_or(|retry| now >= retry)) {
            let row = Row::of(&desk.id, &desk.job);
            (desk.dirty, desk.retry, desk.writing) = (None, None, Some(row.text.clone()));
            desk.doubted = false;
            let (errand, instead_of) = (desk.errand(), desk.stored.clone());
            self.deeds.push(Deed::Write { errand, row, instead_of, strict });
        } else if desk.is_over() {
            (desk.lock, desk.ended_here) = (Lock::Free, true);
            let (id, listed) = (desk.id.clone(), desk.listed);
            self.deeds.push(Deed::Release { id });
            if !listed {
                self.desks.remove(at);
            }
        }
    }

    /// Off the list; a picture's row stays with it.
    fn erase(&mut self, at: usize) {
        let desk = self.desks.remove(at);
        let id = desk.id;
        self.show(&id);
        if let Some((task, at)) = desk.letter {
            self.deeds.push(Deed::DropLetter { task, at });
        }
        if !matches!(desk.job.phase, Phase::Done(_)) {
            self.deeds.push(Deed::Erase { id, row: Some(desk.stored.unwrap_or_default()) });
        } else if desk.lock != Lock::Free {
            self.deeds.push(Deed::Release { id });
        }
    }

    fn tick(&mut self, now: Ms) {
        self.wake = None;
        for at in 0..self.desks.len() {
            let desk = &mut self.desks[at];
            // A clock that was set back must not make it wait longer than it would have.
            desk.retry = desk.retry.map(|retry| retry.min(now + WRITE_AGAIN));
            if desk.is_ours() && !desk.job.is_final() {
                self.apply(at, Event::Tick, now);
            }
        }
    }

    fn set_pause(&mut self, pause: Option<Pause>) {
        if self.pause != pause {
            (self.pause, self.pause_changed) = (pause, true);
            self.deeds.push(Deed::KeepPause(pause));
            self.deeds.push(Deed::Tell(Word::Queue(pause)));
        }
    }

    fn told(&mut self, word: Word, now: Ms) {
        match word {
            Word::Job(id) => {
                // Another tab wrote a row that we drive? It had the lock before us, and its write came late.
                if self.find(&id).is_none_or(|at| self.desks[at].doubts()) {
                    self.deeds.push(Deed::Read { id });
                }
            }
            Word::Pictures => {}
            Word::Queue(pause) => {
                self.pause = pause;
                // A scan that is under way may have read what was there before.
                self.pause_changed = true;
            }
            Word::Command { id, command, row } => {
                let ours = self.desk(&id).filter(|desk| desk.is_ours());
                let seen = |desk: &Desk| row != 0 && row == word::mark(desk.stored.as_deref());
                if ours.is_some_and(|desk| !command.spends() || seen(desk)) {
                    self.command(&id, command, now);
                }
            }
        }
    }

    fn command(&mut self, id: &str, command: Command, now: Ms) {
        let Some(at) = self.find(id) else {
            if let (Command::Remove, Some(n)) = (&command, self.unreadable.iter().position(|u| u.0 == id)) {
                self.unreadable.remove(n);
                self.deeds.push(Deed::Erase { id: id.to_owned(), row: None });
            }
            return;
        };
        let desk = &mut self.desks[at];
        if !desk.is_ours() {
            if command == Command::Remove && desk.job.is_final() {
                self.erase(at);
            } else {
                let row = word::mark(desk.stored.as_deref());
                self.deeds.push(Deed::Tell(Word::Command { id: id.to_owned(), command, row }));
            }
            return;
        }
        let event = command.event();
        match (command, event) {
            (command, Some(event)) => {
                if command == Command::Resume {
                    (desk.retry, desk.unconnected) = (None, false);
                }
                self.apply(at, event, now);
            }
            (Command::ToFront | Command::Place(_), _) if desk.job.phase != Phase::Waiting => {}
            (Command::ToFront, _) => {
                let front = queue::front(self.desks.iter().map(|desk| &desk.job));
                self.put_at(at, front);
            }
            (Command::Place(place), _) => self.put_at(at, place),
            (Command::Cancel, _) if !desk.job.can_be_edited() => {}
            _ => {
                desk.removing = true;
                let event = if matches!(desk.job.phase, Phase::Unsaved { .. }) {
                    Event::Discard
                } else {
                    Event::Stop
                };
                self.apply(at, event, now);
            }
        }
    }
}

impl Tab {
    fn put_at(&mut self, at: usize, place: u64) {
        let desk = &mut self.desks[at];
        desk.job.order = place;
        desk.dirty.get_or_insert(false);
        let id = desk.id.clone();
        self.show(&id);
    }
}

impl From<StorageFault> for NotWritten {
    fn from(fault: StorageFault) -> Self {
        Self::Fault(fault)
    }
}

#[cfg(test)]
#[path = "tab_tests.rs"]
mod tests;
