//! The life of one run, sans-I/O: `(job, event, now) -> (job, actions)`.
//!
//! What the life cycle guards:
//! - **A run spends quota**: [`Action::Run`] is only ever given for a start, for a person's "send again", or after the
//!   service said in so many words that no task was started. Any other broken answer ends in [`Phase::Unknown`].
//! - **Written before sent**: a run and a poll are only given after [`Event::Kept`], so that whoever reads the job
//!   after a crash knows that they may have been sent. A run that cannot be written down is not sent unasked.
//! - **A final answer can be read once**: a task has one poll on its way at most, polls are spaced by [`schedule`], and
//!   what an answer brought is let go ([`Action::DropLetter`]) only after what was made of it is written.
//! - **Nothing is thrown away by impatience**: passing failures only slow the polling down; a person may stop waiting.

mod phase;
mod polling;
mod sending;

pub use phase::{Failure, NotFiled, Phase, PictureFacts, StorageFault, Trouble, Watch};

use fusionbrain::{
    ApiError, Availability, NegativePrompt, Outcome, PipelineId, Prompt, RunAnswer, RunRequest, StatusAnswer,
    TaskId,
};

use crate::{Ms, news::Standing, queue::order, schedule};
use polling::poll;

/// How long a picture that could not be stored waits until storing is tried again unasked.
const STORING_AGAIN: Ms = 30_000;

const KEEP: Action = Action::Keep { strict: false };
const KEEP_STRICT: Action = Action::Keep { strict: true };

/// One run: what was asked, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Exactly what is sent.
    pub request: RunRequest,
    /// The service that it is sent to, in the shell's words; never with keys. A task is only asked for where it is.
    pub place: String,
    /// When the person asked for it.
    pub created: Ms,
    /// Its place among waiting jobs, see [`order`]: the smallest goes first.
    pub order: u64,
    /// Where it stands.
    pub phase: Phase,
    /// The median of our last generations in milliseconds, as known when the job was made.
    pub(crate) learned: Option<Ms>,
    /// How often in a row the run was turned away without a task: each time we wait longer before the next.
    pub(crate) turned_away: u32,
    /// A run was sent whose outcome nobody knows: whatever becomes of the job, quota may be spent.
    pub(crate) maybe_spent: bool,
    /// The latest time the job knows of: an earlier one means that the clock was set back.
    pub(crate) seen: Ms,
    /// Runs on their way without an answer. More than one after "send again" while the first is still out.
    in_flight: u32,
    /// What is done as soon as the job is written down.
    after: Option<After>,
    /// A letter was judged; it goes as soon as the judgement is written down.
    letter: bool,
    /// When the poll that is on its way was sent.
    asked: Ms,
}

/// What waits for the job's row to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Run,
    RunAnyway,
    Poll,
}

/// What happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Send it: its turn has come.
    Start,
    /// The job was read from storage, after a restart or because the tab that drove it is gone; with the letter that
    /// was found in the inbox.
    Woken(Option<Found>),
    /// The job as it stands is written.
    Kept,
    /// It could not be written.
    KeepFailed(StorageFault),
    /// The run's answer.
    RunAnswered(Result<RunAnswer, ApiError>),
    /// A poll's answer; its letter is in the inbox, or could not be put there.
    PollAnswered(Result<StatusAnswer, ApiError>),
    /// What was to be sent was not sent: there is no connection to the job's service.
    NoConnection,
    /// What availability says.
    Probed(Result<Availability, ApiError>),
    /// The delivered file was looked at and stored, or not.
    Filed(Result<PictureFacts, NotFiled>),
    /// Time has passed: the wake-up that [`Action::WakeAt`] asked for, or any other moment.
    Tick,
    /// The network is back, the connection was changed, or there is room again: try at once what had failed.
    Resume,
    /// The person stops waiting.
    Stop,
    /// The person goes on waiting after being told that it takes long.
    KeepWaiting,
    /// The person sends a run again whose outcome is unknown.
    SendAgain,
    /// The person sends a run although it cannot be written down.
    SendAnyway,
    /// The person lets go of a picture that could not be stored.
    Discard,
    /// The person wants another picture than was asked for, as long as nothing was sent.
    Edit(Prompt, Option<NegativePrompt>),
    /// Another job already tries whether the service takes runs again: back into the row.
    StandBack,
}

/// A letter from the inbox, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The task it answers for.
    pub task: TaskId,
    /// What it says.
    pub answer: Result<StatusAnswer, ApiError>,
}

