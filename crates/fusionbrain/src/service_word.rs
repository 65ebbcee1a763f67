//! The word in which the service says whether it takes runs.

use crate::shown::shown;
use serde::{Deserialize, Serialize};

/// The state of a pipeline, in the service's own words. Words this crate does not know are kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ServiceWord {
    /// `ACTIVE`: runs are taken.
    Active,
    /// `DISABLED_MANUALLY`: switched off by the vendor.
    DisabledManually,
    /// `DISABLED_BY_QUEUE`: too many tasks are waiting.
    DisabledByQueue,
    /// Any other word, as it came; trimmed, control characters removed, at most 2000 characters.
    Other(String),
}

impl ServiceWord {
    /// Reads a word; known ones in any case of letters.
    pub fn new(word: &str) -> Self {
        let word = word.trim();
        [Self::Active, Self::DisabledManually, Self::DisabledByQueue]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(word))
            .unwrap_or_else(|| Self::Other(shown(word)))
    }

    /// The word as the service writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::DisabledManually => "DISABLED_MANUALLY",
            Self::DisabledByQueue => "DISABLED_BY_QUEUE",
            Self::Other(word) => word,
        }
    }

    /// Whether runs are taken.
    pub fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

impl From<String> for ServiceWord {
    fn from(word: String) -> Self {
        Self::new(&word)
    }
}

impl From<ServiceWord> for String {
    fn from(word: ServiceWord) -> String {
        word.as_str().to_owned()
    }
}
