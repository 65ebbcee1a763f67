//! What becomes of a run that was sent.

use fusionbrain::{ApiError, Availability, RunAnswer, ServiceWord};

use super::{Action, Event, Failure, Job, KEEP, KEEP_STRICT, Phase, Step, accepted};
use crate::{Ms, schedule};

/// A refused run is tried again without the availability's blessing after this long: availability is sometimes wrong,
/// and a refusal costs nothing.
pub(super) const REFUSAL_DOUBTED: Ms = 5 * 60_000;

impl Job {
    pub(super) fn run_answered(
        &mut self,
        phase: Phase,
        answer: Result<RunAnswer, ApiError>,
        now: Ms,
    ) -> Step {
        match (phase, answer) {
            // A late answer is still an answer, whatever we had told the person meanwhile.
            (
                Phase::Waiting
                | Phase::Unkept { .. }
                | Phase::Sending { .. }
                | Phase::Unknown { .. }
                | Phase::Held { .. }
                | Phase::Refused { .. }
                | Phase::Failed(_),
                Ok(RunAnswer::Accepted { task, status_time, .. }),
            ) => {
                // Where "send again" was pressed and is not yet written down, its run is not needed any more.
                self.after = None;
                accepted(task, status_time, self.learned, now)
            }
            (Phase::Stopped { task: None, .. }, Ok(RunAnswer::Accepted { task, .. })) => {
                (Phase::Stopped { task: Some(task), spent: true }, vec![KEEP_STRICT])
            }
            (phase, Ok(RunAnswer::Accepted { task, status_time, .. })) => {
                if phase.task() == Some(&task) {
                    return (phase, vec![]);
                }
                (phase, vec![Action::Adopt { task, status_time }])
            }
            // Not sent yet: this is the answer to an earlier run.
            (phase @ Phase::Sending { .. }, _) if self.after.is_some() => (phase, vec![]),
            (Phase::Sending { .. }, Ok(RunAnswer::Refused { word })) => {
                self.turned_away += 1;
                refused(word, now, self.turned_away, now)
            }
            (Phase::Sending { .. }, Err(error)) => {
                self.turned_away += 1;
                run_failed(error, self.turned_away, now)
            }
            (phase, _) => (phase, vec![]),
        }
    }

    pub(super) fn sending_tick(&mut self, since: Ms, now: Ms) -> Step {
        if self.after.is_some() {
            // Not sent yet: the wait for an answer has not begun.
            (Phase::Sending { since }, vec![])
        } else if now >= since + schedule::RUN_PATIENCE {
            (Phase::Unknown { error: ApiError::Unreachable }, vec![KEEP_STRICT])
        } else {
            (Phase::Sending { since }, vec![Action::WakeAt(since + schedule::RUN_PATIENCE)])
        }
    }

    /// While the service takes no runs.
    pub(super) fn turned_away_on(&mut self, phase: Phase, event: Event, now: Ms) -> Step {
        match (phase, event) {
            (Phase::Refused { word, since, probes, next }, Event::Tick) if now >= next => {
                let probe = Action::Probe(self.request.pipeline.clone());
                let (phase, mut actions) = refused(word, since, probes + 1, now);
                actions.insert(0, probe);
                (phase, actions)
            }
            (Phase::Refused { word, since, probes, next }, Event::Probed(answer)) => match answer {
                Ok(availability) if availability.word.is_active() => self.send(now),
                _ if now >= since + REFUSAL_DOUBTED => self.send(now),
                Ok(Availability { word }) => (Phase::Refused { word, since, probes, next }, vec![]),
                Err(_) => (Phase::Refused { word, since, probes, next }, vec![]),
            },
            (Phase::Refused { word, since, probes, .. }, Event::Resume) => {
                (Phase::Refused { word, since, probes, next: now }, vec![Action::WakeAt(now)])
            }
            (Phase::Held { next, .. }, Event::Tick) if now >= next => self.send(now),
            (phase @ (Phase::Refused { next, .. } | Phase::Held { next, .. }), Event::Tick) => {
                (phase, vec![Action::WakeAt(next)])
            }
            (_, Event::StandBack) => (Phase::Waiting, vec![KEEP]),
            (phase, Event::Stop) => self.stop(phase),
            (phase, _) => (phase, vec![]),
        }
    }
}

fn refused(word: ServiceWord, since: Ms, probes: u32, now: Ms) -> Step {
    let next = now + schedule::probe_gap(probes.saturating_add(1));
    (Phase::Refused { word, since, probes, next }, vec![KEEP, Action::WakeAt(next)])
}

/// A run was answered with an error: was a task started?
fn run_failed(error: ApiError, turned_away: u32, now: Ms) -> Step {
    match &error {
        // The service, or the front before it, turned the request away.
        ApiError::Refused { status: 429, retry_after, .. } => {
            let next = now + schedule::backoff(turned_away.saturating_add(1), *retry_after);
            (Phase::Held { error, next }, vec![KEEP, Action::WakeAt(next)])
        }
        ApiError::PipelineNotFound { .. } => {
            (Phase::Failed(Failure::Api(error)), vec![KEEP_STRICT, Action::RefetchPipelines])
        }
        ApiError::Unauthorized { .. }
        | ApiError::Refused { .. }
        | ApiError::BadRequest { .. }
        | ApiError::NotFound { .. }
        | ApiError::TaskNotFound { .. }
        | ApiError::UnsupportedMediaType { .. } => (Phase::Failed(Failure::Api(error)), vec![KEEP_STRICT]),
        ApiError::Html { status, .. } | ApiError::Empty { status, .. } if (400..500).contains(status) => {
            (Phase::Failed(Failure::Api(error)), vec![KEEP_STRICT])
        }
        // Bytes were sent, and nobody can say what became of them.
        ApiError::Unreachable
        | ApiError::Html { .. }
        | ApiError::Empty { .. }
        | ApiError::Server { .. }
        | ApiError::CutBody { .. }
        | ApiError::Unreadable { .. } => (Phase::Unknown { error }, vec![KEEP_STRICT]),
    }
}
