//! Time, and timers that end with their owner.

use gloo_timers::callback::{Interval, Timeout};
use studio::Ms;
use wasm_bindgen::prelude::*;

use super::js;

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

/// Lets the browser paint and answer to a person before going on with long work.
pub async fn breathe() {
    js::sleep(0).await;
}

/// Waits so many milliseconds, or more in a hidden page.
pub async fn wait(ms: u32) {
    js::sleep(ms).await;
}

/// Sets a mark in the browser's performance timeline.
pub fn mark(name: &str) {
    if let Some(performance) = web_sys::window().and_then(|w| w.performance()) {
        let _ = performance.mark(name);
    }
}

/// Calls `then` after the next frame was painted.
pub fn after_paint(then: impl FnOnce() + 'static) {
    // Boxed, so that what follows is compiled once.
    painted_then(Box::new(then));
}

fn painted_then(then: Box<dyn FnOnce()>) {
    let Some(window) = web_sys::window() else { return };
    // The frame's callbacks run before it is painted, a task queued from one runs after.
    let painted = Closure::once_into_js(move || Timeout::new(0, then).forget());
    let _ = window.request_animation_frame(painted.unchecked_ref());
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::*;

    use super::*;

    async fn wait(ms: u32) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            Timeout::new(ms, move || drop(resolve.call0(&JsValue::NULL))).forget();
        });
        JsFuture::from(promise).await.unwrap();
    }

    #[wasm_bindgen_test]
    async fn a_wake_up_comes_not_before_its_time_and_not_after_it_was_dropped() {
        let woken: Rc<Cell<Option<Ms>>> = Rc::default();
        let due = now() + 40;
        let note = Rc::clone(&woken);
        let kept = at(due, move || note.set(Some(now())));
        let dropped = at(due, || panic!("woken after it was dropped"));
        drop(dropped);
        while woken.get().is_none() {
            wait(10).await;
        }
        // Timers count whole milliseconds and may round the last one away.
        assert!(woken.get().unwrap() + 1 >= due);
        drop(kept);
    }

    #[wasm_bindgen_test]
    fn a_mark_stands_in_the_timeline() {
        mark("komposition:test");
        let performance = web_sys::window().unwrap().performance().unwrap();
        assert_eq!(performance.get_entries_by_name("komposition:test").length(), 1);
    }
}
