//! The engine inside this process: a simulator with this machine's clock.

use crate::delivery::{self, Finish};
use crate::form::{self, Form};
use crate::refusal::Refusal;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fusionbrain::Endpoint;
use simulator::{Config, Reply, ReplyBody, Simulator, Ticket};
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
        let (head, body) = request.into_parts();
        let form = match endpoint {
            Endpoint::Run => Some(Form::read(&head, body, self.run_body).await?),
            _ => None,
        };
        let reply = form::as_request(&head, form.as_ref(), |request| {
            let now = self.now();
            self.simulator().handle(request, now)
        });
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
        let body = delivery::body(bytes, reply.delivery, finish);
        let mut response = answer(reply.status, reply.content_type, &reply.headers, body);
        // The whole length is announced even if the body is to be cut: only so can a client notice.
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
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

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A reply of the simulator's as an answer of the door's.
fn answer(
    status: u16,
    content_type: &'static str,
    headers: &[(&'static str, String)],
    body: Body,
) -> Response {
    let mut response = Response::new(body);
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    if !content_type.is_empty() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}
