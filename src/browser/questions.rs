//! A program in a dedicated worker: the page asks it, in texts, and gets a text and bytes back.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::js;

/// Answers every message `{id, question}` with one of `{id, head, body}`, for as long as the worker lives.
pub fn answer(mut answer: impl FnMut(String) -> (String, Vec<u8>) + 'static) {
    let scope: JsValue = js_sys::global().into();
    let worker = scope.clone();
    let asked = Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
        let asked = js::get(&message, "data");
        let (head, body) = answer(js::text(&asked, "question").unwrap_or_default());
        let body = Uint8Array::from(body.as_slice());
        let message = js::object(&[
            ("id", js::get(&asked, "id")),
            ("head", head.into()),
            ("body", body.buffer().into()),
        ]);
        // Handed over, not copied.
        let moved = js_sys::Array::of1(&body.buffer());
        let _ = js::call(&worker, "postMessage", &[&message, &moved]);
    });
    js::set(&scope, "onmessage", &asked.into_js_value());
}
