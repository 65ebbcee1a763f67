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
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    /// 404 for everything that is not one of the routes.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "This relay has nothing at this address.")
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
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
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
