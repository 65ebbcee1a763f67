//! Whether a model takes runs now.

use crate::answer::{Answer, Missing};
use crate::{ApiError, Headers, ServiceWord, json};

/// Whether a model takes runs now. It is sometimes wrong: advice for the person, never a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The service's word.
    pub word: ServiceWord,
}

/// Reads `GET pipeline/{id}/availability`: `status` in reality, `pipeline_status` in the official sample,
/// `model_status` in the old API.
///
/// # Errors
/// [`ApiError`]; 404 is [`ApiError::PipelineNotFound`].
pub fn read_availability(status: u16, headers: &Headers, body: &[u8]) -> Result<Availability, ApiError> {
    let answer = Answer::read(status, headers, body, Missing::Pipeline)?;
    let word = json::text(&answer.json, &["status", "pipeline_status", "model_status"])
        .ok_or_else(|| answer.unreadable())?;
    Ok(Availability { word: ServiceWord::new(word) })
}
