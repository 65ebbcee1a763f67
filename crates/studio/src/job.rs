//! The life of one run, sans-I/O: `(job, event, now) -> (job, actions)`.
//!
//! What the life cycle guards:
//! - **A run spends quota**: [`Action::Run`] is only ever given for a start, for a person's "send again", or after the
//!   service said in so many words that no task was started. Any other broken answer ends in [`Phase::Unknown`].
//! - **A final answer can be read once**: a task has one poll on its way at most, and polls are spaced by [`schedule`].
//! - **Nothing is thrown away by impatience**: passing failures only slow the polling down; a person may stop waiting.

use fusionbrain::{
    ApiError, Availability, FailReason, Outcome, PictureError, PictureKind, PipelineId, RunAnswer,
    RunRequest, ServiceWord, StatusAnswer, TaskId,
};

use crate::{Ms, schedule};

/// After so many 404 in a row a task is believed to be gone. One 404 can be passing.
const MISSING_BELIEVED: u32 = 3;

/// A refused run is tried again without the availability's blessing after this long: availability is sometimes wrong,
/// and a refusal costs nothing.
const REFUSAL_DOUBTED: Ms = 5 * 60_000;

/// One run: what was asked, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Exactly what is sent.
    pub request: RunRequest,
    /// When the person asked for it.
    pub created: Ms,
    /// Where it stands.
    pub phase: Phase,
    /// The median of our last generations in seconds, as known when the job was made.
    pub learned: Option<f64>,
    /// How often in a row the run was turned away without a task: each time we wait longer before the next.
    turned_away: u32,
    /// Runs on their way without an answer. More than one after "send again" while the first is still out.
    in_flight: u32,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Made, not sent.
    Drafted,
    /// The run is on its way.
    Sending {
        /// Since when.
        since: Ms,
    },
    /// The service takes no runs now; no task was started. The job looks again at `next` and goes on by itself.
    Refused {
        /// The service's word for it.
        word: ServiceWord,
        /// Since when it has been refused.
        since: Ms,
        /// How often availability was asked since.
        probes: u32,
        /// When to look again.
        next: Ms,
    },
    /// The run was turned away by a rate limit; no task was started. It is sent again at `next`.
    Held {
        /// The answer.
        error: ApiError,
        /// When it is sent again.
        next: Ms,
    },
    /// The run was sent and its answer is not known: it may have spent quota. Only a person sends it again.
    Unknown {
        /// What came instead of an answer.
        error: ApiError,
    },
    /// The service works on it; waiting for the next poll.
    Accepted(Watch),
    /// A poll is on its way: the next answer may be the one and only delivery.
    Polling(Watch),
    /// The key was refused while polling; waits for [`Event::Resume`].
    Paused(Watch),
    /// The final answer is here, the picture is being looked at.
    Received {
        /// The task it belongs to.
        task: TaskId,
    },
    /// There is a picture. Final.
    Done(PictureFacts),
    /// There will be none. Final.
    Failed(Failure),
    /// The person stopped waiting. Final; nothing cancels a task upstream.
    Stopped {
        /// The task that still runs upstream, if one was started.
        task: Option<TaskId>,
        /// Whether quota is spent, or may be.
        spent: bool,
    },
}

/// A started task and how its polling goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// The service's identifier.
    pub task: TaskId,
    /// When the run was accepted.
    pub accepted: Ms,
    /// When the picture is expected, counted from `accepted`.
    pub expected: Ms,
    /// When to poll next.
    pub next: Ms,
    /// When the person is told that it takes unusually long.
    pub patient_until: Ms,
    /// The latest failed poll, until one succeeds.
    pub trouble: Option<Trouble>,
    /// Failed polls in a row.
    faults: u32,
    /// 404 answers in a row.
    missing: u32,
    /// A poll's answer broke off after it had begun: a later 404 then means "delivered but not received".
    broken_off: bool,
}

/// A failure that passes: the job goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// What the last poll met.
    pub error: ApiError,
    /// When that was.
    pub at: Ms,
}

