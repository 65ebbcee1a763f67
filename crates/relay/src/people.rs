//! Who is asking.

/// Whoever a request comes from. The door puts it on every request before a handler sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    id: String,
}

impl Caller {
    /// Everybody, where no people are configured.
    pub(crate) fn anyone() -> Self {
        Self { id: String::new() }
    }

    /// The same for the same person on every machine and after every restart; empty for [`Caller::anyone`].
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}
