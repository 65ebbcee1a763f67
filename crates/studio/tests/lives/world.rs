//! One life: some tabs, a worker, a disk, locks, a channel, a clock, the service, and time that runs as fast as it can.

use std::collections::{BTreeMap, BinaryHeap};

use fusionbrain::{ApiError, Headers, RunAnswer, read_availability, read_run};
use studio::{
    Command, Deed, Errand, Happening, Letter, NotFiled, Pause, Phase, PictureFacts, Row, StorageFault, Tab,
    Word,
};

use crate::chance::Chance;
use crate::disk::Disk;
use crate::locks::{Ask, Locks};
use crate::polls::{Poll, Stage};
use crate::service::Service;

pub type Pid = u64;

/// The wall clock when a life begins.
const DAWN: u64 = 1_700_000_000_000;

pub enum Event {
    /// A tab does what it decided to do.
    Do(Pid, Deed),
    /// The database does it.
    Commit(Pid, Deed),
    Deliver(Pid, Happening),
    Timer(Pid, u64),
    /// A lock was granted: row and letter are read.
    Grant(Pid, Ask, String),
    RunArrives(Pid, Errand, Box<fusionbrain::RunRequest>),
    Poll(u64, Stage),
}

struct Due {
    at: u64,
    n: u64,
    event: Box<Event>,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.n == other.n
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.n).cmp(&(self.at, self.n))
    }
}

#[derive(Default)]
pub struct Process {
    pub tab: Tab,
    asks: BTreeMap<String, Ask>,
    /// Pictures in memory that are not stored yet.
    pictures: BTreeMap<String, PictureFacts>,
    /// A tab does one thing after the other, and so does its database connection.
    busy_until: u64,
    database_until: u64,
    timer: u64,
}

/// What became of a picture that was delivered whole to somebody alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Its letter is being written.
    Came,
    /// Its letter was written strictly.
    Kept,
    /// Its letter could not be written: it is in the memory of this tab.
    Memory(Pid),
    /// Whoever had it died before it could be written.
    Lost,
}

#[derive(Default)]
pub struct Sent {
    /// Runs that were sent and not answered with "no task was started".
    pub unresolved: u32,
    /// How often a person allowed one more.
    pub again: u32,
    pub anyway: bool,
    pub any: bool,
}

pub struct World {
    pub chance: Chance,
    pub now: u64,
    /// The wall clock's error, and where it stands still.
    pub clock_error: i64,
    pub clock_stopped: Option<u64>,
    pub service: Service,
    pub disk: Disk,
    pub pause: Option<Pause>,
    pub processes: BTreeMap<Pid, Process>,
    pub job_locks: Locks,
    pub poll_locks: Locks,
    askers: BTreeMap<Ask, (Pid, String)>,
    pub polls: BTreeMap<u64, Poll>,
    /// Which lock an erasing gives back: the job may be claimed anew before it is done.
    erasing: BTreeMap<(Pid, String), Ask>,
    heap: BinaryHeap<Due>,
    counter: u64,
    pub has_worker: bool,
    /// Whether the adversary may still act.
    pub wild: bool,
    pub faults: BTreeMap<&'static str, u64>,
    pub sent: BTreeMap<String, Sent>,
    pub fates: BTreeMap<String, (String, Fate)>,
    pub removed: std::collections::BTreeSet<String>,
    pub last_bodies: BTreeMap<String, Letter>,
    /// Between us and the service is a relay that keeps final answers until it is told that they are stored, and waits for
    /// news on behalf of who asks.
    pub relay: bool,
    pub broken: Option<String>,
    pub trace: Option<Vec<String>>,
}

impl World {
    pub fn new(seed: u64, trace: bool) -> Self {
        Self {
            chance: Chance::new(seed),
            now: 1_000,
            clock_error: 0,
            clock_stopped: None,
            service: Service::new(seed),
            disk: Disk::new(),
            pause: None,
            processes: BTreeMap::new(),
            job_locks: Locks::default(),
            poll_locks: Locks::default(),
            askers: BTreeMap::new(),
            polls: BTreeMap::new(),
            erasing: BTreeMap::new(),
            heap: BinaryHeap::new(),
            counter: 0,
            has_worker: true,
            wild: true,
            faults: BTreeMap::new(),
            sent: BTreeMap::new(),
            fates: BTreeMap::new(),
            removed: std::collections::BTreeSet::new(),
            last_bodies: BTreeMap::new(),
            relay: false,
            broken: None,
            trace: trace.then(Vec::new),
        }
    }

