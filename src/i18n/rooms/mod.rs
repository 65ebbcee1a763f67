//! What is said in the rooms beside the studio, which are loaded later: so are these texts.

mod custody;
mod embed;
mod keyboard;
mod library;
mod storage;

pub use custody::CustodyTexts;
pub use embed::EmbedTexts;
pub use keyboard::{KeyboardTexts, SettingsTexts};
pub use library::LibraryTexts;
pub use storage::StorageTexts;

use super::language;

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    language().rooms()
}

/// Every text of one language.
pub struct Texts {
    pub keyboard: KeyboardTexts,
    pub settings: SettingsTexts,
    pub library: LibraryTexts,
    // connection page
    pub connection_intro: &'static str,
    pub from_here: &'static str,
    pub from_here_text: &'static str,
    pub from_here_missing: &'static str,
    pub from_relay: &'static str,
    pub from_relay_text: &'static str,
    pub from_direct: &'static str,
    pub from_direct_text: &'static str,
    pub relay_address: &'static str,
    pub base_address: &'static str,
    pub key: &'static str,
    pub secret: &'static str,
    pub test: &'static str,
    pub testing: &'static str,
    pub test_ok: fn(models: usize) -> String,
    pub use_it: &'static str,
    pub forget: &'static str,
    pub forgotten: &'static str,
    pub bad_address: &'static str,
    pub not_a_relay: &'static str,
    pub keys_missing: &'static str,
    pub from_demo: &'static str,
    pub from_demo_text: &'static str,
    pub not_allowed: fn(origins: &str) -> String,
    pub plain_http: &'static str,
    pub key_guide: &'static str,
    pub key_steps: [&'static str; 3],
    pub custody: CustodyTexts,
    pub storage: StorageTexts,
    pub embed: EmbedTexts,
}