/// What is known of a finished picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureFacts {
    /// The task it came from.
    pub task: TaskId,
    /// The type told from the first bytes; `None` for a picture the service only gave an address of.
    pub kind: Option<PictureKind>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The service's own figure, seconds.
    pub generation_time: Option<f64>,
    /// When it was received.
    pub received: Ms,
}

/// Why there will be no picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The run was answered with an error that says no task was started.
    Api(ApiError),
    /// FAIL with the service's words.
    Said {
        /// The words.
        text: String,
    },
    /// FAIL without a word.
    Silent,
    /// CANCEL.
    Cancelled {
        /// The words, if any.
        text: Option<String>,
    },
    /// The month's quota is used up.
    QuotaReached {
        /// The words.
        text: String,
    },
    /// Moderation. The placeholder that came along is no picture.
    Censored,
    /// DONE, but with no file.
    NoFiles,
    /// DONE with a file that is no picture.
    Picture(PictureError),
    /// The service knows the task no more.
    TaskGone {
        /// An answer broke off earlier: the picture was most likely handed out and lost on the way.
        delivered: bool,
    },
}

impl Failure {
    /// A short name for programs: kebab-case, stable.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Api(error) => error.name(),
            Self::Said { .. } | Self::Silent => "failed",
            Self::Cancelled { .. } => "cancelled",
            Self::QuotaReached { .. } => "quota-reached",
            Self::Censored => "censored",
            Self::NoFiles | Self::Picture(PictureError::Empty) => "no-files",
            Self::Picture(PictureError::BadBase64) => "bad-base64",
            Self::Picture(PictureError::NotAPicture { .. }) => "not-a-picture",
            Self::TaskGone { .. } => "task-gone",
        }
    }
}

/// What happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Send it.
    Start,
    /// The run's answer.
    RunAnswered(Result<RunAnswer, ApiError>),
    /// A poll's answer.
    PollAnswered(Result<StatusAnswer, ApiError>),
    /// What availability says.
    Probed(Result<Availability, ApiError>),
    /// The delivered file was looked at.
    Looked(Result<PictureFacts, PictureError>),
    /// Time has passed: the wake-up that [`Action::WakeAt`] asked for, or any other moment.
    Tick,
    /// The network is back, or the connection was changed: try at once what had failed.
    Resume,
    /// The person stops waiting.
    Stop,
    /// The person goes on waiting after being told that it takes long.
    Keep,
    /// The person sends a run again whose outcome is unknown.
    SendAgain,
}

/// What the outside shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Send the run. It spends quota.
    Run(RunRequest),
    /// Ask for the task's status. The answer may be the only delivery.
    Poll(TaskId),
    /// Ask whether the pipeline takes runs.
    Probe(PipelineId),
    /// Look at the delivered files and answer with [`Event::Looked`].
    Look(Outcome),
    /// A second run of this job was accepted as well: wait for its task in a job of its own ([`Job::adopted`]).
    Adopt {
        /// The second task.
        task: TaskId,
        /// When its first poll makes sense, in seconds.
        status_time: Option<f64>,
    },
    /// The pipeline is unknown to the service: ask for the list again.
    RefetchPipelines,
    /// Send [`Event::Tick`] at this time.
    WakeAt(Ms),
}

impl Job {
    /// A job that is not sent yet. `learned` is the median of the last generation times in seconds.
    #[must_use]
    pub fn new(request: RunRequest, learned: Option<f64>, now: Ms) -> Self {
        Self { request, created: now, phase: Phase::Drafted, learned, turned_away: 0, in_flight: 0 }
    }

    /// A job for a task that another job's second run has started: it is paid for, so it is waited for.
    #[must_use]
    pub fn adopted(
        request: RunRequest,
        task: TaskId,
        status_time: Option<f64>,
        learned: Option<f64>,
        now: Ms,
    ) -> (Self, Vec<Action>) {
        let mut job = Self::new(request, learned, now);
        let (phase, actions) = accepted(task, status_time, learned, now);
        job.phase = phase;
        (job, actions)
    }

