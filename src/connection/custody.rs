//! What is kept about connections in this browser: the choice and the addresses always, the keys only when asked.
//!
//! The only place where keys are text.

use fusionbrain::{Base, Credentials, Key, Secret};
use serde::{Deserialize, Serialize};

use crate::browser::storage;

const NAME: &str = "connection";

/// Where pictures shall come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    /// The relay that served this page.
    #[default]
    Here,
    /// Another relay.
    Relay,
    /// The service itself.
    Direct,
}

/// What the connection page's fields hold.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) choice: Choice,
    pub(super) relay: String,
    pub(super) direct: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) secret: String,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            choice: Choice::Here,
            relay: String::new(),
            direct: Base::OFFICIAL.to_owned(),
            key: String::new(),
            secret: String::new(),
        }
    }
}

impl Kept {
    /// Both keys, if both are there.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        Some(Credentials { key: Key::new(&self.key)?, secret: Secret::new(&self.secret)? })
    }

    pub(super) fn without_keys(mut self) -> Self {
        self.key.clear();
        self.secret.clear();
        self
    }
}

/// What was kept; the defaults where that cannot be read.
pub(super) fn read() -> Kept {
    storage::read(NAME).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps it for the next visit.
pub(super) fn write(kept: &Kept) -> bool {
    serde_json::to_string(kept).is_ok_and(|text| storage::write(NAME, &text))
}
