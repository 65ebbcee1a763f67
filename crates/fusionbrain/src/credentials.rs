//! The key pair. These types can do one thing: put themselves on a request.
//!
//! `Debug` prints the type's name only; there is no `Display` and no `Serialize`; comparing takes the same time
//! wherever two values differ, so that a server may use it; memory is wiped when a value is dropped.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use subtle::ConstantTimeEq;

/// Marks that copying from a page can leave at the ends and that `trim` does not know (zero width, BOM).
fn is_paste_residue(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Strips what people paste around the value. The value itself is not judged by its shape, but it must be able
/// to stand in an HTTP header: otherwise a browser throws the same `TypeError` as for a dead network.
fn cleaned(text: &str, prefix: &str) -> Option<SecretString> {
    let mut text = text.trim_matches(is_paste_residue);
    if let Some((head, rest)) = text.split_once(char::is_whitespace)
        && head.eq_ignore_ascii_case(prefix)
    {
        text = rest.trim_matches(is_paste_residue);
    }
    let sendable = !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    sendable.then(|| SecretString::from(text))
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            #[doc = concat!(
                "Trims pasted white space and a pasted leading `", $prefix, " `. `None` when nothing is left, ",
                "or when a character is left that no HTTP header can carry (a control or non-ASCII one)."
            )]
            pub fn new(text: &str) -> Option<Self> {
                cleaned(text, $prefix).map(Self)
            }

            /// The bare value. **For custody and for putting on a request only**: never log, show or store it
            /// anywhere else.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
            }
        }

        impl Eq for $name {}
    };
}

secret! {
    /// The API key, sent as `X-Key: Key …`.
    Key, "Key"
}
secret! {
    /// The API secret, sent as `X-Secret: Secret …`.
    Secret, "Secret"
}

secret! {
    /// What a relay knows somebody by, sent as `Authorization: Bearer …`. Not part of the service's own protocol.
    Token, "Bearer"
}

impl Token {
    /// The header that goes on each request to the relay the token was given for, and to nobody else.
    pub fn header(&self) -> (&'static str, String) {
        ("Authorization", format!("Bearer {}", self.expose()))
    }
}

/// What every call is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The API key.
    pub key: Key,
    /// The API secret.
    pub secret: Secret,
}

impl Credentials {
    /// The two headers of every call, names and values exactly as the official page writes them.
    pub fn headers(&self) -> [(&'static str, String); 2] {
        [
            ("X-Key", format!("Key {}", self.key.expose())),
            ("X-Secret", format!("Secret {}", self.secret.expose())),
        ]
    }
}
