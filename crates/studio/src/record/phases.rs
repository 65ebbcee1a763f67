//! Phases as JSON: `{"is": <word>, …}`.

use fusionbrain::{ApiError, PictureError, PictureKind, ServiceWord, TaskId, is_link};
use serde_json::Value;

use super::write::Object;
use super::{Read, RecordError, field, flag, number, small, text, time};
use crate::schedule::{LONGEST_OBEYED, STILL_WAITING};
use crate::{Failure, Ms, Phase, PictureFacts, StorageFault, Trouble, Watch};

fn is(word: &str) -> Object {
    let mut object = Object::new();
    object.text("is", word);
    object
}

pub(super) fn write(phase: &Phase) -> Object {
    match phase {
        Phase::Waiting => is("waiting"),
        Phase::Unkept { fault } => {
            let mut o = is("unkept");
            o.text("fault", fault.name());
            o
        }
        Phase::Sending { since } => {
            let mut o = is("sending");
            o.number("since", *since);
            o
        }
        Phase::Refused { word, since, probes, next } => {
            let mut o = is("refused");
            o.text("word", word.as_str());
            o.number("since", *since);
            o.number("probes", (*probes).into());
            o.number("next", *next);
            o
        }
        Phase::Held { error, next } => {
            let mut o = is("held");
            o.object("error", write_error(error));
            o.number("next", *next);
            o
        }
        Phase::Unknown { error } => {
            let mut o = is("unknown");
            o.object("error", write_error(error));
            o
        }
        Phase::Accepted(watch) => write_watch("accepted", watch),
        Phase::Polling(watch) => write_watch("polling", watch),
        Phase::Paused(watch) => write_watch("paused", watch),
        Phase::Received { task } => {
            let mut o = is("received");
            o.text("task", task.as_str());
            o
        }
        Phase::Unsaved { facts, fault, next } => {
            let mut o = is("unsaved");
            o.object("picture", write_facts(facts));
            o.text("fault", fault.name());
            o.number("next", *next);
            o
        }
        Phase::Done(facts) => {
            let mut o = is("done");
            o.object("picture", write_facts(facts));
            o
        }
        Phase::Failed(failure) => {
            let mut o = is("failed");
            o.object("why", write_failure(failure));
            o
        }
        Phase::Stopped { task, spent } => {
            let mut o = is("stopped");
            o.maybe_text("task", task.as_ref().map(TaskId::as_str));
            o.flag("spent", *spent);
            o
        }
    }
}

/// `seen` bounds how far ahead a time to wait for can lie.
pub(super) fn read(value: &Value, seen: Ms) -> Read<Phase> {
    let since = || time(value, "since").unwrap_or(seen).min(seen);
    let next = || ahead(value, "next", seen);
    Ok(match text(value, "is").unwrap_or_default() {
        "waiting" => Phase::Waiting,
        "unkept" => Phase::Unkept { fault: fault(value) },
        "sending" => Phase::Sending { since: since() },
        "refused" => Phase::Refused {
            word: ServiceWord::new(text(value, "word").unwrap_or_default()),
            since: since(),
            probes: small(value, "probes"),
            next: next(),
        },
        "held" => Phase::Held { error: error_in(value), next: next() },
        "unknown" => Phase::Unknown { error: error_in(value) },
        "accepted" => Phase::Accepted(watch(value, seen)?),
        "polling" => Phase::Polling(watch(value, seen)?),
        "paused" => Phase::Paused(watch(value, seen)?),
        "received" => Phase::Received { task: task(value)? },
        "unsaved" => Phase::Unsaved { facts: facts(value)?, fault: fault(value), next: next() },
        "done" => Phase::Done(facts(value)?),
        "failed" => Phase::Failed(failure(value.get("why").unwrap_or(&Value::Null))?),
        "stopped" => Phase::Stopped { task: task(value).ok(), spent: flag(value, "spent") },
        _ => return Err(RecordError::Field { name: "phase" }),
    })
}

/// A time that is waited for: never further ahead than the longest wait there is.
fn ahead(value: &Value, name: &str, seen: Ms) -> Ms {
    time(value, name).unwrap_or(seen).min(seen + LONGEST_OBEYED)
}

fn task(value: &Value) -> Read<TaskId> {
    field("task", text(value, "task").and_then(TaskId::new))
}

fn write_watch(word: &str, watch: &Watch) -> Object {
    let mut o = is(word);
    o.text("task", watch.task.as_str());
    o.number("accepted", watch.accepted);
    o.number("expected", watch.expected);
    o.number("next", watch.next);
    o.number("patientUntil", watch.patient_until);
    o.number("faults", watch.faults.into());
    o.number("missing", watch.missing.into());
    o.flag("brokenOff", watch.broken_off);
    if let Some(trouble) = &watch.trouble {
        o.object("trouble", write_error(&trouble.error));
        o.number("troubleAt", trouble.at);
    }
    o
}

fn watch(value: &Value, seen: Ms) -> Read<Watch> {
    let at = time(value, "troubleAt").unwrap_or(seen);
    Ok(Watch {
        task: task(value)?,
        accepted: time(value, "accepted").unwrap_or(seen).min(seen),
        expected: time(value, "expected").unwrap_or(0),
        next: ahead(value, "next", seen),
        patient_until: time(value, "patientUntil").unwrap_or(seen).min(seen + STILL_WAITING),
        trouble: value.get("trouble").map(|error| Trouble { error: read_error(error), at }),
        faults: small(value, "faults"),
        missing: small(value, "missing"),
        broken_off: flag(value, "brokenOff"),
    })
}

