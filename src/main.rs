//! Komposition: a text-to-image studio in a browser tab.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(unreachable_pub, reason = "a binary has no outside: `pub` says what other rooms may use")]

mod app;
mod browser;
mod compose;
mod connection;
mod i18n;
mod queue;
mod settings;
mod ui;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn main() {
    browser::crash::install();
    app::start();
}
