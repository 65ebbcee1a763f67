//! The headers of an answer, as far as this crate looks at them.

/// Headers of an HTTP message. Names are found in any case of letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// From pairs of name and value. In a browser across origins only the exposed ones can be had, which is enough.
    pub fn new(pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// No headers known.
    pub fn none() -> Self {
        Self::default()
    }

    /// The first value of that name, trimmed.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}
