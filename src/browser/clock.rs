//! Time, and timers that end with their owner.

use gloo_timers::callback::{Interval, Timeout};
use studio::Ms;
use wasm_bindgen::prelude::*;

/// A wake-up that is cancelled when dropped.
#[must_use]
pub struct WakeUp(#[expect(dead_code, reason = "held for its Drop")] Timeout);

/// Milliseconds since 1970.
pub fn now() -> Ms {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Date.now() is a whole number"
    )]
    let now = js_sys::Date::now() as Ms;
    now
}

/// Calls `then` at the given time, or as soon as possible after it. Hidden tabs are late: reckon by [`now`].
pub fn at(time: Ms, then: impl FnOnce() + 'static) -> WakeUp {
    let delay = time.saturating_sub(now()).min(i32::MAX as Ms);
    WakeUp(Timeout::new(u32::try_from(delay).unwrap_or(u32::MAX), then))
}

/// Calls `then` every second for as long as the page lives.
pub fn every_second(then: impl FnMut() + 'static) {
    Interval::new(1_000, then).forget();
}

/// Sets a mark in the browser's performance timeline.
pub fn mark(name: &str) {
    if let Some(performance) = web_sys::window().and_then(|w| w.performance()) {
        let _ = performance.mark(name);
    }
}

/// Calls `then` after the next frame was painted.
pub fn after_paint(then: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return };
    // The frame's callbacks run before it is painted, a task queued from one runs after.
    let painted = Closure::once_into_js(move || Timeout::new(0, then).forget());
    let _ = window.request_animation_frame(painted.unchecked_ref());
}
