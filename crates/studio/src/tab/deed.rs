//! What a tab is told, and what it wants done.

use fusionbrain::{ApiError, Availability, PipelineId, RunAnswer, RunRequest, TaskId};

use super::{Command, Filing, Letter, NotWritten, Row, Word};
use crate::{Job, Ms, NotFiled, Pause, PictureFacts, StorageFault};

/// For whom something is done. The answer brings it back: one for a job that the tab has lost and got again since is
/// told from one that is still waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// The job's id.
    pub job: String,
    pub(super) epoch: u32,
}

/// What happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// The storage was looked through: at the start, and after each [`Deed::Scan`].
    Opened {
        /// All rows with `active` 1: id and text.
        rows: Vec<(String, String)>,
        /// All letters in the inbox: their task and the id of their job.
        letters: Vec<(TaskId, String)>,
        /// As [`Deed::KeepPause`] was asked to keep it.
        pause: Option<Pause>,
    },
    /// A person wants a picture.
    Wished {
        /// The new job's id, never used before.
        id: String,
        /// What to paint.
        request: RunRequest,
        /// Which service, in the shell's words, without keys.
        place: String,
        /// The median of the last generation times in seconds.
        learned: Option<f64>,
    },
    /// The job's lock is this tab's, as [`Deed::Claim`] asked. Row and letter were read after that.
    Granted {
        /// The job's id.
        id: String,
        /// The row's text, if there is a row.
        row: Option<String>,
        /// The letter in the inbox that names this job, if there is one.
        letter: Option<Letter>,
    },
    /// The job's lock was taken away.
    Revoked {
        /// The job's id.
        id: String,
    },
    /// The answer to [`Deed::Read`].
    Row {
        /// The job's id.
        id: String,
        /// The row's text, if there is a row.
        row: Option<String>,
    },
    /// The answer to [`Deed::Write`].
    Written {
        /// As it was given.
        errand: Errand,
        /// What came of it.
        result: Result<(), NotWritten>,
    },
    /// The answer to [`Deed::Run`].
    RunAnswered {
        /// As it was given.
        errand: Errand,
        /// The answer.
        answer: Result<RunAnswer, ApiError>,
    },
    /// The answer to [`Deed::Poll`].
    PollAnswered {
        /// As it was given.
        errand: Errand,
        /// The letter; an error only when no answer came at all.
        answer: Result<Letter, ApiError>,
        /// Whether the letter is in the inbox.
        kept: Result<(), StorageFault>,
    },
    /// The answer to [`Deed::Probe`].
    Probed {
        /// As it was given.
        errand: Errand,
        /// The answer.
        answer: Result<Availability, ApiError>,
    },
    /// A run or a poll was not sent: there is no connection to its service now.
    NoConnection {
        /// As it was given.
        errand: Errand,
    },
    /// The answer to [`Deed::File`] and [`Deed::FileAgain`].
    Filed {
        /// As it was given.
        errand: Errand,
        /// What came of it.
        result: Result<PictureFacts, NotFiled>,
    },
    /// Another tab said something.
    Told(Word),
    /// A person wants something of a job.
    Command {
        /// The job's id.
        id: String,
        /// What.
        command: Command,
    },
    /// A person puts a waiting job right before another one, or behind all.
    Moved {
        /// The job's id.
        id: String,
        /// The other one's id.
        before: Option<String>,
    },
    /// A person pauses the queue, or lets it go on, whatever had paused it.
    Pause(bool),
    /// Time has passed.
    Tick,
    /// The page is looked at again, the network is back, the connection was changed, or room was made.
    Resume,
}