    /// Whether nothing more will happen by itself or by waiting.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self.phase, Phase::Done(_) | Phase::Failed(_) | Phase::Stopped { .. })
    }

    /// The task, once the service has named one.
    #[must_use]
    pub fn task(&self) -> Option<&TaskId> {
        match &self.phase {
            Phase::Accepted(w) | Phase::Polling(w) | Phase::Paused(w) => Some(&w.task),
            Phase::Received { task } => Some(task),
            Phase::Done(facts) => Some(&facts.task),
            Phase::Stopped { task, .. } => task.as_ref(),
            _ => None,
        }
    }

    /// The task being waited for, with how its polling goes.
    #[must_use]
    pub fn watch(&self) -> Option<&Watch> {
        match &self.phase {
            Phase::Accepted(w) | Phase::Polling(w) | Phase::Paused(w) => Some(w),
            _ => None,
        }
    }

    /// Whether the person should be asked "still waiting: keep or stop".
    #[must_use]
    pub fn takes_long(&self, now: Ms) -> bool {
        self.watch().is_some_and(|w| now >= w.patient_until)
    }

    /// Moves the job by one event.
    #[must_use]
    pub fn on(mut self, event: Event, now: Ms) -> (Self, Vec<Action>) {
        if matches!(event, Event::RunAnswered(_)) {
            self.in_flight = self.in_flight.saturating_sub(1);
            // Another run is still out: only a task is news, the last answer decides about the rest.
            if self.in_flight > 0 && !matches!(event, Event::RunAnswered(Ok(RunAnswer::Accepted { .. }))) {
                return (self, vec![]);
            }
        }
        let (phase, actions) = match (self.phase, event) {
            (Phase::Drafted, Event::Start) | (Phase::Unknown { .. }, Event::SendAgain) => {
                send(&self.request, now)
            }

            // A late answer is still an answer, whatever we had told the person meanwhile.
            (
                Phase::Sending { .. }
                | Phase::Unknown { .. }
                | Phase::Held { .. }
                | Phase::Refused { .. }
                | Phase::Failed(_),
                Event::RunAnswered(Ok(RunAnswer::Accepted { task, status_time, .. })),
            ) => accepted(task, status_time, self.learned, now),
            (Phase::Stopped { task: None, .. }, Event::RunAnswered(Ok(RunAnswer::Accepted { task, .. }))) => {
                (Phase::Stopped { task: Some(task), spent: true }, vec![])
            }
            (phase, Event::RunAnswered(Ok(RunAnswer::Accepted { task, status_time, .. }))) => {
                (phase, vec![Action::Adopt { task, status_time }])
            }
            (Phase::Sending { .. }, Event::RunAnswered(Ok(RunAnswer::Refused { word }))) => {
                self.turned_away += 1;
                refused(word, now, self.turned_away, now)
            }
            (Phase::Sending { .. }, Event::RunAnswered(Err(error))) => {
                self.turned_away += 1;
                run_failed(error, self.turned_away, now)
            }
            (Phase::Sending { since }, Event::Tick) if now >= since + schedule::RUN_PATIENCE => {
                (Phase::Unknown { error: ApiError::Unreachable }, vec![])
            }
            (Phase::Sending { since }, Event::Tick) => {
                (Phase::Sending { since }, vec![Action::WakeAt(since + schedule::RUN_PATIENCE)])
            }

            (Phase::Refused { word, since, probes, next }, Event::Tick) if now >= next => {
                let probe = Action::Probe(self.request.pipeline.clone());
                let (phase, mut actions) = refused(word, since, probes + 1, now);
                actions.insert(0, probe);
                (phase, actions)
            }
            (Phase::Refused { word, since, probes, next }, Event::Probed(answer)) => match answer {
                Ok(availability) if availability.word.is_active() => send(&self.request, now),
                _ if now >= since + REFUSAL_DOUBTED => send(&self.request, now),
                Ok(Availability { word }) => (Phase::Refused { word, since, probes, next }, vec![]),
                Err(_) => (Phase::Refused { word, since, probes, next }, vec![]),
            },
            (Phase::Refused { word, since, probes, .. }, Event::Resume) => {
                (Phase::Refused { word, since, probes, next: now }, vec![Action::WakeAt(now)])
            }
            (Phase::Refused { word, since, probes, next }, Event::Tick) => {
                (Phase::Refused { word, since, probes, next }, vec![Action::WakeAt(next)])
            }

            (Phase::Held { next, .. }, Event::Tick) if now >= next => send(&self.request, now),
            (Phase::Held { error, next }, Event::Tick) => {
                (Phase::Held { error, next }, vec![Action::WakeAt(next)])
            }

            (Phase::Accepted(watch), Event::Tick) if now >= watch.next => poll(watch),
            (Phase::Accepted(watch), Event::Tick) => {
                let wake = Action::WakeAt(watch.next);
                (Phase::Accepted(watch), vec![wake])
            }
            // Only what failed is hurried: a healthy wait keeps its distance to the rate limiter.
            (Phase::Accepted(mut watch), Event::Resume) if watch.trouble.is_some() => {
                watch.faults = 0;
                poll(watch)
            }
            (Phase::Paused(watch), Event::Resume) => poll(watch),
            (Phase::Polling(watch), Event::PollAnswered(answer)) => polled(watch, answer, now),
            // The poll that was on its way when the person stopped brought the picture: it is paid for, keep it.
            (
                Phase::Stopped { task: Some(task), .. },
                Event::PollAnswered(Ok(StatusAnswer::Done(outcome))),
            ) if !outcome.censored && !outcome.files.is_empty() => {
                (Phase::Received { task }, vec![Action::Look(outcome)])
            }

            (Phase::Received { .. }, Event::Looked(Ok(facts))) => (Phase::Done(facts), vec![]),
            (Phase::Received { .. }, Event::Looked(Err(error))) => {
                (Phase::Failed(Failure::Picture(error)), vec![])
            }

            (Phase::Accepted(mut watch), Event::Keep) => {
                watch.patient_until = now + schedule::STILL_WAITING;
                (Phase::Accepted(watch), vec![])
            }
            (Phase::Polling(mut watch), Event::Keep) => {
                watch.patient_until = now + schedule::STILL_WAITING;
                (Phase::Polling(watch), vec![])
            }
            (phase, Event::Stop) => (stopped(phase), vec![]),

            // Whatever else arrives late or twice changes nothing.
            (phase, _) => (phase, vec![]),
        };
        self.phase = phase;
        self.in_flight += u32::from(actions.iter().any(|action| matches!(action, Action::Run(_))));
        (self, actions)
    }
}

