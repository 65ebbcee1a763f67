//! Which waiting jobs go next, as pure functions.
//!
//! A batch is not burnt: whatever says that the service takes no runs now, or that there is nothing to pay with, or
//! nowhere to put a picture, keeps the jobs behind it waiting. Nothing is thrown away by it.

pub mod order;

use fusionbrain::ApiError;

use crate::{Failure, Job, Ms, Phase, StorageFault};

/// How many jobs are with the service at once.
///
/// Each polls every three seconds, so three of them ask once a second, about what one impatient client does, and a
/// free key's rate limiter lets that pass. The service draws one after the other anyway: more at once would only wait
/// there instead of here, where they can still be stopped for nothing, and each result must be fetched within
/// 290 seconds.
pub const AT_ONCE: usize = 3;

/// Why no waiting job is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// A person said so.
    Person,
    /// The month's quota is used up: every further run would end the same way.
    Quota,
    /// A picture or a job could not be stored: nobody pays for more before there is room.
    Storage,
}

impl Pause {
    const ALL: [Self; 3] = [Self::Person, Self::Quota, Self::Storage];

    /// A short name for programs and for storage: kebab-case, stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Quota => "quota",
            Self::Storage => "storage",
        }
    }

    /// Reads a [`Self::name`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pause| pause.name() == name)
    }

    /// What a job's new phase says about all others.
    #[must_use]
    pub fn for_phase(phase: &Phase) -> Option<Self> {
        match phase {
            Phase::Failed(Failure::QuotaReached { .. }) => Some(Self::Quota),
            // Where nothing is ever stored there is nothing to wait for.
            Phase::Unsaved { fault: StorageFault::Missing, .. } => None,
            Phase::Unsaved { .. } | Phase::Unkept { .. } => Some(Self::Storage),
            _ => None,
        }
    }
}

/// A job as the queue sees it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The job's id.
    pub id: &'a str,
    /// The job.
    pub job: &'a Job,
    /// Whether it is this tab's to move.
    pub ours: bool,
    /// Whether its service can be asked at all.
    pub connected: bool,
}

/// What to do with which job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Its turn has come.
    Start(String),
    /// Another one already tries whether the service takes runs again: it waits behind that one.
    StandBack(String),
}

/// A job of another tab that should have moved so long ago has been left alone: nobody waits for it.
const LEFT_ALONE: Ms = 2 * 60_000;

/// What is to be done now; nothing when all is as it should be.
///
/// Each tab moves its own jobs and counts those of all tabs. Two tabs that start at the same moment may be one job too
/// many for a while, which harms nobody.
#[must_use]
pub fn turn(all: &[Place<'_>], pause: Option<Pause>, now: Ms) -> Option<Turn> {
    let alive = |p: &&Place<'_>| p.ours || due(&p.job.phase).is_none_or(|due| now <= due + LEFT_ALONE);
    let counted: Vec<&Place<'_>> = all.iter().filter(alive).collect();
    let scouts = || counted.iter().filter(|p| is_turned_away(&p.job.phase));
    if pause.is_some() {
        // One that tries again by itself would be sent, and paid for, while all others are held back.
        return scouts().find(|p| p.ours).map(|p| Turn::StandBack(p.id.to_owned()));
    }
    let before = |a: &Place<'_>, b: &Place<'_>| (a.job.order, a.id) < (b.job.order, b.id);
    // One job at a service tries whether it takes runs again: the one whose turn is first.
    let second = scouts().find(|p| p.ours && scouts().any(|o| o.job.place == p.job.place && before(o, p)));
    if let Some(second) = second {
        return Some(Turn::StandBack(second.id.to_owned()));
    }
    if counted.iter().filter(|p| is_busy(&p.job.phase)).count() >= AT_ONCE {
        return None;
    }
    let mut first: Option<&Place<'_>> = None;
    for p in all.iter().filter(|p| p.ours && p.connected && matches!(p.job.phase, Phase::Waiting)) {
        let behind = scouts().any(|scout| scout.job.place == p.job.place);
        if !behind && first.is_none_or(|first| before(p, first)) {
            first = Some(p);
        }
    }
    first.map(|p| Turn::Start(p.id.to_owned()))
}

/// The place before all waiting jobs.
#[must_use]
pub fn front<'a>(waiting: impl Iterator<Item = &'a Job>) -> u64 {
    waiting
        .filter(|job| matches!(job.phase, Phase::Waiting))
        .map(|job| job.order)
        .min()
        .unwrap_or_default()
        .saturating_sub(order::STEP)
}

/// Whether "retry all" runs it once more: not what would end the same way again, and spend quota for it.
#[must_use]
pub fn is_worth_another_run(failure: &Failure) -> bool {
    !matches!(failure, Failure::Censored | Failure::Api(ApiError::BadRequest { .. }))
}

/// In how many milliseconds each of so many waiting jobs will be done, the first one first.
///
/// `busy` are those with the service, each with the time it still needs; `each` is what a picture usually takes. A guess:
/// it is right as long as the service draws [`AT_ONCE`] at a time.
#[must_use]
pub fn forecast(busy: &[Ms], waiting: usize, each: Ms) -> Vec<Ms> {
    let mut seats: Vec<Ms> =
        busy.iter().copied().chain(std::iter::repeat(0)).take(busy.len().max(AT_ONCE)).collect();
    let mut done = Vec::with_capacity(waiting);
    for _ in 0..waiting {
        let Some(first) = seats.iter_mut().min() else { break };
        *first += each;
        done.push(*first);
    }
    done
}

/// With the service, or on the way there.
fn is_busy(phase: &Phase) -> bool {
    matches!(phase, Phase::Sending { .. } | Phase::Accepted(_) | Phase::Polling(_))
}

fn is_turned_away(phase: &Phase) -> bool {
    matches!(phase, Phase::Refused { .. } | Phase::Held { .. })
}

/// When a job must have moved, if it is driven by anybody.
fn due(phase: &Phase) -> Option<Ms> {
    match phase {
        Phase::Refused { next, .. } | Phase::Held { next, .. } => Some(*next),
        Phase::Sending { since } => Some(since + crate::schedule::RUN_PATIENCE),
        Phase::Accepted(watch) | Phase::Polling(watch) => Some(watch.next),
        _ => None,
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
