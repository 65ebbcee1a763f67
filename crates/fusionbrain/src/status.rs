//! How a run is doing, and what it brought.

use crate::answer::{Answer, Missing};
use crate::shown::shown;
use crate::{ApiError, Headers, json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The state of a task. Everything but [`StatusAnswer::Pending`] is final, and **is delivered once**.
#[derive(Debug, Clone, PartialEq)]
pub enum StatusAnswer {
    /// Not ready yet.
    Pending {
        /// The service's word (`INITIAL`, `PROCESSING`, or one this crate does not know), as it came.
        word: String,
    },
    /// `DONE`.
    Done(Outcome),
    /// `FAIL`.
    Failed {
        /// What the service said about it.
        reason: FailReason,
    },
    /// `CANCEL`.
    Cancelled {
        /// What the service said about it.
        text: Option<String>,
    },
}

/// What a finished task brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The pictures as the service wrote them, for [`crate::read_file`]; may be empty.
    pub files: Vec<String>,
    /// Moderation said no. The file, if there is one, is a placeholder and not a result.
    pub censored: bool,
    /// Seconds the service says it painted (12..15 usual).
    pub generation_time: Option<f64>,
}

/// Why a task failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailReason {
    /// `The limit has been reached`: the monthly quota is used up.
    QuotaReached {
        /// The service's whole text.
        text: String,
    },
    /// Any other text.
    Said {
        /// The service's text.
        text: String,
    },
    /// The service said nothing.
    Silent,
}

/// Where the reason of a failure is found; the first that says something counts.
const DESCRIPTIONS: [&str; 3] = ["errorDescription", "statusDescription", "message"];

/// Reads `GET pipeline/status/{uuid}`.
///
/// # Errors
/// [`ApiError`]; 404 is [`ApiError::TaskNotFound`].
pub fn read_status(status: u16, headers: &Headers, body: &[u8]) -> Result<StatusAnswer, ApiError> {
    let mut answer = Answer::read(status, headers, body, Missing::Task)?;
    let word = json::owned(&answer.json, &["status"]);
    let censored = censored(&answer.json);
    match word.as_deref().unwrap_or_default().to_ascii_uppercase().as_str() {
        "DONE" => Ok(StatusAnswer::Done(outcome(&mut answer.json, censored))),
        "FAIL" | "FAILED" => {
            let reason = reason(&answer.json);
            // A failure without a word but with the mark of moderation is moderation (the official page lets
            // moderation "return an error").
            Ok(if censored && reason == FailReason::Silent {
                StatusAnswer::Done(outcome(&mut answer.json, censored))
            } else {
                StatusAnswer::Failed { reason }
            })
        }
        "CANCEL" | "CANCELED" | "CANCELLED" => {
            Ok(StatusAnswer::Cancelled { text: json::text(&answer.json, &DESCRIPTIONS).map(shown) })
        }
        "INITIAL" | "PROCESSING" => Ok(StatusAnswer::Pending { word: word.unwrap_or_default() }),
        _ => {
            // A word nobody knows, or none. The result is handed over once, so pictures that are here are taken.
            let outcome = outcome(&mut answer.json, censored);
            match word {
                _ if outcome.censored || !outcome.files.is_empty() => Ok(StatusAnswer::Done(outcome)),
                Some(word) => Ok(StatusAnswer::Pending { word: shown(&word) }),
                None => match reason(&answer.json) {
                    FailReason::Silent => Err(answer.unreadable()),
                    reason => Ok(StatusAnswer::Failed { reason }),
                },
            }
        }
    }
}

fn outcome(json: &mut Value, censored: bool) -> Outcome {
    let generation_time = json::seconds(json, &["generationTime", "generation_time"]);
    Outcome { files: files(json), censored, generation_time }
}

fn censored(json: &Value) -> bool {
    json.get("result")
        .and_then(|result| json::flag(result, "censored"))
        .or_else(|| json::flag(json, "censored"))
        .unwrap_or(false)
}

/// The first of `result.files`, `result.images`, `files`, `images` that holds a text. Taken out, not copied: a
/// file is megabytes, and the memory of a wasm page never shrinks.
fn files(json: &mut Value) -> Vec<String> {
    let places = ["/result/files", "/result/images", "/files", "/images"];
    places
        .into_iter()
        .filter_map(|place| json.pointer_mut(place).map(Value::take))
        .map(|value| match value {
            Value::Array(items) => items.into_iter().filter_map(file).collect(),
            single => file(single).into_iter().collect::<Vec<_>>(),
        })
        .find(|files| !files.is_empty())
        .unwrap_or_default()
}

fn file(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

fn reason(json: &Value) -> FailReason {
    let quota = |text: &str| text.to_ascii_lowercase().contains("the limit has been reached");
    let said = || DESCRIPTIONS.into_iter().filter_map(|name| json::text(json, &[name]));
    match said().find(|text| quota(text)).or_else(|| said().next()) {
        Some(text) if quota(text) => FailReason::QuotaReached { text: shown(text) },
        Some(text) => FailReason::Said { text: shown(text) },
        None => FailReason::Silent,
    }
}
