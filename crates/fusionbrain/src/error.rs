//! What went wrong, as finely as the words a person is told about it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Every way in which a call can fail. Each has its own sentence and its own next step in the app.
///
/// `text` is the service's `message` (Spring JSON), else its `error`, else the body's own text; control characters
/// removed, at most 2000 characters. It may be empty. `retry_after` is in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// No answer at all: offline, DNS, TLS or CORS. A browser cannot tell which. Made by the shell.
    Unreachable,
    /// 401: the keys are wrong.
    Unauthorized {
        /// What the service said.
        text: String,
    },
    /// 403, 429 and every other status that has no variant of its own.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the service said.
        text: String,
        /// Seconds the service asks to wait.
        retry_after: Option<u32>,
    },
    /// A web page instead of an answer, with whatever status: the anti-DDoS front, a proxy, a wrong address. This
    /// holds for 401 and 404 too: a page says nothing about keys or tasks.
    Html {
        /// The HTTP status.
        status: u16,
        /// The beginning of the page.
        text: String,
        /// Seconds the service asks to wait.
        retry_after: Option<u32>,
    },
    /// An empty body with a status that does not say enough by itself (400, 401, 404, 415 do).
    Empty {
        /// The HTTP status.
        status: u16,
        /// Seconds the service asks to wait.
        retry_after: Option<u32>,
    },
    /// 400: the request is wrong, for example a text too long.
    BadRequest {
        /// What the service said.
        text: String,
    },
    /// 404 on a run or on availability: no such model.
    PipelineNotFound {
        /// What the service said.
        text: String,
    },
    /// 404 on a status: the task is unknown, expired, or its result was handed over already. It can also pass:
    /// ask again before believing it.
    TaskNotFound {
        /// What the service said.
        text: String,
    },
    /// 404 elsewhere: most likely a wrong base address.
    NotFound {
        /// What the service said.
        text: String,
    },
    /// 415: the form was encoded wrongly; a client's or relay's fault, never the user's.
    UnsupportedMediaType {
        /// What the service said.
        text: String,
    },
    /// 5xx.
    Server {
        /// The HTTP status.
        status: u16,
        /// What the service said.
        text: String,
        /// Seconds the service asks to wait.
        retry_after: Option<u32>,
    },
    /// The body ended too early. Made by the shell, and for JSON that stops in the middle.
    CutBody {
        /// The beginning of what came.
        so_far: String,
    },
    /// A 2xx answer that is no JSON, or JSON in which nothing is known.
    Unreadable {
        /// The beginning of what came.
        so_far: String,
    },
}

impl ApiError {
    /// Seconds the service asks to wait before the next call.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            ApiError::Refused { retry_after, .. }
            | ApiError::Html { retry_after, .. }
            | ApiError::Empty { retry_after, .. }
            | ApiError::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it is worth repeating a **GET** by itself, with growing waits. Never true advice for a run: a run
    /// spends quota. [`ApiError::TaskNotFound`] has its own rule (two or three times more) and is not counted here.
    pub fn is_passing(&self) -> bool {
        match self {
            ApiError::Unreachable
            | ApiError::Html { .. }
            | ApiError::Empty { .. }
            | ApiError::Server { .. }
            | ApiError::CutBody { .. }
            | ApiError::Unreadable { .. } => true,
            // Too many requests; and the two by which a server says "this very request, later".
            ApiError::Refused { status, .. } => matches!(status, 408 | 425 | 429),
            _ => false,
        }
    }

    /// The variant's name for logs, tests and style sheets.
    pub fn name(&self) -> &'static str {
        match self {
            ApiError::Unreachable => "unreachable",
            ApiError::Unauthorized { .. } => "unauthorized",
            ApiError::Refused { .. } => "refused",
            ApiError::Html { .. } => "html",
            ApiError::Empty { .. } => "empty",
            ApiError::BadRequest { .. } => "bad-request",
            ApiError::PipelineNotFound { .. } => "pipeline-not-found",
            ApiError::TaskNotFound { .. } => "task-not-found",
            ApiError::NotFound { .. } => "not-found",
            ApiError::UnsupportedMediaType { .. } => "unsupported-media-type",
            ApiError::Server { .. } => "server",
            ApiError::CutBody { .. } => "cut-body",
            ApiError::Unreadable { .. } => "unreadable",
        }
    }

    /// The HTTP status, where the variant stands for more than one.
    pub fn status(&self) -> Option<u16> {
        match self {
            ApiError::Refused { status, .. }
            | ApiError::Html { status, .. }
            | ApiError::Empty { status, .. }
            | ApiError::Server { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the service said, or the beginning of what came; may be empty.
    pub fn text(&self) -> &str {
        match self {
            ApiError::Unreachable | ApiError::Empty { .. } => "",
            ApiError::Unauthorized { text }
            | ApiError::Refused { text, .. }
            | ApiError::Html { text, .. }
            | ApiError::BadRequest { text }
            | ApiError::PipelineNotFound { text }
            | ApiError::TaskNotFound { text }
            | ApiError::NotFound { text }
            | ApiError::UnsupportedMediaType { text }
            | ApiError::Server { text, .. } => text,
            ApiError::CutBody { so_far } | ApiError::Unreadable { so_far } => so_far,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Some(status) = self.status() {
            write!(f, " ({status})")?;
        }
        if !self.text().is_empty() {
            write!(f, ": {}", self.text())?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}
