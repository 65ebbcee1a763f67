//! How tabs share jobs: what is stored is read, locks are granted and lost, and what only one tab knows is brought in.

use fusionbrain::{PipelineId, Prompt, RunAnswer, RunRequest, Size, TaskId};

use super::desk::Lock;
use super::{Deed, Desk, Letter, Tab};
use crate::{Action, Event, Job, Ms, Pause, Phase, RecordError, job::Found, record};

impl Tab {
    pub(super) fn opened(
        &mut self,
        rows: Vec<(String, String)>,
        letters: Vec<(TaskId, String)>,
        pause: Option<Pause>,
        now: Ms,
    ) {
        // What this tab changed since it asked is newer than what it reads.
        if !self.pause_changed {
            self.pause = pause;
        }
        self.next_scan = now + super::SCAN;
        self.unreadable.clear();
        // What is on the list no more was removed, or became a picture, while nobody told us.
        for desk in &mut self.desks {
            let listed =
                matches!(desk.job.phase, Phase::Done(_)) || rows.iter().any(|(id, _)| *id == desk.id);
            if !listed && desk.stored.is_some() && desk.doubts() {
                self.deeds.push(Deed::Read { id: desk.id.clone() });
            }
        }
        for (id, text) in rows {
            match self.find(&id).filter(|at| self.desks[*at].lock == Lock::Held) {
                // It may be older than what we have written since; what we read alone is not.
                Some(at) if self.desks[at].stored.as_ref() != Some(&text) => {
                    if self.desks[at].doubts() {
                        self.deeds.push(Deed::Read { id });
                    }
                }
                Some(_) => {}
                None => self.row(&id, Some(text)),
            }
        }
        for (_, id) in letters {
            let at = match self.find(&id) {
                Some(at) => at,
                None => {
                    let Some(job) = found(now) else { continue };
                    let mut desk = Desk::new(id, job);
                    desk.listed = false;
                    self.desks.push(desk);
                    self.desks.len() - 1
                }
            };
            // Whoever drives the job knows of its letter.
            if self.desks[at].lock != Lock::Held {
                self.desks[at].has_letter = true;
                self.claim(at, false);
            }
        }
    }

    /// A row as it is stored, of a job that another tab may drive.
    pub(super) fn row(&mut self, id: &str, row: Option<String>) {
        let at = self.find(id);
        if let Some(at) = at.filter(|at| self.desks[*at].lock == Lock::Held) {
            // Nothing was written by us since it was asked for: so whoever wrote it knows better.
            if std::mem::take(&mut self.desks[at].doubted) && self.desks[at].stored != row {
                self.deeds.push(Deed::Release { id: id.to_owned() });
                self.lost(at);
            }
            return;
        }
        let Some(text) = row else {
            if let Some(at) = at.filter(|at| self.desks[*at].has_nothing_of_its_own()) {
                self.let_go(at);
            }
            return;
        };
        if at.is_some_and(|at| self.desks[at].stored.as_ref() == Some(&text)) {
            return self.watched(id);
        }
        let job = match record::read(&text) {
            Ok(job) => job,
            Err(error) => return self.cannot_read(id, error),
        };
        let at = at.unwrap_or_else(|| {
            self.desks.push(Desk::new(id.to_owned(), job.clone()));
            self.desks.len() - 1
        });
        let desk = &mut self.desks[at];
        (desk.job, desk.stored, desk.listed) = (job, Some(text), true);
        if matches!(desk.job.phase, Phase::Done(_)) {
            // The picture is in the library: nobody needs ours.
            desk.keepsake = None;
        }
        self.show(id);
        self.watched(id);
    }

    /// Whoever watches an active job waits for its lock; what is over is let go.
    fn watched(&mut self, id: &str) {
        let Some(at) = self.find(id) else { return };
        if !self.desks[at].job.is_final() {
            self.claim(at, false);
        } else if self.desks[at].has_nothing_of_its_own()
            && !self.desks[at].has_letter
            && self.desks[at].lock == Lock::Asked
        {
            self.desks[at].lock = Lock::Free;
            self.deeds.push(Deed::Release { id: id.to_owned() });
        }
    }

    fn cannot_read(&mut self, id: &str, error: RecordError) {
        if !self.unreadable.iter().any(|(known, _)| known == id) {
            self.unreadable.push((id.to_owned(), error));
        }
    }

    fn let_go(&mut self, at: usize) {
        let desk = self.desks.remove(at);
        self.show(&desk.id);
        if desk.lock != Lock::Free {
            self.deeds.push(Deed::Release { id: desk.id });
        }
    }

