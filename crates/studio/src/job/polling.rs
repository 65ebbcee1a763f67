//! What a status answer makes of a job, be it fresh or found in the inbox.

use fusionbrain::{ApiError, FailReason, Outcome, StatusAnswer, TaskId};

use super::{Action, Failure, Found, Job, KEEP, KEEP_STRICT, Phase, PictureFacts, Step, Trouble, Watch};
use crate::{Ms, schedule};

/// After so many 404 in a row a task is believed to be gone. One 404 can be passing.
const MISSING_BELIEVED: u32 = 3;

impl Watch {
    /// A watch of which nothing is known but its task.
    pub(crate) fn begun(task: TaskId, now: Ms) -> Self {
        Self {
            task,
            accepted: now,
            expected: 0,
            next: now,
            patient_until: now + schedule::STILL_WAITING,
            trouble: None,
            faults: 0,
            missing: 0,
            broken_off: false,
        }
    }
}

impl Job {
    pub(super) fn woken(&mut self, phase: Phase, found: Option<Found>, now: Ms) -> Step {
        self.forget_flights();
        match (phase, found) {
            // It answers for another run of this job, which was paid for as well.
            (phase, Some(found)) if phase.task().is_some_and(|task| *task != found.task) => {
                let (phase, mut actions) = self.woken(phase, None, now);
                actions.push(Action::Adopt { task: found.task, status_time: None });
                (phase, actions)
            }
            (phase, Some(found)) => {
                let (phase, actions) = woken(phase, found, now);
                // What is still to be judged, or already is, says so by what it writes.
                self.letter = matches!(actions.first(), Some(Action::Keep { .. }));
                (phase, actions)
            }
            // It may have been sent, and the answer is lost.
            (Phase::Sending { .. }, None) => {
                (Phase::Unknown { error: ApiError::Unreachable }, vec![KEEP_STRICT])
            }
            // The run was never sent; what could not be written then may be now.
            (Phase::Unkept { .. }, None) if self.maybe_spent => {
                (Phase::Unknown { error: ApiError::Unreachable }, vec![KEEP])
            }
            (Phase::Unkept { .. }, None) => (Phase::Waiting, vec![]),
            (phase @ (Phase::Refused { next, .. } | Phase::Held { next, .. }), None) => {
                (phase, vec![Action::WakeAt(next)])
            }
            (Phase::Accepted(watch), None) => {
                let wake = Action::WakeAt(watch.next);
                (Phase::Accepted(watch), vec![wake])
            }
            // A poll was on its way and its answer came to nobody.
            (Phase::Polling(mut watch), None) => {
                watch.broken_off = true;
                self.poll(watch)
            }
            // It was in the memory of a tab that is gone. A relay that keeps answers until they are acknowledged says it again.
            (Phase::Received { task } | Phase::Unsaved { facts: PictureFacts { task, .. }, .. }, None) => {
                let mut watch = Watch::begun(task, now);
                watch.broken_off = true;
                self.poll(watch)
            }
            // The keys may have been mended since; one poll tells.
            (Phase::Paused(watch), None) => self.poll(watch),
            (phase, None) => (phase, vec![]),
        }
    }

    pub(super) fn poll_answered(
        &mut self,
        phase: Phase,
        answer: Result<StatusAnswer, ApiError>,
        now: Ms,
    ) -> Step {
        let came = !matches!(answer, Err(ApiError::Unreachable));
        match (phase, answer) {
            (Phase::Polling(watch), answer) if self.after.is_none() => {
                let took = now.saturating_sub(self.asked);
                let (phase, actions) = polled(watch, answer, now, took);
                self.letter = came && !matches!(phase, Phase::Received { .. });
                (phase, actions)
            }
            // The poll that was on its way when the person stopped, or when the task was believed to be gone, brought the
            // picture: it is paid for, keep it.
            (
                Phase::Stopped { task: Some(task), .. }
                | Phase::Accepted(Watch { task, .. })
                | Phase::Polling(Watch { task, .. })
                | Phase::Paused(Watch { task, .. }),
                Ok(StatusAnswer::Done(outcome)),
            ) if is_picture(&outcome) => {
                self.after = None;
                (Phase::Received { task }, vec![Action::File(outcome)])
            }
            // Its job is over: the letter is of no use.
            (phase, _) if phase.is_final() && came => (phase, vec![Action::DropLetter]),
            (phase, _) => (phase, vec![]),
        }
    }
}