    pub fn say(&mut self, text: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now:>9} {}", text()));
        }
    }

    pub fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
        self.say(|| format!("!! {kind}"));
    }

    pub fn breaks(&mut self, law: &str) {
        self.say(|| format!("BROKEN: {law}"));
        self.broken.get_or_insert_with(|| law.to_owned());
    }

    pub fn wall(&self) -> u64 {
        self.clock_stopped.unwrap_or_else(|| (DAWN + self.now).saturating_add_signed(self.clock_error))
    }

    pub fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub fn after(&mut self, wait: u64, event: Event) {
        let n = self.next();
        self.heap.push(Due { at: self.now + wait, n, event: Box::new(event) });
    }

    /// A fault that the adversary brings about `permille` times in a thousand.
    pub fn bad_luck(&mut self, permille: u64, kind: &'static str) -> bool {
        let strikes = self.wild && self.chance.permille(permille);
        if strikes {
            self.fault(kind);
        }
        strikes
    }

    pub fn open_tab(&mut self) -> Pid {
        let pid = self.next();
        self.processes.insert(pid, Process::default());
        self.say(|| format!("tab {pid} opens"));
        self.after(1, Event::Deliver(pid, Happening::Tick));
        pid
    }

    /// Does the next thing that is due; `false` when nothing is.
    pub fn step(&mut self) -> bool {
        let Some(due) = self.heap.pop() else { return false };
        self.now = self.now.max(due.at);
        match *due.event {
            Event::Do(pid, deed) => {
                if self.processes.contains_key(&pid) {
                    self.perform(pid, deed);
                }
            }
            Event::Commit(pid, deed) => {
                // What was given to the database may be done although the tab is gone.
                if self.processes.contains_key(&pid) || self.chance.permille(500) {
                    self.commit(pid, deed);
                }
            }
            Event::Deliver(pid, happening) => self.deliver(pid, happening),
            Event::Timer(pid, n) => {
                if self.processes.get(&pid).is_some_and(|process| process.timer == n) {
                    self.deliver(pid, Happening::Tick);
                }
            }
            Event::Grant(pid, ask, id) => {
                if self.processes.get(&pid).is_some_and(|process| process.asks.get(&id) == Some(&ask)) {
                    // Without the row nobody knows what to go on with: it is read until it can be.
                    if self.bad_luck(40, "row not read") {
                        self.after(1_000, Event::Grant(pid, ask, id));
                        return true;
                    }
                    let row = self.disk.row(&id);
                    let letter = self.disk.letter_for(&id);
                    let letter = letter.filter(|_| !self.bad_luck(40, "letter not read"));
                    self.deliver(pid, Happening::Granted { id, row, letter });
                }
            }
            Event::RunArrives(pid, errand, request) => self.run_arrives(pid, errand, &request),
            Event::Poll(id, stage) => self.poll_step(id, stage),
        }
        true
    }

    pub fn deliver(&mut self, pid: Pid, happening: Happening) {
        let wall = self.wall();
        let Some(process) = self.processes.get_mut(&pid) else { return };
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>9} tab {pid} <- {happening:?}", self.now));
        }
        // A no that reaches a living tab frees the run to be sent again.
        if let Happening::RunAnswered { errand, answer } = &happening
            && is_definite(answer)
            && let Some(sent) = self.sent.get_mut(&errand.job)
        {
            sent.unresolved -= 1;
        }
        let deeds = process.tab.on(happening, wall);
        let mut at = process.busy_until.max(self.now);
        for deed in deeds {
            at += self.chance.below(3);
            let n = self.next();
            self.heap.push(Due { at, n, event: Box::new(Event::Do(pid, deed)) });
        }
        if let Some(process) = self.processes.get_mut(&pid) {
            process.busy_until = at;
        }
    }

    fn perform(&mut self, pid: Pid, deed: Deed) {
        if !matches!(deed, Deed::Show { .. }) {
            self.say(|| format!("tab {pid} -> {deed:?}"));
        }
        match deed {
            Deed::Claim { id, steal } => self.claim(pid, id, steal),
            Deed::Release { id } => self.release(pid, &id),
            Deed::Write { .. }
            | Deed::Erase { .. }
            | Deed::Read { .. }
            | Deed::Scan
            | Deed::File { .. }
            | Deed::FileAgain { .. }
            | Deed::DropLetter { .. } => {
                let takes = self.chance.below(20);
                let now = self.now;
                let Some(process) = self.processes.get_mut(&pid) else { return };
                if let Deed::Erase { id, .. } = &deed
                    && let Some(ask) = process.asks.get(id)
                {
                    self.erasing.insert((pid, id.clone()), *ask);
                }
                process.database_until = process.database_until.max(now) + takes;
                let at = process.database_until;
                let n = self.next();
                self.heap.push(Due { at, n, event: Box::new(Event::Commit(pid, deed)) });
            }
            Deed::Run { errand, request, .. } => self.send_run(pid, errand, request),
            Deed::Poll { errand, task, judged, .. } => self.begin_poll(pid, errand, task, judged),
            Deed::Probe { errand, pipeline, .. } => {
                let now = self.now;
                let answer = if self.bad_luck(100, "probe dropped") {
                    Err(ApiError::Unreachable)
                } else {
                    let answer = self.service.probe(&pipeline, now);
                    read_availability(answer.status, &answer.headers, &answer.body)
                };
                self.after(50, Event::Deliver(pid, Happening::Probed { errand, answer }));
            }
            Deed::Acknowledge { task, .. } => self.acknowledged(&task),
            Deed::KeepPause(pause) => self.pause = pause,
            Deed::Tell(word) => self.tell(pid, &word),
            Deed::WakeAt(at) => {
                let wait = at.saturating_sub(self.wall()).max(1);
                let n = self.next();
                if let Some(process) = self.processes.get_mut(&pid) {
                    process.timer = n;
                }
                self.after(wait, Event::Timer(pid, n));
            }
            Deed::Show { .. } | Deed::RefetchPipelines => {}
        }
    }

    fn tell(&mut self, pid: Pid, word: &Word) {
        let text = word.to_text();
        let others: Vec<Pid> = self.processes.keys().copied().filter(|other| *other != pid).collect();
        for other in others {
            if self.bad_luck(40, "word lost") {
                continue;
            }
            let late = if self.bad_luck(40, "word late") { 5_000 } else { 20 };
            let wait = self.chance.below(late);
            let word = Word::read(&text).expect("what a tab says is understood by all");
            self.after(wait, Event::Deliver(other, Happening::Told(word)));
        }
    }

    fn claim(&mut self, pid: Pid, id: String, steal: bool) {
        let ask = self.next();
        let Some(process) = self.processes.get_mut(&pid) else { return };
        let before = process.asks.insert(id.clone(), ask);
        self.askers.insert(ask, (pid, id.clone()));
        if let Some(before) = before {
            self.give_back(&id, before);
        }
        if steal {
            let robbed = self.job_locks.steal(&id, ask);
            if let Some(robbed) = robbed {
                self.revoked(robbed, 5);
            }
            self.after(2, Event::Grant(pid, ask, id));
        } else if self.job_locks.ask(&id, ask) {
            self.after(2, Event::Grant(pid, ask, id));
        }
    }

    fn give_back(&mut self, id: &str, ask: Ask) {
        self.askers.remove(&ask);
        if let Some(next) = self.job_locks.release(id, ask)
            && let Some((pid, id)) = self.askers.get(&next).cloned()
        {
            self.after(2, Event::Grant(pid, next, id));
        }
    }

    fn release(&mut self, pid: Pid, id: &str) {
        let ask = self.processes.get_mut(&pid).and_then(|process| process.asks.remove(id));
        if let Some(ask) = ask {
            self.give_back(id, ask);
        }
    }

    /// A tab lost a lock, and learns it after a while.
    fn revoked(&mut self, ask: Ask, wait: u64) {
        let Some((pid, id)) = self.askers.remove(&ask) else { return };
        if let Some(process) = self.processes.get_mut(&pid)
            && process.asks.get(&id) == Some(&ask)
        {
            process.asks.remove(&id);
            self.after(wait, Event::Deliver(pid, Happening::Revoked { id }));
        }
    }

    /// The adversary takes a lock from its holder, who may go on believing in it for long.
    pub fn revoke_one(&mut self) {
        let held = self.job_locks.held();
        if held.is_empty() {
            return;
        }
        let (id, ask) = held[self.chance.below(held.len() as u64) as usize].clone();
        self.fault("lock revoked");
        let wait = self.chance.pick(&[1, 100, 5_000, 60_000]);
        self.revoked(ask, wait);
        if let Some(next) = self.job_locks.release(&id, ask)
            && let Some((pid, id)) = self.askers.get(&next).cloned()
        {
            self.after(2, Event::Grant(pid, next, id));
        }
    }

    fn commit(&mut self, pid: Pid, deed: Deed) {
        let happening = match deed {
            Deed::Write { errand, row, instead_of, strict } => {
                let result = if self.bad_luck(10, "row to be replaced not read") {
                    Err(StorageFault::Broken.into())
                } else {
                    self.disk.write(&row, instead_of.as_deref(), strict)
                };
                if result.is_err() {
                    self.say(|| format!("  write of {} for tab {pid}: {result:?}", errand.job));
                }
                Happening::Written { errand, result }
            }
            Deed::Erase { id, row } => {
                if !self.bad_luck(20, "row not erased") {
                    self.disk.erase(&id, row.as_deref());
                }
                let asked = self.erasing.remove(&(pid, id.clone()));
                if asked.is_some() && self.processes.get(&pid).and_then(|p| p.asks.get(&id)) == asked.as_ref()
                {
                    self.release(pid, &id);
                }
                return self.tell(pid, &Word::Job(id));
            }
            // No answer: the next look at the storage asks again.
            Deed::Read { .. } if self.bad_luck(40, "row not read") => return,
            Deed::Scan if self.bad_luck(40, "rows not read") => return,
            Deed::Read { id } => {
                let row = self.disk.row(&id);
                Happening::Row { id, row }
            }
            Deed::Scan => {
                let (rows, letters, pause) = (self.disk.active(), self.disk.letters(), self.pause);
                Happening::Opened { rows, letters, pause }
            }
            Deed::File { errand, filing } => {
                let result = match filing.look(self.wall()) {
                    Ok((facts, _)) => self.file(pid, &errand, filing.job(), facts),
                    Err(error) => Err(NotFiled::Picture(error)),
                };
                Happening::Filed { errand, result }
            }
            Deed::FileAgain { errand, job } => {
                let held = self.processes.get(&pid).and_then(|p| p.pictures.get(&errand.job).cloned());
                let Some(facts) = held else {
                    if self.processes.contains_key(&pid) {
                        self.breaks("a picture is to be filed again that the tab does not hold");
                    }
                    return;
                };
                let result = self.file(pid, &errand, &job, facts);
                Happening::Filed { errand, result }
            }
            Deed::DropLetter { task, at } => {
                if !self.bad_luck(40, "letter not dropped") {
                    self.disk.drop_letter(&task, at);
                }
                return;
            }
            _ => return,
        };
        let wait = self.chance.below(5);
        self.after(wait, Event::Deliver(pid, happening));
    }

    fn file(
        &mut self,
        pid: Pid,
        errand: &Errand,
        job: &studio::Job,
        facts: PictureFacts,
    ) -> Result<PictureFacts, NotFiled> {
        let row = Row::filed(&errand.job, job, &facts);
        let stored = self.disk.file(&row, &facts.task);
        if let Some(process) = self.processes.get_mut(&pid) {
            process.pictures.insert(errand.job.clone(), facts.clone());
        }
        match stored {
            Ok(()) => Ok(facts),
            Err(fault) => Err(NotFiled::Storage { facts, fault }),
        }
    }

    fn send_run(&mut self, pid: Pid, errand: Errand, request: fusionbrain::RunRequest) {
        let sent = self.sent.entry(errand.job.clone()).or_default();
        sent.any = true;
        if sent.unresolved > sent.again {
            self.breaks("a run was sent twice without a person");
            return;
        }
        sent.unresolved += 1;
        let anyway = sent.anyway;
        let written = self.disk.row(&errand.job).and_then(|text| studio::record::read(&text).ok());
        if !anyway && written.is_some_and(|job| job.request != request) {
            self.breaks("a run was sent with other texts than are written");
            return;
        }
        if self.bad_luck(30, "run dropped on its way") {
            let answer = Err(ApiError::Unreachable);
            let wait = self.chance.below(20_000);
            return self.after(wait, Event::Deliver(pid, Happening::RunAnswered { errand, answer }));
        }
        let wait = self.chance.below(100);
        self.after(wait, Event::RunArrives(pid, errand, Box::new(request)));
    }

    fn run_arrives(&mut self, pid: Pid, errand: Errand, request: &fusionbrain::RunRequest) {
        let now = self.now;
        let answer = if self.bad_luck(30, "run turned away with 429") {
            let retry_after = Some(self.chance.below(30) as u32);
            Err(ApiError::Refused { status: 429, text: String::new(), retry_after })
        } else {
            let answer = self.service.run(request, now);
            if self.bad_luck(40, "run's answer dropped") {
                Err(ApiError::Unreachable)
            } else if self.bad_luck(30, "run's answer cut") {
                read_run(answer.status, &Headers::none(), &answer.body[..answer.body.len() / 2])
            } else {
                read_run(answer.status, &answer.headers, &answer.body)
            }
        };
        let late = if self.bad_luck(40, "run's answer delayed") { 200_000 } else { 300 };
        let wait = self.chance.below(late);
        if !is_definite(&answer) && self.bad_luck(10, "run's answer repeated") {
            let (errand, answer) = (errand.clone(), answer.clone());
            self.after(wait + 50, Event::Deliver(pid, Happening::RunAnswered { errand, answer }));
        }
        self.after(wait, Event::Deliver(pid, Happening::RunAnswered { errand, answer }));
    }

    pub fn crash_tab(&mut self, pid: Pid) {
        let Some(process) = self.processes.remove(&pid) else { return };
        self.say(|| format!("tab {pid} dies"));
        for (_, fate) in self.fates.values_mut() {
            if *fate == Fate::Memory(pid) {
                *fate = Fate::Lost;
            }
        }
        self.kill_polls(|poll| !poll.by_worker && poll.pid == pid, false);
        for (id, ask) in process.asks {
            self.give_back(&id, ask);
        }
    }

    pub fn crash_worker(&mut self) {
        self.kill_polls(|poll| poll.by_worker, true);
    }

    pub fn crash_browser(&mut self) {
        self.say(|| "the browser dies".to_owned());
        self.kill_polls(|_| true, false);
        self.processes.clear();
        self.heap.clear();
        self.askers.clear();
        self.job_locks.clear();
        self.poll_locks = Locks::default();
        for (_, fate) in self.fates.values_mut() {
            if matches!(fate, Fate::Memory(_)) {
                *fate = Fate::Lost;
            }
        }
        self.disk.crash(&mut self.chance);
    }

    /// A person presses a button of a job, as far as the tab shows it.
    pub fn press(&mut self, pid: Pid, id: &str, command: Command) {
        let phase =
            self.processes.get(&pid).and_then(|p| p.tab.desk(id)).map(|desk| desk.job().phase.clone());
        let sent = self.sent.entry(id.to_owned()).or_default();
        match (&command, phase) {
            (Command::SendAgain, Some(Phase::Unknown { .. })) => sent.again += 1,
            (Command::SendAgain, _) => return,
            // Sent although it may not be written: who finds it unsent in storage sends it, and the person was told.
            (Command::SendAnyway, Some(Phase::Unkept { .. })) => {
                sent.anyway = true;
                sent.again += 1;
            }
            (Command::SendAnyway, _) => return,
            (Command::Remove | Command::Cancel, _) => drop(self.removed.insert(id.to_owned())),
            _ => {}
        }
        self.deliver(pid, Happening::Command { id: id.to_owned(), command });
    }
}

/// The service said that no task was started.
fn is_definite(answer: &Result<RunAnswer, ApiError>) -> bool {
    matches!(
        answer,
        Ok(RunAnswer::Refused { .. }) | Err(ApiError::Refused { .. } | ApiError::BadRequest { .. })
    )
}
