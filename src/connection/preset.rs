//! What the page's owner allows, in `config.json`.

use fusionbrain::Base;
use serde_json::Value;
use studio::config;

use crate::browser;

/// What is wrong in it is told elsewhere.
fn owner() -> Value {
    config::value(&browser::config::text()).unwrap_or_default()
}

/// Whether this address may be used.
pub(super) fn allows(address: &Base) -> bool {
    config::allows(&owner(), address)
}

/// The origins of the relays that may be used; any, when there is no list.
pub(super) fn relays() -> Option<Vec<String>> {
    config::relays(&owner(), &mut |_| ())
}
