//! What happens to every request first and to every answer last: it must have manners, is written to the log, counted and
//! dressed, and a refusal gets its body.

use crate::manners;
use crate::metrics::Metrics;
use crate::origin::Origin;
use crate::people::Caller;
use crate::refusal::Refusal;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tracing::info;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the engine or the relay says is data. Opened as a page, it is one that may do nothing.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// What the frame knows.
pub(crate) struct Frame {
    pub(crate) metrics: Arc<Metrics>,
    /// Of the pages that may ask.
    pub(crate) origins: Vec<Origin>,
    /// Only the person at this machine is meant to come in.
    pub(crate) at_home: bool,
}

/// Wraps one request. The log has its number, the method, the route's pattern, the caller's name in the register (where
/// somebody was asked for it: not whoever asks too often from one address), the status and the time. Never a path (a task's
/// name is in it, and whoever mistypes an address may put anything there), never a header, a query or a body.
pub(crate) async fn frame(State(frame): State<Arc<Frame>>, request: Request, next: Next) -> Response {
    let metrics = &frame.metrics;
    let started = Instant::now();
    let id = number();
    let method = method(request.method());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or_else(|| "elsewhere".to_owned(), |matched| matched.as_str().to_owned());
    let target = request.uri().clone();
    let manners = manners::check(&request, &frame.origins, frame.at_home);
    // Whoever stands between may have gone by a length that was sent as well and is not seen here: what follows on this
    // connection could be another one's request. So nothing follows.
    let hangs_up = manners.is_err() || request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = match manners {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            let mut response = refusal.into_response();
            response.headers_mut().extend(readable_by(&request, &frame.origins));
            response
        }
    };
    let caller = response.extensions_mut().remove::<Caller>();
    let who = caller.as_ref().map_or("", Caller::id);
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        let (status, reason) = (refusal.status.as_u16(), refusal.reason());
        metrics.refused(reason);
        if refusal.status.is_server_error() {
            // The relay's own words about upstream: why it cannot be reached.
            info!(
                request = id,
                method,
                route,
                who,
                status,
                milliseconds,
                reason,
                why = refusal.message,
                "refused"
            );
        } else {
            // What a client is told may quote the client.
            info!(request = id, method, route, who, status, milliseconds, reason, "refused");
        }
        let said = std::mem::take(response.headers_mut());
        response = refusal.answer(target.path());
        let of_cors =
            |name: &HeaderName| *name == header::VARY || name.as_str().starts_with("access-control-");
        for (name, value) in said.iter().filter(|(name, _)| of_cors(name)) {
            response.headers_mut().append(name, value.clone());
        }
    } else {
        let status = response.status().as_u16();
        info!(request = id, method, route, who, status, milliseconds, "answered");
    }
    metrics.answered(route, method, response.status().as_u16());
    let headers = response.headers_mut();
    if hangs_up {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
    // The app's files have said how long they may be kept; everything else is true only now, and no page.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::CONTENT_SECURITY_POLICY, NO_PAGE);
    }
    response
}

/// What the layer of CORS would have said, had it been asked: an allowed page can read why it is refused.
fn readable_by(request: &Request, origins: &[Origin]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !origins.is_empty() {
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    let origin = request.headers().get(header::ORIGIN);
    if let Some(origin) = origin.filter(|said| origins.iter().any(|allowed| *said == allowed.as_str())) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    headers
}

/// The methods there are; everything else a client may write is not repeated.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

/// Another one for each request, also after a restart and on another relay.
fn number() -> String {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(getrandom::u64().unwrap_or_default()));
    format!("{:016x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