fn write_facts(facts: &PictureFacts) -> Object {
    let mut o = Object::new();
    o.text("task", facts.task.as_str());
    o.maybe_text("kind", facts.kind.map(PictureKind::extension));
    o.maybe_text("link", facts.link.as_deref());
    o.number("width", facts.width.into());
    o.number("height", facts.height.into());
    o.maybe_number("milliseconds", facts.generation_time.and_then(crate::schedule::seconds));
    o.number("received", facts.received);
    o
}

fn facts(value: &Value) -> Read<PictureFacts> {
    let value = value.get("picture").ok_or(RecordError::Field { name: "picture" })?;
    let kinds = [PictureKind::Png, PictureKind::Jpeg, PictureKind::Webp];
    let kind = text(value, "kind");
    let side = |name| number(value, name).and_then(|side| u32::try_from(side).ok()).unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "at most 1e12")]
    let seconds = |ms: u64| ms.min(1_000_000_000_000) as f64 / 1_000.0;
    Ok(PictureFacts {
        task: task(value)?,
        kind: kinds.into_iter().find(|known| Some(known.extension()) == kind),
        // It becomes an image's source: nothing but the web's own addresses.
        link: text(value, "link").filter(|link| is_link(link)).map(str::to_owned),
        width: side("width"),
        height: side("height"),
        generation_time: number(value, "milliseconds").map(seconds),
        received: time(value, "received").unwrap_or(0),
    })
}

fn fault(value: &Value) -> StorageFault {
    match text(value, "fault") {
        Some("full") => StorageFault::Full,
        Some("missing") => StorageFault::Missing,
        _ => StorageFault::Broken,
    }
}

fn write_failure(failure: &Failure) -> Object {
    let said = |word, text: Option<&str>| {
        let mut o = is(word);
        o.maybe_text("text", text);
        o
    };
    match failure {
        Failure::Api(error) => {
            let mut o = is("api");
            o.object("error", write_error(error));
            o
        }
        Failure::Said { text } => said("said", Some(text)),
        Failure::Silent => is("silent"),
        Failure::Cancelled { text } => said("cancelled", text.as_deref()),
        Failure::QuotaReached { text } => said("quota", Some(text)),
        Failure::Censored => is("censored"),
        Failure::NoFiles => is("no-files"),
        Failure::Picture(PictureError::Empty) => is("empty"),
        Failure::Picture(PictureError::BadBase64) => is("bad-base64"),
        Failure::Picture(PictureError::NotAPicture { starts }) => said("no-picture", Some(starts)),
        Failure::TaskGone { delivered } => {
            let mut o = is("gone");
            o.flag("delivered", *delivered);
            o
        }
    }
}

fn failure(value: &Value) -> Read<Failure> {
    let said = || text(value, "text").unwrap_or_default().to_owned();
    Ok(match text(value, "is").unwrap_or_default() {
        "api" => Failure::Api(error_in(value)),
        "said" => Failure::Said { text: said() },
        "silent" => Failure::Silent,
        "cancelled" => Failure::Cancelled { text: text(value, "text").map(str::to_owned) },
        "quota" => Failure::QuotaReached { text: said() },
        "censored" => Failure::Censored,
        "no-files" => Failure::NoFiles,
        "empty" => Failure::Picture(PictureError::Empty),
        "bad-base64" => Failure::Picture(PictureError::BadBase64),
        "no-picture" => Failure::Picture(PictureError::NotAPicture { starts: said() }),
        "gone" => Failure::TaskGone { delivered: flag(value, "delivered") },
        _ => return Err(RecordError::Field { name: "why" }),
    })
}

fn write_error(error: &ApiError) -> Object {
    let mut o = is(error.name());
    o.maybe_number("status", error.status().map(u64::from));
    o.maybe_number("retryAfter", error.retry_after().map(u64::from));
    if !error.text().is_empty() {
        o.text("text", error.text());
    }
    o
}

fn error_in(value: &Value) -> ApiError {
    read_error(value.get("error").unwrap_or(&Value::Null))
}

/// An error's name that nobody knows is an answer that could not be read.
fn read_error(value: &Value) -> ApiError {
    let status = number(value, "status").and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    let retry_after = number(value, "retryAfter").and_then(|seconds| u32::try_from(seconds).ok());
    let text = || text(value, "text").unwrap_or_default().to_owned();
    match self::text(value, "is").unwrap_or_default() {
        "unreachable" => ApiError::Unreachable,
        "unauthorized" => ApiError::Unauthorized { text: text() },
        "refused" => ApiError::Refused { status, text: text(), retry_after },
        "html" => ApiError::Html { status, text: text(), retry_after },
        "empty" => ApiError::Empty { status, retry_after },
        "bad-request" => ApiError::BadRequest { text: text() },
        "pipeline-not-found" => ApiError::PipelineNotFound { text: text() },
        "task-not-found" => ApiError::TaskNotFound { text: text() },
        "not-found" => ApiError::NotFound { text: text() },
        "unsupported-media-type" => ApiError::UnsupportedMediaType { text: text() },
        "server" => ApiError::Server { status, text: text(), retry_after },
        "cut-body" => ApiError::CutBody { so_far: text() },
        _ => ApiError::Unreadable { so_far: text() },
    }
}
