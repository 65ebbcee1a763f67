//! What the page's owner presets about connections, in `config.json`.

use fusionbrain::Base;
use serde_json::Value;
use studio::config::{self, Source};

use super::custody::{Choice, Kept};
use crate::browser;

fn owner() -> Value {
    // What is wrong in it is told elsewhere.
    config::value(&browser::config::text(), &mut |_| ())
}

/// For whoever has not chosen a connection.
pub(super) fn kept() -> Kept {
    let mut kept = Kept::default();
    if let Some(preset) = config::connection(&owner(), &mut |_| ()) {
        let address = preset.address.map(|address| address.as_str().to_owned());
        kept.choice = match preset.source {
            Source::Here => Choice::Here,
            Source::Relay => Choice::Relay,
            Source::Direct => Choice::Direct,
            Source::Demo => Choice::Demo,
        };
        match (kept.choice, address) {
            (Choice::Relay, Some(address)) => kept.relay = address,
            (Choice::Direct, Some(address)) => kept.direct = address,
            _ => {}
        }
    }
    kept
}

/// The origins of the relays that may be used; any, when there is no list.
pub(super) fn relays() -> Option<Vec<String>> {
    config::relays(&owner(), &mut |_| ())
}

/// Whether this address may be used.
pub(super) fn allows(address: &Base) -> bool {
    config::allows(relays().as_deref(), address)
}
