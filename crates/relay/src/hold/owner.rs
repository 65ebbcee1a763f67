//! Whose a task is.

use crate::people::Caller;
use axum::http::HeaderMap;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Who may read a task's answer: the caller, and where clients bring keys of their own, those keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner(String);

impl Owner {
    /// The one behind a request. `own_keys`: whether the client's keys decide what it may see upstream; then they do
    /// so here, too, or else a held answer could be read with anybody's.
    pub(crate) fn of(caller: &Caller, headers: &HeaderMap, own_keys: bool) -> Self {
        let mut owner = caller.id().to_owned();
        if own_keys {
            // Only to be compared, and stored on disks and in databases: nothing leads back from it to the keys.
            let mut digest = Sha256::new();
            for name in ["x-key", "x-secret"] {
                digest.update(headers.get(name).map_or(&b""[..], |value| value.as_bytes()));
                digest.update([0]);
            }
            owner.push(' ');
            for byte in digest.finalize() {
                // Writing to a String does not fail.
                let _ = write!(owner, "{byte:02x}");
            }
        }
        Self(owner)
    }

    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Owner;
    use crate::people::Caller;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn keys_of_the_clients_own_make_another_owner_and_do_not_stand_in_it() {
        let keys = |key: &'static str, secret: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-key", HeaderValue::from_static(key));
            headers.insert("x-secret", HeaderValue::from_static(secret));
            headers
        };
        let of = |headers: &HeaderMap, own| Owner::of(&Caller::anyone(), headers, own);
        let mine = of(&keys("Key mine", "Secret one"), true);
        assert_eq!(mine, of(&keys("Key mine", "Secret one"), true));
        assert_ne!(mine, of(&keys("Key mine", "Secret two"), true));
        assert_ne!(mine, of(&keys("Key mineS", "ecret one"), true));
        assert!(!mine.as_str().contains("mine"));
        // With the relay's own keys, what a client sends in their place means nothing.
        assert_eq!(of(&keys("Key a", "Secret b"), false), of(&HeaderMap::new(), false));
    }
}
