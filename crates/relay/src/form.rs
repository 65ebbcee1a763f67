//! A run's form, split into its parts for whoever reads it here.

use crate::refusal::Refusal;
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use fusionbrain::Headers;
use http_body_util::LengthLimitError;
use simulator::Part;
use std::error::Error;
use tower_http::timeout::TimeoutError;

/// The body of a run.
pub(crate) enum Form {
    /// The parts of a multipart form, in order.
    Parts(Vec<Received>),
    /// A body of another kind, which no service takes. It was not read.
    Other,
}

/// A part of a form, as it came.
pub(crate) struct Received {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    bytes: bytes::Bytes,
}

impl Form {
    /// Reads the parts, with and without file names. `limit` is what the body was limited to, in bytes.
    ///
    /// # Errors
    /// 413 when the body turned out larger than its limit, 408 when it took too long, 400 when it is no whole form.
    /// Nothing of what was sent is repeated.
    pub(crate) async fn read(head: &Parts, body: Body, limit: u64) -> Result<Self, Refusal> {
        if !is_form(&head.headers) {
            return Ok(Self::Other);
        }
        let request = Request::from_parts(head.clone(), body);
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|_| bad_form("the Content-Type names no boundary"))?;
        let mut parts = Vec::new();
        loop {
            let part = match form.next_field().await {
                Ok(Some(part)) => part,
                Ok(None) => return Ok(Self::Parts(parts)),
                Err(error) => return Err(broken_form(&error, limit)),
            };
            parts.push(Received {
                name: part.name().unwrap_or_default().to_owned(),
                file_name: part.file_name().map(ToOwned::to_owned),
                content_type: part.content_type().map(ToOwned::to_owned),
                bytes: part.bytes().await.map_err(|error| broken_form(&error, limit))?,
            });
        }
    }

    /// Whether one of these parts is there twice: whoever reads the form next could mean the other one.
    pub(crate) fn has_twice(&self, names: &[&str]) -> bool {
        let Self::Parts(parts) = self else { return false };
        names.iter().any(|name| parts.iter().filter(|part| part.name == *name).count() > 1)
    }
}

/// Shows a request to `reader` the way the pure crates take it. `form` is that of a run; other calls have none.
pub(crate) fn as_request<T>(
    head: &Parts,
    form: Option<&Form>,
    reader: impl FnOnce(simulator::Request<'_>) -> T,
) -> T {
    let split: Vec<Part<'_>> = match form {
        Some(Form::Parts(parts)) => parts.iter().map(Received::part).collect(),
        Some(Form::Other) | None => Vec::new(),
    };
    let body = match form {
        None => simulator::Body::None,
        Some(Form::Parts(_)) => simulator::Body::Form(&split),
        Some(Form::Other) => simulator::Body::Other,
    };
    let headers = Headers::new(
        head.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))),
    );
    reader(simulator::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body,
    })
}

impl Received {
    fn part(&self) -> Part<'_> {
        Part {
            name: &self.name,
            file_name: self.file_name.as_deref(),
            content_type: self.content_type.as_deref(),
            bytes: &self.bytes,
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn broken_form(error: &MultipartError, limit: u64) -> Refusal {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Refusal::too_large(limit);
        }
        if error.is::<TimeoutError>() {
            return Refusal::new(StatusCode::REQUEST_TIMEOUT, "The run did not arrive in time.");
        }
        cause = error.source();
    }
    bad_form("the form is broken")
}

fn bad_form(why: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, format!("Failed to parse multipart request: {why}"))
}