/// What the outside shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Write the job as it stands after this event, and answer with [`Event::Kept`] or [`Event::KeepFailed`]. When it
    /// changes again before it is written, one answer for the latest state is enough.
    Keep {
        /// It must outlive a crash of the whole machine from the moment of the answer on.
        strict: bool,
    },
    /// Send the run. It spends quota.
    Run(RunRequest),
    /// Ask for the task's status. The answer may be the only delivery.
    Poll(TaskId),
    /// Ask whether the pipeline takes runs.
    Probe(PipelineId),
    /// Decode the delivered file, check it, and store it together with the job's row and without its letter, all or
    /// nothing; answer with [`Event::Filed`].
    File(Outcome),
    /// Try once more to store the picture that [`Event::Filed`] reported as not stored.
    FileAgain,
    /// The letter has been judged and needs no keeping. That it stays, or goes late, must not matter.
    DropLetter,
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

type Step = (Phase, Vec<Action>);

impl Job {
    /// A job that is not sent yet. `learned` is the median of the last generation times in seconds.
    #[must_use]
    pub fn new(request: RunRequest, place: String, learned: Option<f64>, now: Ms) -> Self {
        Self {
            request,
            place,
            created: now,
            order: order::at(now),
            phase: Phase::Waiting,
            learned: learned.and_then(schedule::seconds),
            turned_away: 0,
            maybe_spent: false,
            seen: now,
            in_flight: 0,
            after: None,
            letter: false,
            asked: 0,
        }
    }

    /// A job for a task that this job's second run has started: it is paid for, so it is waited for.
    #[must_use]
    pub fn adopted(&self, task: TaskId, status_time: Option<f64>, now: Ms) -> (Self, Vec<Action>) {
        let mut job = Self::new(self.request.clone(), self.place.clone(), None, now);
        job.learned = self.learned;
        let (phase, actions) = accepted(task, status_time, job.learned, now);
        job.phase = phase;
        (job, actions)
    }

