//! A job as a text, for storage: versioned JSON.
//!
//! Written and read by hand: it is a format that outlives this program's types, and derived readers would cost the
//! app's first visit kilobytes. Times are milliseconds, durations too, so no number has a fraction.
//!
//! A reader for every version there ever was; what it does not know is named, never guessed.

mod phases;
mod write;

use fusionbrain::{NegativePrompt, PipelineId, Prompt, RunRequest, Size, StyleName};
use serde_json::Value;
use std::fmt;

use crate::{Job, Ms, queue::order};
pub(crate) use write::Object;

/// The version that is written.
const VERSION: u64 = 1;

/// Why a stored job cannot be read. It can still be shown as such, and removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordError {
    /// No JSON object with a version.
    NoRecord,
    /// Written by a later version of this program.
    Newer {
        /// The version.
        version: u64,
    },
    /// A field that a job cannot do without is missing or makes no sense.
    Field {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecord => f.write_str("this is no stored job"),
            Self::Newer { version } => write!(f, "stored by a newer program (version {version})"),
            Self::Field { name } => write!(f, "the field {name} makes no sense"),
        }
    }
}

impl std::error::Error for RecordError {}

type Read<T> = Result<T, RecordError>;

/// The job as a text. What is on its way at the moment is not part of it.
#[must_use]
pub fn write(job: &Job) -> String {
    let mut request = Object::new();
    request.text("pipeline", job.request.pipeline.as_str());
    request.text("prompt", job.request.prompt.as_str());
    request.maybe_text("negative", job.request.negative.as_ref().map(NegativePrompt::as_str));
    request.maybe_text("style", job.request.style.as_ref().map(StyleName::as_str));
    request.number("width", job.request.size.width().into());
    request.number("height", job.request.size.height().into());

    let mut record = Object::new();
    record.number("v", VERSION);
    record.object("request", request);
    record.text("place", &job.place);
    record.number("created", job.created);
    let (order, behind) = order::parts(job.order);
    record.number("order", order);
    record.maybe_number("behind", Some(behind).filter(|behind| *behind > 0));
    record.number("seen", job.seen);
    record.maybe_number("learned", job.learned);
    record.number("turnedAway", job.turned_away.into());
    record.flag("maybeSpent", job.maybe_spent);
    record.object("phase", phases::write(&job.phase));
    record.finish()
}

/// Reads what [`write()`] wrote, in this version or an earlier one.
///
/// # Errors
/// [`RecordError`].
pub fn read(text: &str) -> Result<Job, RecordError> {
    let record: Value = serde_json::from_str(text).map_err(|_| RecordError::NoRecord)?;
    match number(&record, "v") {
        Some(VERSION) => job(&record),
        Some(version) if version > VERSION => Err(RecordError::Newer { version }),
        _ => Err(RecordError::NoRecord),
    }
}

fn job(record: &Value) -> Read<Job> {
    let request = record.get("request").ok_or(RecordError::Field { name: "request" })?;
    let request = RunRequest {
        pipeline: field("pipeline", text(request, "pipeline").and_then(PipelineId::new))?,
        prompt: field("prompt", text(request, "prompt").and_then(|text| Prompt::new(text).ok()))?,
        negative: text(request, "negative").and_then(|text| NegativePrompt::new(text).ok().flatten()),
        style: text(request, "style").and_then(StyleName::new),
        size: field("size", size(request))?,
    };
    let created = time(record, "created").unwrap_or(0);
    let seen = time(record, "seen").unwrap_or(created);
    let phase = record.get("phase").ok_or(RecordError::Field { name: "phase" })?;
    let mut job = Job::new(request, text(record, "place").unwrap_or_default().to_owned(), None, created);
    // Earlier programs know the milliseconds only, and pass the rest over.
    job.order = order::of(time(record, "order").unwrap_or(created), number(record, "behind").unwrap_or(0));
    job.seen = seen;
    job.learned = time(record, "learned");
    job.turned_away = small(record, "turnedAway");
    job.maybe_spent = flag(record, "maybeSpent");
    job.phase = phases::read(phase, seen)?;
    Ok(job)
}

fn size(request: &Value) -> Option<Size> {
    let side = |name| u32::try_from(number(request, name)?).ok();
    Size::new(side("width")?, side("height")?).ok()
}

fn field<T>(name: &'static str, value: Option<T>) -> Read<T> {
    value.ok_or(RecordError::Field { name })
}

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

fn number(object: &Value, name: &str) -> Option<u64> {
    object.get(name).and_then(Value::as_u64)
}

/// A number with which reckoning cannot overflow: no clock shows the year 280,000.
fn time(object: &Value, name: &str) -> Option<Ms> {
    const LATEST: Ms = 1 << 53;
    number(object, name).map(|time| time.min(LATEST))
}

/// A counter. None of them means more when it is greater than this.
fn small(object: &Value, name: &str) -> u32 {
    u32::try_from(number(object, name).unwrap_or(0)).unwrap_or(u32::MAX).min(1_000_000)
}

fn flag(object: &Value, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
