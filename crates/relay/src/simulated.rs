//! The engine inside this process: a simulator with this machine's clock.

use crate::delivery::{self, Finish};
use crate::refusal::Refusal;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fusionbrain::{Endpoint, Headers};
use http_body_util::LengthLimitError;
use simulator::{Config, Part, Reply, ReplyBody, Simulator, Ticket};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Semaphore;
use tracing::error;

/// The simulator, its clock, and the hands that paint for it.
#[derive(Clone)]
pub(crate) struct Simulated {
    simulator: Arc<Mutex<Simulator>>,
    /// The simulator's time is milliseconds since 1970, counted on from the start by a clock that nobody sets back. So
    /// the times in its log can be laid beside those of a page.
    started: (u64, Instant),
    /// As many paintings at once as there are cores: more would only take memory.
    painters: Arc<Semaphore>,
    run_body: u64,
}

/// A part of a form, as it came.
struct Received {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    bytes: bytes::Bytes,
}

impl Simulated {
    pub(crate) fn new(config: Config, run_body: u64) -> Self {
        let painters = available_parallelism().map_or(1, usize::from);
        Self {
            simulator: Arc::new(Mutex::new(Simulator::new(config))),
            started: (SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds), Instant::now()),
            painters: Arc::new(Semaphore::new(painters)),
            run_body,
        }
    }

    pub(crate) async fn answer(&self, endpoint: &Endpoint, request: Request) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let form = if *endpoint != Endpoint::Run {
            None
        } else if is_form(&parts.headers) {
            let request = Request::from_parts(parts.clone(), body);
            Some(self.form(request).await?)
        } else {
            Some(Vec::new())
        };
        let split: Vec<Part<'_>> = form.iter().flatten().map(Received::part).collect();
        let body = match &form {
            None => simulator::Body::None,
            Some(_) if is_form(&parts.headers) => simulator::Body::Form(&split),
            Some(_) => simulator::Body::Other,
        };
        let headers = Headers::new(
            parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))),
        );
        let request = simulator::Request {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &headers,
            body,
        };
        let reply = {
            let now = self.now();
            self.simulator().handle(request, now)
        };
        self.deliver(reply).await
    }

    /// What happened so far, as a JSON array.
    pub(crate) fn log(&self) -> Response {
        let text = {
            let mut simulator = self.simulator();
            // What became ready or expired meanwhile is in it too, though nobody asked for it.
            simulator.tick(self.now());
            serde_json::to_string(simulator.log())
        };
        match text {
            Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
            Err(error) => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }

    async fn deliver(&self, reply: Reply) -> Result<Response, Refusal> {
        // From here on, whatever ends this answer (its last byte, or the client going away while it is painted or
        // sent) ends the ticket too.
        let finish = reply.ticket.map(|ticket| {
            let this = self.clone();
            Finish::new(move || this.finished(ticket))
        });
        let bytes = match reply.body {
            ReplyBody::Bytes(bytes) => bytes,
            painting @ ReplyBody::Painting(_) => self.paint(painting).await?,
        };
        let length = bytes.len();
        let mut response = Response::new(delivery::body(bytes, reply.delivery, finish));
        if let Ok(status) = StatusCode::from_u16(reply.status) {
            *response.status_mut() = status;
        }
        let headers = response.headers_mut();
        for (name, value) in reply.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        if !reply.content_type.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        }
        // The whole length is announced even if the body is to be cut: only so can a client notice.
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        Ok(response)
    }

    /// Painting takes a tenth of a second of pure computing: not on the threads that carry requests.
    async fn paint(&self, painting: ReplyBody) -> Result<Vec<u8>, Refusal> {
        let broken = |why: &dyn Error| {
            error!(%why, "painting failed");
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The simulator could not paint.")
        };
        let _hand = self.painters.acquire().await.map_err(|error| broken(&error))?;
        tokio::task::spawn_blocking(move || painting.into_bytes()).await.map_err(|error| broken(&error))
    }

    /// The parts of a run's form, with and without file names.
    async fn form(&self, request: Request) -> Result<Vec<Received>, Refusal> {
        let mut form =
            Multipart::from_request(request, &()).await.map_err(|error| bad_form(&error.body_text()))?;
        let mut parts = Vec::new();
        loop {
            let part = match form.next_field().await {
                Ok(Some(part)) => part,
                Ok(None) => return Ok(parts),
                Err(error) => return Err(self.broken_form(&error)),
            };
            parts.push(Received {
                name: part.name().unwrap_or_default().to_owned(),
                file_name: part.file_name().map(ToOwned::to_owned),
                content_type: part.content_type().map(ToOwned::to_owned),
                bytes: part.bytes().await.map_err(|error| self.broken_form(&error))?,
            });
        }
    }

    fn broken_form(&self, error: &axum::extract::multipart::MultipartError) -> Refusal {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if error.is::<LengthLimitError>() {
                return Refusal::too_large(self.run_body);
            }
            cause = error.source();
        }
        bad_form(&error.body_text())
    }

    fn finished(&self, ticket: Ticket) {
        let now = self.now();
        self.simulator().finished(ticket, now);
    }

    fn simulator(&self) -> MutexGuard<'_, Simulator> {
        // A panic in one request must not answer all later ones with 500.
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        self.started.0.saturating_add(milliseconds(self.started.1.elapsed()))
    }
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

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn bad_form(why: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, format!("Failed to parse multipart request: {why}"))
}
