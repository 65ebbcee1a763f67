//! The browser's objects by the names of their parts.
//!
//! Every method bound through web-sys costs its own glue in the download. Here one binding serves all of them: for the
//! parts with many methods (database, locks, service worker) that is a kilobyte less: see
//! docs/decisions/0006-indexeddb-by-name.md.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What the browser said instead of doing it: mostly a `DOMException`.
pub(super) type Thrown = JsValue;

/// A property; undefined when there is none, or when the browser forbids to look.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}

/// A property that is a text.
pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A property that is a number.
pub(super) fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// Sets a property.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// A new object with these properties.
pub(super) fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new().into();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object
}

/// A global thing of the page; undefined when this browser has none.
pub(super) fn global(name: &str) -> JsValue {
    get(&js_sys::global(), name)
}

/// A part of `navigator`; undefined on plain http for those that want a secure page.
pub(super) fn navigator(name: &str) -> JsValue {
    get(&global("navigator"), name)
}

fn list(items: &[&JsValue]) -> Array {
    let list = Array::new();
    for item in items {
        list.push(item);
    }
    list
}

/// Calls a method.
pub(super) fn call(object: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, Thrown> {
    let method: Function = get(object, name).dyn_into()?;
    Reflect::apply(&method, object, &list(arguments))
}

/// A new object of a global class.
pub(super) fn new(class: &str, arguments: &[&JsValue]) -> Result<JsValue, Thrown> {
    let class: Function = global(class).dyn_into()?;
    Reflect::construct(&class, &list(arguments))
}

/// What a promise holds in the end. Anything else is taken as it is.
pub(super) async fn settled(promise: JsValue) -> Result<JsValue, Thrown> {
    JsFuture::from(Promise::resolve(&promise)).await
}

/// Waits for the first of two events, by the names of the handlers: says whether it was the good one.
///
/// The promise's own functions are the handlers, so that what waits goes on in the very task of the event: a
/// transaction is still alive then.
pub(super) async fn either(target: &JsValue, good: &str, bad: &str) -> bool {
    let event = Promise::new(&mut |resolve, reject| {
        set(target, good, &resolve);
        set(target, bad, &reject);
    });
    JsFuture::from(event).await.is_ok()
}

/// Waits so many milliseconds, or more in a hidden page.
pub(super) async fn sleep(ms: u32) {
    let over = Promise::new(&mut |resolve, _| {
        let _ = call(&js_sys::global(), "setTimeout", &[&resolve, &ms.into()]);
    });
    let _ = JsFuture::from(over).await;
}

/// Loads one of the app's scripts that only some pages need; the shell knows where it is. Later calls do nothing.
pub(super) async fn load(script: &str) {
    if let Ok(loading) = call(&js_sys::global(), "kompositionLoad", &[&script.into()]) {
        let _ = settled(loading).await;
    }
}

/// The name of an exception, as `QuotaExceededError`; empty for anything else.
pub(super) fn name_of(thrown: &Thrown) -> String {
    text(thrown, "name").unwrap_or_default()
}