    pub(super) fn granted(&mut self, id: &str, row: Option<String>, letter: Option<Letter>, now: Ms) {
        let Some(at) = self.find(id) else {
            return self.deeds.push(Deed::Release { id: id.to_owned() });
        };
        let desk = &mut self.desks[at];
        if desk.lock != Lock::Asked {
            return;
        }
        desk.lock = Lock::Held;
        desk.epoch += 1;
        desk.stored = row;
        (desk.writing, desk.dirty, desk.retry, desk.flights, desk.filed_errand) =
            (None, None, None, 0, false);
        desk.letter = letter.as_ref().map(|letter| (letter.task.clone(), letter.at));
        desk.has_letter = false;
        let job = match desk.stored.as_deref().map(record::read) {
            Some(Ok(job)) => job,
            // The picture in its letter is worth keeping, whatever the row says.
            Some(Err(_)) if letter.as_ref().is_some_and(Letter::brings_something) => desk.job.clone(),
            Some(Err(error)) => {
                self.deeds.push(Deed::Release { id: id.to_owned() });
                self.desks.remove(at);
                return self.cannot_read(id, error);
            }
            // One's own knowledge of a job whose row could never be written.
            None if !desk.has_nothing_of_its_own() => desk.job.clone(),
            // A picture without a job is worth keeping; any other letter's job was removed.
            None if letter.as_ref().is_some_and(Letter::brings_something) => desk.job.clone(),
            None if letter.is_some() => {
                if let Some((task, at)) = desk.letter.take() {
                    self.deeds.push(Deed::DropLetter { task, at });
                }
                return self.let_go(at);
            }
            None => return self.let_go(at),
        };
        let desk = &mut self.desks[at];
        desk.listed = desk.listed || desk.stored.is_some() || letter.is_some();
        desk.job = job;
        let keepsake = desk.keepsake.take();
        let strays = std::mem::take(&mut desk.strays);
        let done = matches!(desk.job.phase, Phase::Done(_));
        if let Some(mine) = keepsake.as_ref().filter(|mine| mine.holds_picture() && !done) {
            return self.bring_in(at, (**mine).clone(), now);
        }
        desk.filing = None;
        let found = letter.map(|letter| Found { task: letter.task.clone(), answer: letter.read() });
        self.apply(at, Event::Woken(found), now);
        if let Some(task) = keepsake.and_then(|mine| mine.task().cloned()) {
            let known = RunAnswer::Accepted { task, status: String::new(), status_time: None };
            self.apply(at, Event::RunAnswered(Ok(known)), now);
        }
        for stray in strays {
            self.apply(at, stray, now);
        }
    }

    /// The stored job goes on with the picture that only this tab holds.
    fn bring_in(&mut self, at: usize, mine: Job, now: Ms) {
        let desk = &mut self.desks[at];
        let other = desk.job.watch().map(|watch| watch.task.clone()).filter(|task| mine.task() != Some(task));
        desk.job = mine;
        desk.job.forget_flights();
        match (&desk.job.phase, desk.filing.is_some()) {
            // It was never given to the shell: that comes now, see `pump`.
            (Phase::Received { .. }, true) => {}
            // It was given to the shell, whose answer is still to come.
            (Phase::Received { .. }, false) if desk.file_out => {
                desk.filed_errand = true;
                desk.flights += 1;
            }
            (Phase::Received { .. }, false) => {
                let errand = desk.errand();
                self.act(at, &errand, Action::FileAgain, now);
            }
            _ => self.apply(at, Event::Resume, now),
        }
        if let Some(task) = other {
            let known = RunAnswer::Accepted { task, status: String::new(), status_time: None };
            self.apply(at, Event::RunAnswered(Ok(known)), now);
        }
    }

    /// The lock is gone. What nobody else knows is kept, and brought in once the lock is back.
    pub(super) fn lost(&mut self, at: usize) {
        let desk = &mut self.desks[at];
        let stored = desk.stored.as_deref().and_then(|text| record::read(text).ok());
        let unheard = desk.job.task().is_some_and(|task| stored.as_ref().and_then(Job::task) != Some(task));
        let precious = desk.job.holds_picture() || unheard && !desk.job.is_final();
        if precious {
            desk.keepsake = Some(Box::new(desk.job.clone()));
        }
        (desk.writing, desk.dirty, desk.retry, desk.wake, desk.flights) = (None, None, None, None, 0);
        (desk.filed_errand, desk.refiling) = (false, false);
        (desk.lock, desk.ended_here) = (Lock::Free, false);
        // What we show is not what is stored: whatever is read next counts.
        desk.stored = None;
        let id = desk.id.clone();
        self.claim(at, precious);
        self.deeds.push(Deed::Read { id });
    }
}

/// A job for a letter whose job nobody knows: its picture is better kept without its prompt than not at all.
fn found(now: Ms) -> Option<Job> {
    let request = RunRequest {
        pipeline: PipelineId::new("?")?,
        prompt: Prompt::new("?").ok()?,
        negative: None,
        style: None,
        size: Size::new(1024, 1024).ok()?,
    };
    Some(Job::new(request, String::new(), None, now))
}
