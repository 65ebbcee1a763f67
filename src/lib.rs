//! Komposition: a text-to-image studio in a browser tab.
//!
//! Three programs are made of it. The first, `komposition`, is what a visit begins with: prompt, queue and stage. The
//! second, `rooms`, is loaded when somebody first enters another room: library, storage, connection. It keeps what few
//! need at once out of what everybody loads. The third, `demo`, is the simulator, for a page without a service.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![allow(
    unreachable_pub,
    reason = "only this package's programs are outside: `pub` says what other rooms may use"
)]

pub mod app;
mod browser;
mod compare;
mod compose;
mod connection;
pub mod demo;
mod embed;
mod i18n;
mod keeping;
mod keyboard;
mod library;
mod notify;
mod prompts;
pub mod queue;
pub mod rooms;
mod settings;
mod ui;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
