//! Who is asking.

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
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}
