//! What comes back from errands, also when the tab has lost the job meanwhile.

use fusionbrain::{ApiError, RunAnswer, StatusAnswer};

use super::desk::Lock;
use super::{Deed, Desk, Errand, Letter, NotWritten, Row, Tab, WRITE_AGAIN, Word};
use crate::{Event, Ms, NotFiled, PictureFacts};

impl Tab {
    /// The desk to which an errand comes back; `None` when the tab has lost the job since.
    pub(super) fn returned(&mut self, errand: &Errand) -> Option<usize> {
        let at = self.find(&errand.job)?;
        let desk = &mut self.desks[at];
        (desk.lock == Lock::Held && desk.epoch == errand.epoch).then(|| {
            desk.flights = desk.flights.saturating_sub(1);
            at
        })
    }

    pub(super) fn written(&mut self, errand: &Errand, result: Result<(), NotWritten>, now: Ms) {
        let Some(at) = self.find(&errand.job) else { return };
        let desk = &mut self.desks[at];
        if desk.lock != Lock::Held || desk.epoch != errand.epoch {
            return;
        }
        let Some(text) = desk.writing.take() else { return };
        match result {
            Ok(()) => {
                desk.stored = Some(text);
                // When it has changed since, the later write answers for both.
                let latest = desk.dirty.is_none();
                self.deeds.push(Deed::Tell(Word::Job(errand.job.clone())));
                if latest {
                    self.apply(at, Event::Kept, now);
                }
            }
            Err(NotWritten::Fault(fault)) => {
                self.apply(at, Event::KeepFailed(fault), now);
                let desk = &mut self.desks[at];
                desk.dirty = Some(true);
                desk.retry = Some(now + WRITE_AGAIN);
            }
            Err(NotWritten::Overtaken) => {
                self.deeds.push(Deed::Release { id: errand.job.clone() });
                self.lost(at);
            }
        }
    }

    pub(super) fn run_answered(&mut self, errand: &Errand, answer: Result<RunAnswer, ApiError>, now: Ms) {
        if let Some(at) = self.returned(errand) {
            self.apply(at, Event::RunAnswered(answer), now);
        } else if matches!(answer, Ok(RunAnswer::Accepted { .. })) {
            self.stray(&errand.job, Event::RunAnswered(answer), now);
        }
    }

    pub(super) fn poll_answered(
        &mut self,
        errand: &Errand,
        answer: Result<Letter, ApiError>,
        kept: bool,
        now: Ms,
    ) {
        let at = self.returned(errand);
        let letter = match (answer, at) {
            (Ok(letter), _) => letter,
            (Err(error), Some(at)) => return self.apply(at, Event::PollAnswered(Err(error)), now),
            (Err(_), None) => return,
        };
        let Some(desk) = self.find(&errand.job).map(|at| &mut self.desks[at]) else {
            // The job was removed while this was on its way. A picture stays in the inbox all the same: should the job only
            // have been out of sight, it is found there.
            if !letter.brings_something() {
                self.deeds.push(Deed::DropLetter { task: letter.task, at: letter.at });
            }
            return;
        };
        match at {
            Some(at) => {
                desk.judged = Some(letter.at);
                desk.letter = Some((letter.task.clone(), letter.at));
                self.apply(at, Event::PollAnswered(letter.read()), now);
            }
            // In the inbox it is found by whoever drives the job now.
            None if kept => {}
            None => {
                if let Ok(done @ StatusAnswer::Done(_)) = letter.read() {
                    self.stray(&errand.job, Event::PollAnswered(Ok(done)), now);
                }
            }
        }
    }

    /// News for a job that this tab drives no longer, and that nobody else can have.
    pub(super) fn stray(&mut self, id: &str, event: Event, now: Ms) {
        let Some(at) = self.find(id) else { return };
        if self.desks[at].is_ours() {
            return self.apply(at, event, now);
        }
        self.desks[at].strays.push(event);
        self.claim(at, true);
    }

    pub(super) fn claim(&mut self, at: usize, wanted: bool) {
        let desk = &mut self.desks[at];
        let steal = wanted && desk.steals < Desk::MOST_STEALS;
        if desk.lock == Lock::Free || steal {
            desk.steals += u32::from(steal);
            desk.lock = Lock::Asked;
            let id = desk.id.clone();
            self.deeds.push(Deed::Claim { id, steal });
        }
    }

    pub(super) fn filed(&mut self, errand: &Errand, result: Result<PictureFacts, NotFiled>, now: Ms) {
        let Some(at) = self.find(&errand.job) else { return };
        let desk = &mut self.desks[at];
        desk.file_out = false;
        // One picture is filed at a time: whether the lock was lost and got again meanwhile does not matter.
        let current = (desk.lock == Lock::Held && desk.filed_errand).then_some(at);
        if let Ok(facts) = &result {
            desk.keepsake = None;
            let (task, place) = (facts.task.clone(), desk.job.place.clone());
            self.deeds.push(Deed::Acknowledge { task, place });
            self.deeds.push(Deed::Tell(Word::Job(errand.job.clone())));
            self.deeds.push(Deed::Tell(Word::Pictures));
        }
        match (current, result) {
            (Some(at), result) => {
                (desk.filed_errand, desk.refiling) = (false, false);
                desk.flights = desk.flights.saturating_sub(1);
                if let Ok(facts) = &result {
                    desk.stored = Some(Row::filed(&desk.id, &desk.job, facts).text);
                    desk.letter = None;
                }
                self.apply(at, Event::Filed(result), now);
            }
            // Lost and got again since: what is stored is newer than what was read.
            (None, Ok(_)) if desk.lock == Lock::Held => {
                self.deeds.push(Deed::Release { id: errand.job.clone() });
                self.lost(at);
            }
            (None, Ok(_)) => self.deeds.push(Deed::Read { id: errand.job.clone() }),
            (None, Err(NotFiled::Picture(_))) => desk.keepsake = None,
            (None, Err(NotFiled::Storage { .. })) => {}
        }
    }
}
