//! What happens to every answer before CORS: it is written to the log, dressed, and a refusal gets its body.

use crate::refusal::Refusal;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::info;

/// Wraps one request. The log has method, path, status and time, and never a header, a query or a body.
pub(crate) async fn frame(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        info!(%method, path, status = refusal.status.as_u16(), why = refusal.message, "refused");
        response = refusal.answer(&path);
    } else {
        let milliseconds = started.elapsed().as_millis();
        info!(%method, path, status = response.status().as_u16(), milliseconds, "answered");
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The app's files have said how long they may be kept; everything else is true only now.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
