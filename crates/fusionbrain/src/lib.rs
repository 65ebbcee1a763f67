//! The Fusion Brain protocol (Kandinsky), as the official page promises it and as real traffic shows it.
//!
//! Two halves and nothing between them: what is **sent** is exact (validated texts and sizes, endpoints that can
//! only be built right, secrets that can only put themselves on a request), what is **read** is tolerant (an odd
//! shape or an unknown word never costs more than itself, and is kept so that it can be shown).
//!
//! The crate is pure: no I/O, no clock, no randomness. A shell sends [`RunRequest::parts`] to [`Endpoint::url`]
//! with [`Credentials::headers`], and hands the answer's status, headers and bytes to one of the readers:
//! [`read_pipelines`], [`read_availability`], [`read_run`], [`read_status`], [`read_styles`]; a picture that a
//! status answer brought goes through [`read_file`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod availability;
mod base;
mod credentials;
mod decimal;
mod endpoint;
mod error;
mod file;
mod headers;
mod id;
mod json;
mod picture;
mod pipeline;
mod prompt;
mod retry_after;
mod run_answer;
mod run_request;
mod service_word;
mod shown;
mod size;
mod status;
mod style;

pub use availability::{Availability, read_availability};
pub use base::{Base, BaseError};
pub use credentials::{Credentials, Key, Secret, Token};
pub use decimal::decimal;
pub use endpoint::{Endpoint, Method};
pub use error::ApiError;
pub use file::{File, is_link, read_file};
pub use headers::Headers;
pub use id::{PipelineId, TaskId};
pub use picture::{Picture, PictureError, PictureKind};
pub use pipeline::{Pipeline, default_pipeline, read_pipelines};
pub use prompt::{NegativePrompt, Prompt, TextError, utf16_units};
pub use run_answer::{RunAnswer, read_run};
pub use run_request::{FormPart, RunRequest};
pub use service_word::ServiceWord;
pub use size::{SHAPES, Shape, Size, SizeError};
pub use status::{FailReason, Outcome, StatusAnswer, read_status};
pub use style::{Style, StyleName, built_in_styles, read_styles};
