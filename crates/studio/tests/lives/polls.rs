//! Status requests: under their lock, by a page or by the worker, with a letter before anything else.

use fusionbrain::{ApiError, TaskId};
use simulator::{Delivery, Ticket};
use studio::{Errand, Happening, Letter, StorageFault};

use crate::world::{Event, Fate, Pid, World};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Look,
    Arrive,
    Came,
    Store,
}

pub struct Poll {
    pub by_worker: bool,
    pub pid: Pid,
    pub errand: Errand,
    pub task: TaskId,
    pub judged: Option<u64>,
    pub ticket: Option<Ticket>,
    pub answer: Option<Letter>,
    pub picture: bool,
    pub stored: bool,
    /// How often the relay still asks for us.
    pub waits: u32,
}

/// Whether the first of two letters is the one to keep.
fn tells(one: &Letter, other: &Letter) -> bool {
    let good = |letter: &Letter| letter.whole && (200..300).contains(&letter.status);
    if good(one) == good(other) { one.body.len() >= other.body.len() } else { good(one) }
}

impl World {
    pub fn begin_poll(&mut self, pid: Pid, errand: Errand, task: TaskId, judged: Option<u64>) {
        let id = self.next();
        let by_worker = self.has_worker && self.chance.permille(800);
        let name = task.as_str().to_owned();
        let (ticket, answer, picture, stored) = (None, None, false, false);
        // A relay is asked to wait by some, others have too many requests waiting already.
        let waits = if self.relay && self.chance.permille(700) { 8 } else { 0 };
        let poll = Poll { by_worker, pid, errand, task, judged, ticket, answer, picture, stored, waits };
        self.polls.insert(id, poll);
        if self.poll_locks.ask(&name, id) {
            self.after(2, Event::Poll(id, Stage::Look));
        }
    }

    pub fn poll_step(&mut self, id: u64, stage: Stage) {
        let Some(poll) = self.polls.get(&id) else { return };
        match stage {
            Stage::Look => {
                let found =
                    self.disk.letter(&poll.task).filter(|letter| Some(letter.at) != poll.judged).cloned();
                match found.filter(|_| !self.bad_luck(40, "letter not read")) {
                    Some(letter) => self.end_poll(id, Ok(letter), Ok(())),
                    None => {
                        let wait = self.chance.below(100);
                        self.after(wait, Event::Poll(id, Stage::Arrive));
                    }
                }
            }
            Stage::Arrive => self.poll_arrives(id),
            Stage::Came => {
                if let Some(poll) = self.polls.get_mut(&id) {
                    let ticket = poll.ticket.take();
                    let task = poll.task.to_string();
                    poll.stored = true;
                    let picture = poll.picture.then(|| poll.errand.job.clone());
                    if let Some(job) = picture {
                        self.fates.insert(task, (job, Fate::Came));
                    }
                    let now = self.now;
                    self.service.finished(ticket, now);
                }
                let wait = self.chance.below(20);
                self.after(wait, Event::Poll(id, Stage::Store));
            }
            Stage::Store => self.store_letter(id),
        }
    }

    fn store_letter(&mut self, id: u64) {
        let Some(poll) = self.polls.get_mut(&id) else { return };
        let Some(letter) = poll.answer.take() else { return };
        let (pid, picture, job) = (poll.pid, poll.picture, poll.errand.job.clone());
        let judged = poll.judged;
        if let Some(known) = self.known(&letter, judged) {
            return self.end_poll(id, Ok(known), Ok(()));
        }
        let kept = self.disk.put_letter(&job, &letter);
        if picture {
            let alive = self.processes.contains_key(&pid);
            let fate = match kept {
                Ok(()) => Fate::Kept,
                Err(_) if alive => Fate::Memory(pid),
                Err(_) => Fate::Lost,
            };
            // A repeated answer does not undo what became of the first.
            let before = self.fates.get(letter.task.as_str()).map(|(_, fate)| *fate);
            if before != Some(Fate::Kept) {
                self.fates.insert(letter.task.to_string(), (job, fate));
            }
        }
        self.end_poll(id, Ok(letter), kept);
    }

    /// The first look may have failed. Of two letters that nobody has read, one stays, as in poll.js: the one in the inbox,
    /// if it tells more than this.
    fn known(&self, letter: &Letter, judged: Option<u64>) -> Option<Letter> {
        let known = self.disk.letter(&letter.task).filter(|known| Some(known.at) != judged);
        known.filter(|known| tells(known, letter)).cloned()
    }