fn send(request: &RunRequest, now: Ms) -> (Phase, Vec<Action>) {
    let wake = Action::WakeAt(now + schedule::RUN_PATIENCE);
    (Phase::Sending { since: now }, vec![Action::Run(request.clone()), wake])
}

fn accepted(task: TaskId, status_time: Option<f64>, learned: Option<f64>, now: Ms) -> (Phase, Vec<Action>) {
    let first = schedule::first_poll(status_time, learned);
    let expected = learned.and_then(schedule::seconds).unwrap_or(first).max(first);
    let next = now + first;
    let watch = Watch {
        task,
        accepted: now,
        expected,
        next,
        patient_until: now + schedule::STILL_WAITING,
        trouble: None,
        faults: 0,
        missing: 0,
        broken_off: false,
    };
    (Phase::Accepted(watch), vec![Action::WakeAt(next)])
}

fn refused(word: ServiceWord, since: Ms, probes: u32, now: Ms) -> (Phase, Vec<Action>) {
    let next = now + schedule::probe_gap(probes + 1);
    (Phase::Refused { word, since, probes, next }, vec![Action::WakeAt(next)])
}

/// A run was answered with an error: was a task started?
fn run_failed(error: ApiError, turned_away: u32, now: Ms) -> (Phase, Vec<Action>) {
    match &error {
        // The service, or the front before it, turned the request away.
        ApiError::Refused { status: 429, retry_after, .. } => {
            let next = now + schedule::backoff(turned_away.saturating_add(1), *retry_after);
            (Phase::Held { error, next }, vec![Action::WakeAt(next)])
        }
        ApiError::PipelineNotFound { .. } => {
            (Phase::Failed(Failure::Api(error)), vec![Action::RefetchPipelines])
        }
        ApiError::Unauthorized { .. }
        | ApiError::Refused { .. }
        | ApiError::BadRequest { .. }
        | ApiError::NotFound { .. }
        | ApiError::TaskNotFound { .. }
        | ApiError::UnsupportedMediaType { .. } => (Phase::Failed(Failure::Api(error)), vec![]),
        ApiError::Html { status, .. } | ApiError::Empty { status, .. } if (400..500).contains(status) => {
            (Phase::Failed(Failure::Api(error)), vec![])
        }
        // Bytes were sent, and nobody can say what became of them.
        ApiError::Unreachable
        | ApiError::Html { .. }
        | ApiError::Empty { .. }
        | ApiError::Server { .. }
        | ApiError::CutBody { .. }
        | ApiError::Unreadable { .. } => (Phase::Unknown { error }, vec![]),
    }
}