    /// Whether nothing more will happen by itself or by waiting.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.phase.is_final()
    }

    /// Whether it goes on without a person.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.is_final() && self.standing().is_none()
    }

    /// What there is to tell of it; nothing as long as it goes on by itself, nor when a person stopped it.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        match self.phase {
            Phase::Done(_) | Phase::Unsaved { .. } => Some(Standing::Picture),
            Phase::Failed(_) => Some(Standing::Nothing),
            Phase::Unknown { .. } | Phase::Unkept { .. } | Phase::Paused(_) => Some(Standing::Asks),
            _ => None,
        }
    }

    /// Whether it ended with the service's final answer. That a task is not found is none: another tab may have got the
    /// answer, and hold it in memory only.
    pub(crate) fn was_answered(&self) -> bool {
        match &self.phase {
            Phase::Done(_) => true,
            Phase::Failed(failure) => !matches!(failure, Failure::TaskGone { .. }),
            _ => false,
        }
    }

    /// The task, once the service has named one.
    #[must_use]
    pub fn task(&self) -> Option<&TaskId> {
        self.phase.task()
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

    /// Whether its texts can still be changed: no run of it was ever sent, or each was turned away in so many words. The
    /// answer to any other may still come, with a picture of the old texts.
    #[must_use]
    pub fn can_be_edited(&self) -> bool {
        let unsent = matches!(
            self.phase,
            Phase::Waiting | Phase::Unkept { .. } | Phase::Refused { .. } | Phase::Held { .. }
        );
        unsent && !self.maybe_spent && self.in_flight == 0
    }

    /// What a picture usually takes, as known when the job was made; milliseconds.
    #[must_use]
    pub fn usual(&self) -> Option<Ms> {
        self.learned
    }

    /// Whether a delivered picture is only in this tab's memory, or was when last heard of.
    pub(crate) fn holds_picture(&self) -> bool {
        matches!(self.phase, Phase::Received { .. } | Phase::Unsaved { .. })
    }

    /// Whoever reads a job from storage has nothing on its way for it.
    pub(crate) fn forget_flights(&mut self) {
        (self.in_flight, self.after, self.letter, self.asked) = (0, None, false, 0);
    }

    /// A clock that was set back moves everything back with it: else a job would wait until the old time comes again.
    fn follow_clock(&mut self, now: Ms) {
        let back = self.seen.saturating_sub(now);
        if back > 0 {
            self.phase.times().into_iter().for_each(|time| *time = time.saturating_sub(back));
        }
        self.seen = now;
    }

    /// Moves the job by one event.
    #[must_use]
    pub fn on(mut self, event: Event, now: Ms) -> (Self, Vec<Action>) {
        self.follow_clock(now);
        if matches!(event, Event::RunAnswered(_)) {
            self.in_flight = self.in_flight.saturating_sub(1);
            // Another run is still out: only a task is news, the last answer decides about the rest.
            if self.in_flight > 0 && !matches!(event, Event::RunAnswered(Ok(RunAnswer::Accepted { .. }))) {
                return (self, vec![]);
            }
        }
        let phase = std::mem::replace(&mut self.phase, Phase::Waiting);
        let (phase, actions) = self.step(phase, event, now);
        self.phase = phase;
        if matches!(self.phase, Phase::Unknown { .. }) {
            self.maybe_spent = true;
        }
        self.in_flight += u32::from(actions.iter().any(|action| matches!(action, Action::Run(_))));
        (self, actions)
    }

    fn step(&mut self, phase: Phase, event: Event, now: Ms) -> Step {
        match (phase, event) {
            (phase, Event::Woken(found)) => self.woken(phase, found, now),
            (phase, Event::Kept) => self.kept(phase, now),
            (phase, Event::KeepFailed(fault)) => self.keep_failed(phase, fault, now),

            (Phase::Waiting, Event::Start)
            | (Phase::Unknown { .. }, Event::SendAgain)
            | (Phase::Unkept { .. }, Event::Resume) => self.send(now),
            (Phase::Unkept { .. }, Event::SendAnyway) => {
                // Tried once more, and sent whatever comes of it.
                self.after = Some(After::RunAnyway);
                (Phase::Sending { since: now }, vec![KEEP_STRICT])
            }

            (phase, Event::RunAnswered(answer)) => self.run_answered(phase, answer, now),
            // Nothing was sent, so nothing is unknown.
            (Phase::Sending { .. }, Event::NoConnection) => {
                self.in_flight = self.in_flight.saturating_sub(1);
                if self.maybe_spent {
                    (Phase::Unknown { error: ApiError::Unreachable }, vec![KEEP])
                } else {
                    (Phase::Waiting, vec![KEEP])
                }
            }
            (Phase::Sending { since }, Event::Tick) => self.sending_tick(since, now),

            (phase, Event::Edit(prompt, negative)) => self.edited(phase, prompt, negative),
            (phase @ (Phase::Refused { .. } | Phase::Held { .. }), event) => {
                self.turned_away_on(phase, event, now)
            }

            (Phase::Accepted(watch), Event::Tick) if now >= watch.next => self.poll(watch),
            (Phase::Accepted(watch), Event::Tick) => {
                let wake = Action::WakeAt(watch.next);
                (Phase::Accepted(watch), vec![wake])
            }
            // Only what failed is hurried: a healthy wait keeps its distance to the rate limiter.
            (Phase::Accepted(mut watch), Event::Resume) if watch.may_be_hurried(now) => {
                watch.faults = 0;
                self.poll(watch)
            }
            (Phase::Paused(watch), Event::Resume) => self.poll(watch),
            (Phase::Polling(mut watch), Event::NoConnection) => {
                watch.trouble = None;
                (Phase::Paused(watch), vec![KEEP])
            }
            (phase, Event::PollAnswered(answer)) => self.poll_answered(phase, answer, now),

            (Phase::Received { .. }, Event::Filed(result)) => self.filed(result, now),
            (Phase::Unsaved { facts, next, .. }, Event::Tick) if now >= next => {
                (Phase::Received { task: facts.task }, vec![Action::FileAgain])
            }
            (Phase::Unsaved { facts, fault, next }, Event::Tick) => {
                (Phase::Unsaved { facts, fault, next }, vec![Action::WakeAt(next)])
            }
            (Phase::Unsaved { facts, .. }, Event::Resume) => {
                (Phase::Received { task: facts.task }, vec![Action::FileAgain])
            }
            (Phase::Unsaved { facts, .. }, Event::Discard) => {
                self.letter = true;
                (Phase::Stopped { task: Some(facts.task), spent: true }, vec![KEEP_STRICT])
            }

            (Phase::Accepted(mut watch), Event::KeepWaiting) => {
                watch.patient_until = now + schedule::STILL_WAITING;
                (Phase::Accepted(watch), vec![KEEP])
            }
            (Phase::Polling(mut watch), Event::KeepWaiting) => {
                watch.patient_until = now + schedule::STILL_WAITING;
                // The row says `polling` already, and whoever wrote that is waited for.
                (Phase::Polling(watch), vec![])
            }
            (phase, Event::Stop) => self.stop(phase),

            // Whatever else arrives late or twice changes nothing.
            (phase, _) => (phase, vec![]),
        }
    }

    /// What is sent later is what is written here first: nothing has to be sent for it.
    fn edited(&mut self, phase: Phase, prompt: Prompt, negative: Option<NegativePrompt>) -> Step {
        self.phase = phase;
        let changes =
            self.can_be_edited() && (self.request.prompt != prompt || self.request.negative != negative);
        if changes {
            (self.request.prompt, self.request.negative) = (prompt, negative);
        }
        let phase = std::mem::replace(&mut self.phase, Phase::Waiting);
        (phase, if changes { vec![KEEP_STRICT] } else { vec![] })
    }

    /// First written, then sent: see [`Self::kept`].
    fn send(&mut self, now: Ms) -> Step {
        self.after = Some(After::Run);
        (Phase::Sending { since: now }, vec![KEEP_STRICT])
    }

    fn poll(&mut self, watch: Watch) -> Step {
        self.after = Some(After::Poll);
        poll(watch)
    }

    fn kept(&mut self, phase: Phase, now: Ms) -> Step {
        let mut actions = vec![];
        if std::mem::take(&mut self.letter) {
            actions.push(Action::DropLetter);
        }
        match (phase, self.after.take()) {
            (Phase::Sending { .. }, Some(After::Run | After::RunAnyway)) => {
                actions.extend(self.run(now));
                (Phase::Sending { since: now }, actions)
            }
            (Phase::Polling(watch), Some(After::Poll)) => {
                self.asked = now;
                actions.push(Action::Poll(watch.task.clone()));
                (Phase::Polling(watch), actions)
            }
            // The storage works again, and the run was never sent.
            (Phase::Unkept { .. }, _) => {
                let (phase, rest) = self.send(now);
                actions.extend(rest);
                (phase, actions)
            }
            (phase, _) => (phase, actions),
        }
    }

    fn run(&self, now: Ms) -> [Action; 2] {
        [Action::Run(self.request.clone()), Action::WakeAt(now + schedule::RUN_PATIENCE)]
    }

    fn keep_failed(&mut self, phase: Phase, fault: StorageFault, now: Ms) -> Step {
        match (phase, self.after.take()) {
            (Phase::Sending { .. }, Some(After::RunAnyway)) => {
                (Phase::Sending { since: now }, self.run(now).into())
            }
            (Phase::Sending { .. }, Some(After::Run)) | (Phase::Unkept { .. }, _) => {
                (Phase::Unkept { fault }, vec![])
            }
            // The task runs and its picture expires: better asked for unmarked than never.
            (Phase::Polling(watch), Some(After::Poll)) => {
                self.asked = now;
                let ask = Action::Poll(watch.task.clone());
                (Phase::Polling(watch), vec![ask])
            }
            (phase, _) => (phase, vec![]),
        }
    }

    fn filed(&mut self, result: Result<PictureFacts, NotFiled>, now: Ms) -> Step {
        match result {
            // The row was written together with the picture.
            Ok(facts) => (Phase::Done(facts), vec![]),
            Err(NotFiled::Picture(error)) => {
                self.letter = true;
                (Phase::Failed(Failure::Picture(error)), vec![KEEP_STRICT])
            }
            Err(NotFiled::Storage { facts, fault }) => {
                let next = now + STORING_AGAIN;
                (Phase::Unsaved { facts, fault, next }, vec![KEEP, Action::WakeAt(next)])
            }
        }
    }

    fn stop(&mut self, phase: Phase) -> Step {
        let unsent = matches!(self.after, Some(After::Run | After::RunAnyway));
        let spent = self.maybe_spent;
        let stopped = match phase {
            Phase::Done(_)
            | Phase::Failed(_)
            | Phase::Stopped { .. }
            | Phase::Received { .. }
            | Phase::Unsaved { .. } => return (phase, vec![]),
            Phase::Waiting | Phase::Unkept { .. } | Phase::Refused { .. } | Phase::Held { .. } => {
                Phase::Stopped { task: None, spent }
            }
            Phase::Sending { .. } | Phase::Unknown { .. } => {
                Phase::Stopped { task: None, spent: spent || !unsent }
            }
            Phase::Accepted(watch) | Phase::Polling(watch) | Phase::Paused(watch) => {
                Phase::Stopped { task: Some(watch.task), spent: true }
            }
        };
        self.after = None;
        (stopped, vec![KEEP_STRICT])
    }
}

pub(crate) fn accepted(task: TaskId, status_time: Option<f64>, learned: Option<Ms>, now: Ms) -> Step {
    let first = schedule::first_poll(status_time, learned);
    let expected = learned.unwrap_or(first).max(first);
    let watch = Watch { expected, next: now + first, ..Watch::begun(task, now) };
    let wake = Action::WakeAt(watch.next);
    (Phase::Accepted(watch), vec![KEEP_STRICT, wake])
}

#[cfg(test)]
#[path = "job_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "job/durable_tests.rs"]
pub(crate) mod durable_tests;
