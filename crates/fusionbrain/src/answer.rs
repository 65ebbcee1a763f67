//! The first look at any answer: is it JSON worth reading, and if not, what is it?

use crate::json;
use crate::retry_after::retry_after;
use crate::shown::shown;
use crate::{ApiError, Headers};
use serde_json::Value;
use serde_json::error::Category;

/// Which thing a 404 is about.
#[derive(Clone, Copy)]
pub(crate) enum Missing {
    Pipeline,
    Task,
    Page,
}

/// A 2xx answer's JSON, with its text for the case that nothing in it is known.
pub(crate) struct Answer<'a> {
    pub(crate) json: Value,
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Takes an answer apart, or says what went wrong.
    pub(crate) fn read(
        status: u16,
        headers: &Headers,
        body: &'a [u8],
        missing: Missing,
    ) -> Result<Self, ApiError> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
        if !(200..300).contains(&status) {
            return Err(failure(status, headers, body, missing));
        }
        if body.is_empty() {
            return Err(ApiError::Empty { status, retry_after: retry_after(headers) });
        }
        if is_html(headers, body) {
            return Err(ApiError::Html { status, text: raw(body), retry_after: retry_after(headers) });
        }
        // Bytes that are no UTF-8 cost their own letter, not the answer; a good body is not copied.
        match serde_json::from_str(&String::from_utf8_lossy(body)) {
            Ok(json) => Ok(Self { json, body }),
            Err(error) if error.classify() == Category::Eof => Err(ApiError::CutBody { so_far: raw(body) }),
            Err(_) => Err(ApiError::Unreadable { so_far: raw(body) }),
        }
    }

    /// The error for JSON in which nothing is known.
    pub(crate) fn unreadable(&self) -> ApiError {
        ApiError::Unreadable { so_far: raw(self.body) }
    }
}

/// The beginning of a body as text, fit to be shown. Looks at no more bytes than it can need: a body may be
/// megabytes, and only 2000 characters are kept.
fn raw(body: &[u8]) -> String {
    const ENOUGH: usize = 16 * 1024;
    shown(&String::from_utf8_lossy(&body[..body.len().min(ENOUGH)]))
}

/// A body that starts as a page does; or that claims to be one and does not look like JSON (there are servers that
/// send JSON under the wrong name).
fn is_html(headers: &Headers, body: &[u8]) -> bool {
    let claims = || {
        let kind = headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
        kind.starts_with("text/html") || kind.starts_with("application/xhtml")
    };
    match body.first() {
        Some(b'<') => true,
        Some(b'{' | b'[') | None => false,
        Some(_) => claims(),
    }
}

/// What a status outside 2xx means.
fn failure(status: u16, headers: &Headers, body: &[u8], missing: Missing) -> ApiError {
    let retry_after = retry_after(headers);
    if is_html(headers, body) {
        return ApiError::Html { status, text: raw(body), retry_after };
    }
    let text = message(body);
    match (status, missing) {
        (400, _) => ApiError::BadRequest { text },
        (401, _) => ApiError::Unauthorized { text },
        (404, Missing::Pipeline) => ApiError::PipelineNotFound { text },
        (404, Missing::Task) => ApiError::TaskNotFound { text },
        (404, Missing::Page) => ApiError::NotFound { text },
        (415, _) => ApiError::UnsupportedMediaType { text },
        _ if body.is_empty() => ApiError::Empty { status, retry_after },
        (500..=599, _) => ApiError::Server { status, text, retry_after },
        _ => ApiError::Refused { status, text, retry_after },
    }
}

/// What an error body says: Spring's `message`, else its `error`, else all of it.
fn message(body: &[u8]) -> String {
    // Read as a text like everything else: for bytes the parser would be compiled a second time.
    match serde_json::from_str::<Value>(&String::from_utf8_lossy(body)) {
        Ok(value) => json::text(&value, &["message", "error"]).map_or_else(|| raw(body), shown),
        Err(_) => raw(body),
    }
}
