//! The page around this one, when there is one, and the line to it.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::{files::Bytes, js};

/// One end of a line between two pages.
#[derive(Clone)]
pub struct Line(JsValue);

/// What came from another page.
pub struct Said {
    /// The origin it came from, as the browser says.
    pub origin: String,
    /// None: no text, or too long a one.
    pub text: Option<String>,
    /// The line that came with it, if it was exactly one.
    pub line: Option<Line>,
}

fn top() -> JsValue {
    js::global("top")
}

fn parent() -> JsValue {
    js::global("parent")
}

/// Whether there is a page around this one.
pub fn is_framed() -> bool {
    parent() != JsValue::from(js_sys::global())
}

/// The origin of this page; `null` in a frame without one.
pub fn own_origin() -> String {
    js::text(&js_sys::global(), "origin").unwrap_or_default()
}

/// Who is around this page, and whose pages are around that.
pub fn above() -> studio::embed::Above {
    let origins = js::get(&js::global("location"), "ancestorOrigins");
    match js::number(&origins, "length") {
        Some(count) => studio::embed::Above::Origins(
            (0..count as u32).filter_map(|n| js::text(&origins, &n.to_string())).collect(),
        ),
        None => studio::embed::Above::Nested(parent() != top()),
    }
}

/// A text that is not longer than `longest`: it is measured before it is copied, because memory that was taken once is
/// never given back.
fn short(data: &JsValue, longest: usize) -> Option<String> {
    let text: &JsString = data.dyn_ref()?;
    (text.length() as usize <= longest).then(|| text.into())
}

/// Calls `then` for what the page around this one says, and for nothing else, for as long as the page lives.
pub fn on_parent(longest: usize, mut then: impl FnMut(Said) + 'static) {
    let heard = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let source = js::get(&event, "source");
        if source.is_null() || source != parent() {
            return;
        }
        let ports = js::get(&event, "ports");
        let line = (js::number(&ports, "length") == Some(1.0)).then(|| Line(js::get(&ports, "0")));
        let origin = js::text(&event, "origin").unwrap_or_default();
        then(Said { origin, text: short(&js::get(&event, "data"), longest), line });
    })
    .into_js_value();
    let _ = js::call(&js_sys::global(), "addEventListener", &[&"message".into(), &heard]);
}

/// Says a text to the page around this one, whoever that is.
pub fn call_parent(text: &str) {
    let _ = js::call(&parent(), "postMessage", &[&text.into(), &"*".into()]);
}

impl Line {
    /// Calls `then` for each thing that is said, for as long as the page lives: none is what is no text, or too long a one.
    pub fn on_text(&self, longest: usize, mut then: impl FnMut(Option<String>) + 'static) {
        let heard = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            then(short(&js::get(&event, "data"), longest));
        });
        js::set(&self.0, "onmessage", &heard.into_js_value());
    }

    /// Says a text.
    pub fn say(&self, text: &str) {
        let _ = js::call(&self.0, "postMessage", &[&text.into()]);
    }

    /// Says a text and hands bytes over.
    pub fn hand(&self, text: &str, bytes: &Bytes) {
        let both = Array::of2(&text.into(), bytes);
        let _ = js::call(&self.0, "postMessage", &[&both, &Array::of1(bytes)]);
    }
}

/// Calls `then` with the height of the page's content, in whole CSS pixels, now and when it has changed.
pub fn on_height(mut then: impl FnMut(u32) + 'static) {
    let body = js::get(&js::global("document"), "body");
    let mut last = 0;
    let measured = body.clone();
    let measure = Closure::<dyn FnMut()>::new(move || {
        let bounds = js::call(&measured, "getBoundingClientRect", &[]).unwrap_or_default();
        let height = js::number(&bounds, "height").unwrap_or_default().ceil() as u32;
        if height != last {
            last = height;
            then(height);
        }
    })
    .into_js_value();
    // Not at once: what changes sizes while they are being told of is a fault to browsers.
    let soon = Closure::<dyn FnMut()>::new(move || {
        let _ = js::call(&js_sys::global(), "requestAnimationFrame", &[&measure]);
    });
    if let Ok(observer) = js::new("ResizeObserver", &[&soon.into_js_value()]) {
        let _ = js::call(&observer, "observe", &[&body]);
    }
}
