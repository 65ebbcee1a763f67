//! `config.json` beside the page, as the shell's script has fetched it (docs/config.md).

use super::js;

/// Waits until it is known what stands there now. It was asked for long before the app was there.
pub async fn settled() {
    let _ = js::settled(js::global("kompositionConfig")).await;
}

/// The connection of whoever has not chosen one, in the form in which choices are stored.
pub fn preset() -> String {
    js::text(&js_sys::global(), "kompositionPreset").unwrap_or_default()
}

/// What stands there, or stood there at the last visit when it cannot be had; empty where there never was one.
pub fn text() -> String {
    js::text(&js_sys::global(), "kompositionConfigText").unwrap_or_default()
}
