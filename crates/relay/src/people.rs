//! Who is asking: every request gets a [`Caller`] before any handler runs.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Somebody the door let in. Holds nothing secret, so that it may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    id: Arc<str>,
}

impl Caller {
    /// The one caller of a relay that knows no people: whoever reaches it.
    pub(crate) fn anyone() -> Self {
        Self { id: "".into() }
    }

    /// Names the caller, the same on every machine and after every restart. Empty for [`Caller::anyone`].
    // Read by whatever remembers something for its owner.
    #[allow(dead_code)]
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

/// Puts the caller into the request's extensions.
pub(crate) async fn identify(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Caller::anyone());
    next.run(request).await
}