    fn poll_arrives(&mut self, id: u64) {
        let now = self.now;
        let wall = self.wall();
        let Some(task) = self.polls.get(&id).map(|poll| poll.task.clone()) else { return };
        if self.bad_luck(40, "poll dropped on its way") {
            return self.end_poll(id, Err(ApiError::Unreachable), Ok(()));
        }
        if self.bad_luck(10, "poll's answer repeated")
            && let Some(old) = self.last_bodies.get(task.as_str()).cloned()
        {
            if let Some(poll) = self.polls.get_mut(&id) {
                poll.answer = Some(Letter { at: wall, ..old });
            }
            return self.after(20, Event::Poll(id, Stage::Came));
        }
        let answer = self.service.status(&task, now, self.relay);
        if answer.pending
            && let Some(poll) = self.polls.get_mut(&id).filter(|poll| poll.waits > 0)
        {
            poll.waits -= 1;
            self.service.finished(answer.ticket, now);
            return self.after(3_000, Event::Poll(id, Stage::Arrive));
        }
        if self.service.concurrent_polls() > 1 {
            self.breaks("two polls of one task at once");
        }
        if self.bad_luck(30, "poll's answer dropped") {
            self.service.finished(answer.ticket, now);
            return self.end_poll(id, Err(ApiError::Unreachable), Ok(()));
        }
        let cut = answer.delivery == Delivery::Cut || self.bad_luck(20, "poll's answer cut");
        let mut body = answer.body;
        if cut {
            body.truncate(body.len() / 2);
        }
        let mut takes = match answer.delivery {
            Delivery::Dribble { over_ms } => over_ms,
            _ => self.chance.below(300),
        };
        if self.bad_luck(20, "poll's answer delayed") {
            takes += self.chance.below(100_000);
        }
        let (status, headers) = (answer.status, answer.headers);
        let letter = Letter { task: task.clone(), at: wall + takes, status, headers, body, whole: !cut };
        self.last_bodies.insert(task.to_string(), letter.clone());
        if let Some(poll) = self.polls.get_mut(&id) {
            (poll.ticket, poll.picture, poll.answer) = (answer.ticket, answer.picture && !cut, Some(letter));
        }
        self.after(takes, Event::Poll(id, Stage::Came));
    }

    /// The relay is told that an answer is stored.
    pub fn acknowledged(&mut self, task: &TaskId) {
        let stored = || self.disk.images().values().any(|image| image.task == *task);
        let delivered = self.fates.get(task.as_str()).is_some_and(|(_, fate)| *fate != Fate::Lost);
        if delivered && !stored() {
            self.breaks("an answer was acknowledged before it was stored");
        }
        if !self.bad_luck(200, "acknowledgement lost") {
            self.service.acknowledged(task);
        }
    }

    fn end_poll(&mut self, id: u64, answer: Result<Letter, ApiError>, kept: Result<(), StorageFault>) {
        let Some(poll) = self.polls.remove(&id) else { return };
        let now = self.now;
        self.service.finished(poll.ticket, now);
        let happening = Happening::PollAnswered { errand: poll.errand, answer, kept };
        self.after(5, Event::Deliver(poll.pid, happening));
        self.next_poller(poll.task.as_str(), id);
    }

    fn next_poller(&mut self, task: &str, id: u64) {
        if let Some(next) = self.poll_locks.release(task, id) {
            self.after(2, Event::Poll(next, Stage::Look));
        }
    }

    /// Polls whose owner died. What had been given to the disk may be there.
    pub fn kill_polls(&mut self, dies: impl Fn(&Poll) -> bool, tell: bool) {
        let dead: Vec<u64> = self.polls.iter().filter(|(_, poll)| dies(poll)).map(|(id, _)| *id).collect();
        for id in dead {
            let Some(mut poll) = self.polls.remove(&id) else { continue };
            let now = self.now;
            self.service.finished(poll.ticket.take(), now);
            if poll.stored {
                let lucky = self.chance.permille(500);
                let kept = lucky
                    && poll.answer.as_ref().is_some_and(|l| {
                        self.known(l, poll.judged).is_some()
                            || self.disk.put_letter(&poll.errand.job, l).is_ok()
                    });
                if let (true, Some((_, fate))) = (poll.picture, self.fates.get_mut(poll.task.as_str())) {
                    *fate = if kept { Fate::Kept } else { Fate::Lost };
                }
            }
            self.next_poller(poll.task.as_str(), id);
            if tell {
                let (errand, answer) = (poll.errand, Err(ApiError::Unreachable));
                self.after(
                    5,
                    Event::Deliver(poll.pid, Happening::PollAnswered { errand, answer, kept: Ok(()) }),
                );
            }
        }
    }
}