fn poll(watch: Watch) -> (Phase, Vec<Action>) {
    let action = Action::Poll(watch.task.clone());
    (Phase::Polling(watch), vec![action])
}

fn polled(mut watch: Watch, answer: Result<StatusAnswer, ApiError>, now: Ms) -> (Phase, Vec<Action>) {
    let fail = |failure| (Phase::Failed(failure), vec![]);
    match answer {
        Ok(StatusAnswer::Pending { .. }) => {
            watch.trouble = None;
            watch.faults = 0;
            watch.missing = 0;
            wait(watch, now, None)
        }
        Ok(StatusAnswer::Done(outcome)) if outcome.censored => fail(Failure::Censored),
        Ok(StatusAnswer::Done(outcome)) if outcome.files.is_empty() => fail(Failure::NoFiles),
        Ok(StatusAnswer::Done(outcome)) => {
            (Phase::Received { task: watch.task }, vec![Action::Look(outcome)])
        }
        Ok(StatusAnswer::Failed { reason }) => fail(match reason {
            FailReason::QuotaReached { text } => Failure::QuotaReached { text },
            FailReason::Said { text } => Failure::Said { text },
            FailReason::Silent => Failure::Silent,
        }),
        Ok(StatusAnswer::Cancelled { text }) => fail(Failure::Cancelled { text }),
        Err(ApiError::TaskNotFound { .. }) if watch.missing + 1 >= MISSING_BELIEVED => {
            fail(Failure::TaskGone { delivered: watch.broken_off })
        }
        Err(error) => {
            let unauthorized = matches!(error, ApiError::Unauthorized { .. });
            let missing = matches!(error, ApiError::TaskNotFound { .. });
            watch.missing = if missing { watch.missing + 1 } else { 0 };
            watch.faults += 1;
            watch.broken_off |= matches!(error, ApiError::CutBody { .. });
            let pause = if missing {
                schedule::POLL_GAP
            } else {
                schedule::backoff(watch.faults, error.retry_after())
            };
            watch.trouble = Some(Trouble { error, at: now });
            if unauthorized { (Phase::Paused(watch), vec![]) } else { wait(watch, now, Some(pause)) }
        }
    }
}

fn wait(mut watch: Watch, now: Ms, pause: Option<Ms>) -> (Phase, Vec<Action>) {
    watch.next = now + pause.unwrap_or_else(|| schedule::next_gap(now.saturating_sub(watch.accepted)));
    let wake = Action::WakeAt(watch.next);
    (Phase::Accepted(watch), vec![wake])
}

fn stopped(phase: Phase) -> Phase {
    match phase {
        Phase::Done(_) | Phase::Failed(_) | Phase::Stopped { .. } | Phase::Received { .. } => phase,
        Phase::Drafted | Phase::Refused { .. } | Phase::Held { .. } => {
            Phase::Stopped { task: None, spent: false }
        }
        Phase::Sending { .. } | Phase::Unknown { .. } => Phase::Stopped { task: None, spent: true },
        Phase::Accepted(watch) | Phase::Polling(watch) | Phase::Paused(watch) => {
            Phase::Stopped { task: Some(watch.task), spent: true }
        }
    }
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