/// What is to be done. Each can be done by itself; one that has an [`Errand`] is answered exactly once.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Ask for the lock `komposition.job.<id>` and wait for it; when it is granted, read row and letter and answer with
    /// [`Happening::Granted`]. A job that is made here is driven at once, without waiting for the answer.
    Claim {
        /// The job's id.
        id: String,
        /// Take it from whoever has it: this tab knows what nobody else does.
        steal: bool,
    },
    /// Give the lock back, or ask for it no longer.
    Release {
        /// The job's id.
        id: String,
    },
    /// Write the job's row. Answered by [`Happening::Written`].
    Write {
        /// To be given back.
        errand: Errand,
        /// What to write.
        row: Row,
        /// Only if the stored row's text is this (`None`: only if there is none), in the same transaction; else
        /// [`NotWritten::Overtaken`].
        instead_of: Option<String>,
        /// With `durability: "strict"`.
        strict: bool,
    },
    /// Delete the job's row; after that, not before, give the lock back as [`Deed::Release`] does, and say
    /// [`Word::Job`] to all other tabs. Nothing is answered.
    Erase {
        /// The job's id.
        id: String,
        /// Only if the stored row's text is this, in the same transaction: another tab may have found its picture
        /// meanwhile. `None`: whatever it is (nobody can read it).
        row: Option<String>,
    },
    /// Read the job's row. Answered by [`Happening::Row`].
    Read {
        /// The job's id.
        id: String,
    },
    /// Read all active rows and the names of all letters. Answered by [`Happening::Opened`].
    Scan,
    /// Send the run. Answered by [`Happening::RunAnswered`] or [`Happening::NoConnection`].
    Run {
        /// To be given back.
        errand: Errand,
        /// What to send.
        request: RunRequest,
        /// Where to.
        place: String,
    },
    /// Under the lock `komposition.poll.<task>`: if there is a letter in the inbox whose `at` is not `judged`, that is
    /// the answer; else ask the service and put the letter into the inbox (replacing the judged one). Answered by
    /// [`Happening::PollAnswered`] or [`Happening::NoConnection`].
    Poll {
        /// To be given back.
        errand: Errand,
        /// Whose status.
        task: TaskId,
        /// Where.
        place: String,
        /// The letter that was judged already.
        judged: Option<Ms>,
    },
    /// Ask for the pipeline's availability. Answered by [`Happening::Probed`].
    Probe {
        /// To be given back.
        errand: Errand,
        /// Whose.
        pipeline: PipelineId,
        /// Where.
        place: String,
    },
    /// Decode and check ([`Filing::look`]), then in ONE strict transaction: picture and metadata, [`Row::filed`] over
    /// whatever row there is, and the task's letter removed. Keep the picture in memory until that has succeeded.
    /// Answered by [`Happening::Filed`].
    File {
        /// To be given back.
        errand: Errand,
        /// What to file.
        filing: Box<Filing>,
    },
    /// The same transaction again, with the picture that was kept in memory.
    FileAgain {
        /// To be given back.
        errand: Errand,
        /// For [`Row::filed`].
        job: Box<Job>,
    },
    /// Remove the task's letter from the inbox. Nothing is answered; that it fails does not matter.
    DropLetter {
        /// Whose.
        task: TaskId,
        /// Only if the stored letter's `at` is this, in the same transaction: a poll may bring the next one, with the
        /// picture, before this is done.
        at: Ms,
    },
    /// Tell the task's service, if it keeps answers until it is told, that this final one is stored here. Nothing is
    /// answered; that it is lost, or said twice, does not matter: the service forgets by itself after a while.
    Acknowledge {
        /// Whose answer.
        task: TaskId,
        /// Where.
        place: String,
    },
    /// Keep in the settings why the queue is paused, for the next start.
    KeepPause(Option<Pause>),
    /// Say this to all other tabs.
    Tell(Word),
    /// The job looks different, is new, or is gone.
    Show {
        /// The job's id.
        id: String,
    },
    /// The list of pipelines is out of date.
    RefetchPipelines,
    /// Send [`Happening::Tick`] at this time; replaces the wake-up asked for before.
    WakeAt(Ms),
}
