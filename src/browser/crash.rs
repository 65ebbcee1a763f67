//! A panic ends in a page with a reload button, not in a frozen one.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// In src/shell/shell.js, so that it works when nothing in here does any more.
    #[wasm_bindgen(js_name = kompositionCrash, catch)]
    fn show_crash(text: &str) -> Result<(), JsValue>;
}

/// From now on a panic shows the crash page with its message and place.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let _ = show_crash(&info.to_string());
    }));
}
