//! What is kept about connections in this browser: the choice and the addresses always, the keys only when asked.
//!
//! The only place where keys are text.

use fusionbrain::{Base, Credentials, Key, Secret, Token};
use serde::Serialize;
use serde_json::Value;

use crate::browser::{config, storage};

const NAME: &str = "connection";

/// Where pictures shall come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    /// The relay that served this page.
    #[default]
    Here,
    /// Another relay.
    Relay,
    /// The service itself.
    Direct,
    /// The simulator inside the page.
    Demo,
}

/// What the connection page's fields hold.
#[derive(Clone, Serialize)]
pub(super) struct Kept {
    pub(super) choice: Choice,
    pub(super) relay: String,
    pub(super) direct: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) secret: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) token: String,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            choice: Choice::Here,
            relay: String::new(),
            direct: Base::OFFICIAL.to_owned(),
            key: String::new(),
            secret: String::new(),
            token: String::new(),
        }
    }
}

impl Kept {
    /// Both keys, if both are there.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        Some(Credentials { key: Key::new(&self.key)?, secret: Secret::new(&self.secret)? })
    }

    /// What the relay knows this person by.
    pub(super) fn token(&self) -> Option<Token> {
        Token::new(&self.token)
    }

    /// Neither keys nor a token.
    pub(super) fn has_nothing(&self) -> bool {
        self.credentials().is_none() && self.token.is_empty()
    }

    /// The same without its keys.
    pub(super) fn without_keys(mut self) -> Self {
        self.key.clear();
        self.secret.clear();
        self.token.clear();
        self
    }
}

/// What was kept; what the page's owner presets where nothing was; the defaults where that cannot be read.
pub(super) fn read() -> Kept {
    from_text(&storage::read(NAME).unwrap_or_else(config::preset))
}

/// What a text of [`to_text`] says; the defaults where it cannot be read.
pub(super) fn from_text(text: &str) -> Kept {
    kept(&serde_json::from_str(text).unwrap_or_default())
}

/// As it is kept, and handed from one program of the page to the other.
pub(super) fn to_text(kept: &Kept) -> String {
    serde_json::to_string(kept).unwrap_or_default()
}

/// By hand: a reader derived for this one shape is three kilobytes of the app.
fn kept(value: &Value) -> Kept {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let or_empty = |name: &str| text(name).unwrap_or_default().to_owned();
    let choice = match text("choice") {
        Some("relay") => Choice::Relay,
        Some("direct") => Choice::Direct,
        Some("demo") => Choice::Demo,
        _ => Choice::Here,
    };
    let direct = text("direct").unwrap_or(Base::OFFICIAL).to_owned();
    let [relay, key, secret, token] = ["relay", "key", "secret", "token"].map(or_empty);
    Kept { choice, relay, direct, key, secret, token }
}

/// Keeps it for the next visit.
pub(super) fn write(kept: &Kept) -> bool {
    storage::write(NAME, &to_text(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for choice in [Choice::Here, Choice::Relay, Choice::Direct, Choice::Demo] {
            let [relay, direct, key, secret, token] = ["r", "d", "k", "s", "t"].map(str::to_owned);
            let written = serde_json::to_value(Kept { choice, relay, direct, key, secret, token }).unwrap();
            let read = kept(&written);
            assert_eq!(read.choice, choice);
            assert_eq!(
                [read.relay, read.direct, read.key, read.secret, read.token],
                ["r", "d", "k", "s", "t"]
            );
        }
    }

    #[test]
    fn what_is_missing_or_odd_is_the_default() {
        for odd in ["null", "7", r#"{"choice":"moon","key":1}"#] {
            let read = kept(&serde_json::from_str(odd).unwrap());
            assert_eq!(
                (read.choice, read.direct.as_str(), read.key.as_str()),
                (Choice::Here, Base::OFFICIAL, "")
            );
        }
    }
}
