//! What is said of keys, and in the settings.

use studio::shortcuts::{Action, Place};

use crate::settings::Look;

/// The texts of the sheet of shortcuts and of the palette.
pub struct KeyboardTexts {
    pub title: &'static str,
    pub intro: &'static str,
    pub close: &'static str,
    pub palette: &'static str,
    pub ask: &'static str,
    pub nothing: &'static str,
    pub place: fn(Place) -> &'static str,
    pub action: fn(Action) -> &'static str,
}

/// The settings' texts.
pub struct SettingsTexts {
    pub language: &'static str,
    pub theme: &'static str,
    pub look: fn(Look) -> &'static str,
    pub look_text: fn(Look) -> &'static str,
    pub keys: &'static str,
    pub single_keys: &'static str,
    pub single_keys_text: &'static str,
    pub more: &'static str,
}
