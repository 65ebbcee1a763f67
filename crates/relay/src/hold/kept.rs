//! An answer as it is kept: all that is needed to say it again.

use crate::hold::disk::OnDisk;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use fusionbrain::{Headers, StatusAnswer, TaskId, read_status};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use std::borrow::Cow;
use std::convert::Infallible;

/// Bodies go out in pieces, so that the end of the body is near the end of the sending.
const PIECE: usize = 64 * 1024;

/// What of the headers is kept. Its date was that of one delivery, and a final answer asks nobody to come again.
const KEPT: [HeaderName; 2] = [header::CONTENT_TYPE, header::CONTENT_ENCODING];

/// Only a picture is larger, in bytes.
const LARGE: usize = 64 * 1024;

/// What an answer says of its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// DONE, FAIL or CANCEL: the service will never say it again.
    Final,
    /// Nothing yet: who waits may go on waiting.
    Pending,
    /// An error, or what nobody understands. It is told at once: what to make of it is the client's business.
    Other,
}

/// A whole answer to a status request.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Empty when it is on disk.
    pub(crate) body: Bytes,
    /// Where it is read from, when it is there.
    on_disk: Option<OnDisk>,
}

impl Kept {
    /// An answer as it came.
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body, on_disk: None }
    }

    /// An answer that stays on disk, to be read from there.
    pub(crate) fn on_disk(status: u16, kind: &str, encoding: &str, body: OnDisk) -> Self {
        Self { on_disk: Some(body), ..Self::stored(status, kind, encoding, Bytes::new()) }
    }

    /// An answer as a store gave it back.
    pub(crate) fn stored(status: u16, kind: &str, encoding: &str, body: Bytes) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in KEPT.into_iter().zip([kind, encoding]) {
            if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
                headers.insert(name, value);
            }
        }
        Self::new(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), headers, body)
    }

    /// What the service says of a task that it has not finished, for when it was not asked.
    pub(crate) fn not_yet(task: &TaskId) -> Self {
        let body = serde_json::json!({ "uuid": task.as_str(), "status": "INITIAL" }).to_string();
        Self::stored(200, "application/json", "", body.into())
    }

    /// The two headers that are stored; empty where there was none.
    pub(crate) fn stored_headers(&self) -> [&str; 2] {
        KEPT.map(|name| self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default())
    }

    /// What it says of the task.
    pub(crate) fn word(&self) -> Word {
        if self.on_disk.is_some() {
            // Nothing else is held.
            return Word::Final;
        }
        if self.status.is_success() && self.body.len() > LARGE {
            return self.word_of_a_picture();
        }
        let headers = Headers::new(
            self.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))),
        );
        match read_status(self.status.as_u16(), &headers, &self.body) {
            Ok(StatusAnswer::Done(_) | StatusAnswer::Failed { .. } | StatusAnswer::Cancelled { .. }) => {
                Word::Final
            }
            Ok(StatusAnswer::Pending { .. }) => Word::Pending,
            Err(_) => Word::Other,
        }
    }

    /// Without taking the picture out: that would be another megabyte, for a moment, for each that is on its way. What is so
    /// large and not pending has a picture in it.
    fn word_of_a_picture(&self) -> Word {
        #[derive(Deserialize)]
        struct Peek<'a> {
            #[serde(borrow, default)]
            status: Option<Cow<'a, str>>,
        }
        match serde_json::from_slice::<Peek<'_>>(&self.body) {
            Ok(peek) => match peek.status.unwrap_or_default().to_ascii_uppercase().as_str() {
                "INITIAL" | "PROCESSING" => Word::Pending,
                _ => Word::Final,
            },
            Err(_) => Word::Other,
        }
    }

    /// The answer to send. `sent` is called when its last byte was handed to the connection, and never when the
    /// client went away before.
    pub(crate) fn response(&self, sent: impl FnOnce() + Send + 'static) -> Response {
        let (length, body) = match self.on_disk.clone() {
            Some(body) => (body.length(), Body::from_stream(body.pieces(sent))),
            None => (self.body.len() as u64, Body::from_stream(in_pieces(self.body.clone(), sent))),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        response
    }
}

fn in_pieces(
    body: Bytes,
    sent: impl FnOnce() + Send + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::unfold((body, Some(sent)), async |(mut rest, mut sent)| {
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(PIECE.min(rest.len()));
        if rest.is_empty()
            && let Some(sent) = sent.take()
        {
            sent();
        }
        Some((Ok(piece), (rest, sent)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Kept, LARGE, Word};

    fn word(status: u16, body: &str) -> Word {
        Kept::stored(status, "application/json", "", body.to_owned().into()).word()
    }

    #[test]
    fn what_is_said_once_is_final_and_errors_are_neither_final_nor_pending() {
        for body in [
            r#"{"status":"DONE","result":{"files":["aGk="]}}"#,
            r#"{"status":"FAIL","errorDescription":"The limit has been reached"}"#,
            r#"{"status":"CANCEL"}"#,
            r#"{"status":"FINE","files":["aGk="]}"#,
        ] {
            assert_eq!(word(200, body), Word::Final, "{body}");
        }
        for body in [r#"{"status":"INITIAL"}"#, r#"{"status":"PROCESSING"}"#] {
            assert_eq!(word(200, body), Word::Pending, "{body}");
        }
        for (status, body) in
            [(404, r#"{"status":404}"#), (500, ""), (200, "<html>"), (200, ""), (429, r#"{"status":"DONE"}"#)]
        {
            assert_eq!(word(status, body), Word::Other, "{status} {body}");
        }
    }

    #[test]
    fn large_answers_are_read_alike_without_taking_their_pictures_out() {
        let large = "A".repeat(LARGE);
        for (body, expected) in [
            (format!(r#"{{"status":"DONE","result":{{"files":["{large}"]}}}}"#), Word::Final),
            (format!(r#"{{"files":["{large}"],"status":"FINE"}}"#), Word::Final),
            (format!(r#"{{"files":["{large}"]}}"#), Word::Final),
            (format!(r#"{{"status":"PROCESSING","preview":"{large}"}}"#), Word::Pending),
            (format!("<html>{large}"), Word::Other),
            (format!(r#"{{"status":"DONE","files":["{large}"#), Word::Other),
        ] {
            assert_eq!(word(200, &body), expected, "{}", &body[..40]);
        }
        assert_eq!(word(500, &format!(r#"{{"status":"DONE","files":["{large}"]}}"#)), Word::Other);
    }
}