/// Whether there is a picture to be filed.
fn is_picture(outcome: &Outcome) -> bool {
    !outcome.censored && !outcome.files.is_empty()
}

/// The mark is written first; [`Action::Poll`] follows when it is.
pub(super) fn poll(watch: Watch) -> Step {
    (Phase::Polling(watch), vec![KEEP_STRICT])
}

/// Judges an answer to the poll of a watched task, which took so long to come.
fn polled(mut watch: Watch, answer: Result<StatusAnswer, ApiError>, now: Ms, took: Ms) -> Step {
    let fail = |failure| (Phase::Failed(failure), vec![KEEP_STRICT]);
    match answer {
        Ok(StatusAnswer::Pending { .. }) => {
            watch.trouble = None;
            watch.faults = 0;
            watch.missing = 0;
            let gap = schedule::next_gap(now.saturating_sub(watch.accepted), took);
            wait(watch, now, gap)
        }
        // The row goes on saying `polling` until the picture is stored: the letter is what counts meanwhile.
        Ok(StatusAnswer::Done(outcome)) if is_picture(&outcome) => {
            (Phase::Received { task: watch.task }, vec![Action::File(outcome)])
        }
        Ok(StatusAnswer::Done(outcome)) if outcome.censored => fail(Failure::Censored),
        Ok(StatusAnswer::Done(_)) => fail(Failure::NoFiles),
        Ok(StatusAnswer::Failed { reason }) => fail(match reason {
            FailReason::QuotaReached { text } => Failure::QuotaReached { text },
            FailReason::Said { text } => Failure::Said { text },
            FailReason::Silent => Failure::Silent,
        }),
        Ok(StatusAnswer::Cancelled { text }) => fail(Failure::Cancelled { text }),
        Err(ApiError::TaskNotFound { .. }) if watch.missing + 1 >= MISSING_BELIEVED => {
            fail(Failure::TaskGone { delivered: watch.broken_off })
        }
        Err(error) => troubled(watch, error, now),
    }
}

fn troubled(mut watch: Watch, error: ApiError, now: Ms) -> Step {
    let unauthorized = matches!(error, ApiError::Unauthorized { .. });
    let missing = matches!(error, ApiError::TaskNotFound { .. });
    watch.missing = if missing { watch.missing + 1 } else { 0 };
    watch.faults = watch.faults.saturating_add(1);
    watch.broken_off |= matches!(error, ApiError::CutBody { .. });
    let pause =
        if missing { schedule::POLL_GAP } else { schedule::backoff(watch.faults, error.retry_after()) };
    watch.trouble = Some(Trouble { error, at: now });
    if unauthorized { (Phase::Paused(watch), vec![KEEP]) } else { wait(watch, now, pause) }
}

fn wait(mut watch: Watch, now: Ms, pause: Ms) -> Step {
    watch.next = now + pause;
    let wake = Action::WakeAt(watch.next);
    (Phase::Accepted(watch), vec![KEEP, wake])
}

/// A job that was read from storage has a letter: it is judged before anything else is done.
fn woken(phase: Phase, Found { task, answer }: Found, now: Ms) -> Step {
    let file = |task, outcome| (Phase::Received { task }, vec![Action::File(outcome)]);
    match (phase, answer) {
        // Judged already, and found to be none.
        (phase @ Phase::Failed(Failure::Picture(_)), _) => (phase, vec![Action::DropLetter]),
        // Whatever we believed meanwhile: here is the picture.
        (
            Phase::Stopped { .. } | Phase::Failed(_) | Phase::Unsaved { .. },
            Ok(StatusAnswer::Done(outcome)),
        ) if is_picture(&outcome) => file(task, outcome),
        (phase, _) if phase.is_final() => (phase, vec![Action::DropLetter]),
        (Phase::Accepted(watch) | Phase::Polling(watch) | Phase::Paused(watch), answer) => {
            polled(watch, answer, now, 0)
        }
        // The letter knows of a task that the row does not: it could not be written.
        (_, answer) => polled(Watch::begun(task, now), answer, now, 0),
    }
}
