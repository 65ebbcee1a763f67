//! What is kept about connections in this browser. What the text says and when it holds keys: [`studio::custody`].

pub(super) use studio::custody::{Cabinet, Choice, Custody, Kept};

use crate::browser::{clock, config, random, storage};

const NAME: &str = "connection";

/// Whose keys were forgotten or locked last: other tabs do the same. The id of a connection, a space, and chance, so that
/// saying the same twice is news.
const FORGOTTEN: &str = "forgotten";

/// The connection in use; what the page's owner presets where nothing was kept.
pub(super) fn read() -> Kept {
    studio::custody::active(&stored(), clock::now())
}

/// All connections.
pub(super) fn read_all() -> Cabinet {
    Cabinet::read(&stored(), clock::now())
}

fn stored() -> String {
    storage::read(NAME).unwrap_or_else(config::preset)
}

/// Whether keys are stored, in the clear or sealed.
pub(super) fn keeps_keys() -> bool {
    stored().contains("\"keep\"")
}

/// What has expired goes from the storage.
pub(super) fn drop_expired() {
    let text = storage::read(NAME).unwrap_or_default();
    if let Some(rest) = studio::custody::without_expired(&text, clock::now()) {
        storage::write(NAME, &rest);
    }
}

/// Keeps them for the next visit.
pub(super) fn write(all: &Cabinet) -> bool {
    storage::write(NAME, &all.to_text())
}

/// Other tabs forget this connection's keys.
pub(super) fn tell_forgotten(id: &str) {
    storage::write(FORGOTTEN, &format!("{id} {}", random::id()));
}

/// Calls `then` when another tab has forgotten or locked keys: with the connection's id, or an empty one when everything
/// of ours was forgotten.
pub(super) fn on_forgotten(then: impl Fn(&str) + 'static) {
    storage::on_change(move |name, text| match (name, text) {
        (FORGOTTEN, Some(text)) => then(text.split(' ').next().unwrap_or_default()),
        (NAME, None) => then(""),
        _ => {}
    });
}

/// Calls `then` when another tab has changed a connection.
pub(super) fn on_changed(then: impl Fn() + 'static) {
    storage::on_change(move |name, text| {
        if name == NAME && text.is_some() {
            then();
        }
    });
}
