//! No origin is used twice: the system hands ports out again, and a browser session still has in its cache, its storage
//! and its service workers what another test's origin left there.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
};

/// Whether this run of the tests sees the origin for the first time.
pub(crate) fn is_new(origin: &str) -> bool {
    static SEEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(origin.to_owned())
}
