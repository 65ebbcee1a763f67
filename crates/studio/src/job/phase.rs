//! Where a job can stand.

use fusionbrain::{ApiError, PictureError, PictureKind, ServiceWord, TaskId};

use crate::{Ms, schedule};

/// Where a job stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Made, not sent: waits for its turn.
    Waiting,
    /// Not sent, because the job could not be written down first. Goes on by itself as soon as it can be; or a person
    /// says [`crate::Event::SendAnyway`].
    Unkept {
        /// What the storage said.
        fault: StorageFault,
    },
    /// The run is on its way, or will be as soon as this is written down.
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
    /// A poll is on its way, or will be as soon as this is written down: the next answer may be the only delivery.
    Polling(Watch),
    /// The key was refused while polling, or there is no connection to the job's service (then without a trouble);
    /// waits for [`crate::Event::Resume`].
    Paused(Watch),
    /// The final answer is here, the picture is being looked at and stored.
    Received {
        /// The task it belongs to.
        task: TaskId,
    },
    /// There is a picture, and it is only in the tab's memory: to be downloaded, or stored once there is room.
    Unsaved {
        /// The picture.
        facts: PictureFacts,
        /// What the storage said.
        fault: StorageFault,
        /// When storing is tried again without being asked.
        next: Ms,
    },
    /// There is a picture, and it is stored. Final.
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
    pub(crate) faults: u32,
    /// 404 answers in a row.
    pub(crate) missing: u32,
    /// A poll's answer broke off after it had begun: a later 404 then means "delivered but not received".
    pub(crate) broken_off: bool,
}

impl Watch {
    /// The last poll failed, and the service did not ask for a longer pause than has passed since.
    pub(crate) fn may_be_hurried(&self, now: Ms) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| {
            let asked = Ms::from(trouble.error.retry_after().unwrap_or(0)) * 1_000;
            now >= trouble.at + asked.min(schedule::LONGEST_OBEYED)
        })
    }
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
    /// The address, for such a picture: its bytes could not be had.
    pub link: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The service's own figure, seconds; stored to the millisecond.
    pub generation_time: Option<f64>,
    /// When it was received.
    pub received: Ms,
}

/// Why something could not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// No room.
    Full,
    /// There is no storage (private window, refused by the person).
    Missing,
    /// Anything else.
    Broken,
}

impl StorageFault {
    /// A short name for programs: kebab-case, stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Missing => "missing",
            Self::Broken => "broken",
        }
    }
}

/// Why a delivered picture is not in the library.
#[derive(Debug, Clone, PartialEq)]
pub enum NotFiled {
    /// It is none.
    Picture(PictureError),
    /// It is one, and could not be stored.
    Storage {
        /// The picture.
        facts: PictureFacts,
        /// What the storage said.
        fault: StorageFault,
    },
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

impl Phase {
    /// Nothing more will happen by itself or by waiting.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_) | Self::Stopped { .. })
    }

    /// The task, once the service has named one.
    pub(crate) fn task(&self) -> Option<&TaskId> {
        match self {
            Self::Accepted(w) | Self::Polling(w) | Self::Paused(w) => Some(&w.task),
            Self::Received { task } => Some(task),
            Self::Done(facts) | Self::Unsaved { facts, .. } => Some(&facts.task),
            Self::Stopped { task, .. } => task.as_ref(),
            _ => None,
        }
    }

    /// All times in it, for a clock that was set back. What has no time in it has nothing to wait for.
    pub(crate) fn times(&mut self) -> Vec<&mut Ms> {
        match self {
            Self::Sending { since } => vec![since],
            Self::Refused { since, next, .. } => vec![since, next],
            Self::Held { next, .. } | Self::Unsaved { next, .. } => vec![next],
            Self::Accepted(w) | Self::Polling(w) | Self::Paused(w) => {
                vec![&mut w.accepted, &mut w.next, &mut w.patient_until]
            }
            _ => vec![],
        }
    }
}
