//! The service's identifiers. They look like UUIDs, but nothing here counts on it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Keeps any text that can stand as one segment of a path. `.` and `..` cannot: browsers resolve them even when
/// they are percent-encoded, and the request would go to another endpoint.
fn checked(text: &str) -> Option<String> {
    let text = text.trim();
    (!matches!(text, "" | "." | "..")).then(|| text.to_owned())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Any text that is not empty once trimmed (and not `.` or `..`, which no path can carry).
            pub fn new(text: &str) -> Option<Self> {
                checked(text).map(Self)
            }

            /// The identifier as the service gave it; percent-encode it before it goes into a path.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text).ok_or("an identifier is empty")
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id! {
    /// Names a model (a "pipeline"): `id` in real answers, `uuid` in the official sample.
    PipelineId
}
id! {
    /// Names one accepted run; the key to its one-shot result.
    TaskId
}
