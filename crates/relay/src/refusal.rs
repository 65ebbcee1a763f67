//! What the relay says when it has to say no by itself: in the shape of the service's own (Spring) errors, so that
//! a client needs one reader only.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::SystemTime;

/// A failure of the relay's own. The frame around all handlers writes it down, because it knows the path.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// For people; never holds a secret, a header or anything of a body.
    pub(crate) message: String,
    /// The one method that is allowed, where another one was used.
    allow: Option<&'static str>,
    /// After how many seconds to ask again.
    retry_after: Option<u64>,
    /// A run went upstream and nobody knows what became of it: it counts as spent.
    pub(crate) run_unknown: bool,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None, retry_after: None, run_unknown: false }
    }

    /// 404 for everything that is not one of the routes.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "This relay has nothing at this address.")
    }

    /// 404 for a task that is not there, or is somebody else's: which of the two is not said.
    pub(crate) fn no_task() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such task.")
    }

    /// 503: what is shared or held cannot be looked at.
    pub(crate) fn store_broken() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The relay's store does not work at the moment. Nothing was sent.",
        )
    }

    /// 405, worded as Spring does.
    pub(crate) fn method(used: &str, allowed: &'static str) -> Self {
        Self {
            allow: Some(allowed),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("Request method '{used}' is not supported"))
        }
    }

    /// 413 for a run that is larger than any run can be.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("A run may have {limit} bytes at most."))
    }

    /// 429: not now, but after so many seconds.
    pub(crate) fn too_many(message: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after.max(1)), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    /// The same, knowing whether a run may have been started all the same.
    pub(crate) fn run_unknown(self, run_unknown: bool) -> Self {
        Self { run_unknown, ..self }
    }

    /// One word for the log and for counting; holds nothing of the request.
    pub(crate) fn reason(&self) -> &'static str {
        match self.status.as_u16() {
            400 => "malformed",
            401 => "stranger",
            403 => "foreign_page",
            404 => "not_found",
            405 => "method",
            408 => "slow",
            413 | 414 => "too_large",
            415 => "no_form",
            429 => "too_many",
            502 => "upstream_broken",
            503 => "unavailable",
            504 => "upstream_silent",
            _ => "other",
        }
    }

    /// The whole answer for a request of that path.
    pub(crate) fn answer(&self, path: &str) -> Response {
        let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let body = serde_json::json!({
            // Spring writes the offset in digits.
            "timestamp": now.replace('Z', "+00:00"),
            "status": self.status.as_u16(),
            "error": self.status.canonical_reason().unwrap_or("Error"),
            "message": self.message,
            "path": path,
        });
        let mut response =
            (self.status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response();
        let headers = response.headers_mut();
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            // As Spring does: only a run has a body.
            headers.insert(header::ACCEPT, HeaderValue::from_static("multipart/form-data"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}
