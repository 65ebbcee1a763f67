//! A letter: the raw answer to a status request, as it lies in the inbox.

use fusionbrain::{
    ApiError, File, Headers, Outcome, PictureError, StatusAnswer, TaskId, read_file, read_status,
};

use crate::{Job, Ms, NotFiled, Phase, PictureFacts, StorageFault, record};

/// The raw answer to a status request.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Whose status was asked.
    pub task: TaskId,
    /// When it came; tells a letter from an older one of the same task.
    pub at: Ms,
    /// The HTTP status.
    pub status: u16,
    /// The headers that could be seen.
    pub headers: Headers,
    /// The body, or what came of it.
    pub body: Vec<u8>,
    /// Whether the body came to its end.
    pub whole: bool,
}

impl Letter {
    /// What the service said.
    ///
    /// # Errors
    /// As [`read_status`]; [`ApiError::CutBody`] for a body that broke off before it made sense.
    pub fn read(&self) -> Result<StatusAnswer, ApiError> {
        match read_status(self.status, &self.headers, &self.body) {
            Err(error) if !self.whole && (200..300).contains(&self.status) => {
                Err(ApiError::CutBody { so_far: error.text().to_owned() })
            }
            read => read,
        }
    }
}

impl Letter {
    /// Whether it brings files that are a result.
    pub(super) fn brings_something(&self) -> bool {
        matches!(self.read(), Ok(StatusAnswer::Done(outcome)) if !outcome.censored && !outcome.files.is_empty())
    }
}

/// What is to be filed: the delivered files, and the job whose they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Filing {
    pub(super) job: Job,
    pub(super) task: TaskId,
    /// What the service brought.
    pub outcome: Outcome,
}

impl Filing {
    /// The job, for the picture's metadata.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Decodes and checks the first file (one run makes one picture).
    ///
    /// # Errors
    /// [`PictureError`], to be reported as [`NotFiled::Picture`].
    pub fn look(&self, now: Ms) -> Result<(PictureFacts, File<'_>), PictureError> {
        let file = read_file(self.outcome.files.first().map_or("", String::as_str))?;
        let asked = self.job.request.size;
        let (kind, link, width, height) = match &file {
            File::Picture { picture, .. } => (Some(picture.kind), None, picture.width, picture.height),
            File::Link(address) => (None, Some(address.clone()), asked.width(), asked.height()),
        };
        let (task, generation_time) = (self.task.clone(), self.outcome.generation_time);
        let facts = PictureFacts { task, kind, link, width, height, generation_time, received: now };
        Ok((facts, file))
    }
}

/// A job's row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The job's id.
    pub id: String,
    /// 1 while the job belongs on the queue's list when the app is opened: until it is a picture in the library.
    pub active: bool,
    /// When the person asked for it.
    pub created: Ms,
    /// [`record::write`].
    pub text: String,
}

impl Row {
    /// The row of a job.
    #[must_use]
    pub fn of(id: &str, job: &Job) -> Self {
        let active = !matches!(job.phase, Phase::Done(_));
        Self { id: id.to_owned(), active, created: job.created, text: record::write(job) }
    }

    /// The row that is stored together with the picture: the job is done.
    #[must_use]
    pub fn filed(id: &str, job: &Job, facts: &PictureFacts) -> Self {
        let mut done = job.clone();
        done.phase = Phase::Done(facts.clone());
        Self::of(id, &done)
    }
}

/// Why a row was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWritten {
    /// The storage did not take it.
    Fault(StorageFault),
    /// Another tab has moved the job meanwhile: what is stored is not what this tab believed. Nothing was written.
    Overtaken,
}

impl From<PictureError> for NotFiled {
    fn from(error: PictureError) -> Self {
        Self::Picture(error)
    }
}
