//! What the service answers to a run.

use crate::answer::{Answer, Missing};
use crate::shown::shown;
use crate::{ApiError, Headers, ServiceWord, TaskId, json};
use serde_json::Value;

/// An answer to a run. Any 2xx is read alike; the service answers 201 to both.
#[derive(Debug, Clone, PartialEq)]
pub enum RunAnswer {
    /// The task exists and quota is spent.
    Accepted {
        /// The key to the result.
        task: TaskId,
        /// The service's word, `INITIAL` when it said none.
        status: String,
        /// Seconds until a first poll makes sense (seen: 11..17).
        status_time: Option<f64>,
    },
    /// No task was started; the prompt is fine; try later.
    Refused {
        /// Why, in the service's word.
        word: ServiceWord,
    },
}

/// Reads `POST pipeline/run`.
///
/// # Errors
/// [`ApiError`]; 404 is [`ApiError::PipelineNotFound`]. After [`ApiError::CutBody`], [`ApiError::Unreadable`] and
/// other errors without a clear no, the task **may exist**: never repeat the run by itself.
pub fn read_run(status: u16, headers: &Headers, body: &[u8]) -> Result<RunAnswer, ApiError> {
    let answer = Answer::read(status, headers, body, Missing::Pipeline)?;
    let json = &answer.json;
    let task = |name| json::text_or_number(json, &[name]).and_then(|id| TaskId::new(&id));
    if let Some(task) = task("uuid") {
        return Ok(accepted(task, json));
    }
    if let Some(word) = json::text(json, &["pipeline_status", "model_status"]) {
        return Ok(RunAnswer::Refused { word: ServiceWord::new(word) });
    }
    let word = json::text(json, &["status"]).map(ServiceWord::new);
    // An `id` beside a refusal is some other thing's; by itself it is the task under another name.
    let refuses = matches!(word, Some(ServiceWord::DisabledManually | ServiceWord::DisabledByQueue));
    match (task("id"), word) {
        (Some(task), _) if !refuses => Ok(accepted(task, json)),
        (_, Some(word)) => Ok(RunAnswer::Refused { word }),
        _ => Err(answer.unreadable()),
    }
}

fn accepted(task: TaskId, json: &Value) -> RunAnswer {
    RunAnswer::Accepted {
        task,
        status: json::text(json, &["status"]).map_or_else(|| "INITIAL".to_owned(), shown),
        status_time: json::seconds(json, &["status_time", "statusTime"]),
    }
}
