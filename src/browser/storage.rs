//! localStorage, which may be forbidden, full or empty: none of that is an error here.
//!
//! All project pages of one GitHub account share one origin, so every name carries our prefix.

use wasm_bindgen::prelude::*;

use super::js;

const PREFIX: &str = "komposition.";

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What is stored under the name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{name}")).ok()?
}

/// Stores the text; says whether it is really there.
pub fn write(name: &str, text: &str) -> bool {
    let Some(storage) = storage() else { return false };
    let name = format!("{PREFIX}{name}");
    storage.set_item(&name, text).is_ok() && storage.get_item(&name).ok().flatten().as_deref() == Some(text)
}

/// Calls `then` with the name and the new text of whatever another tab has changed, for as long as the page lives. No text:
/// it was removed.
pub fn on_change(then: impl Fn(&str, Option<&str>) + 'static) {
    let ear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let name = js::text(&event, "key").unwrap_or_default();
        if let Some(name) = name.strip_prefix(PREFIX) {
            then(name, js::text(&event, "newValue").as_deref());
        }
    });
    let window = js_sys::global().into();
    let _ = js::call(&window, "addEventListener", &[&"storage".into(), ear.as_ref()]);
    ear.forget();
}

/// Forgets everything that is ours, other versions' names included.
pub fn forget_everything() {
    let Some(storage) = storage() else { return };
    let names = (0..storage.length().unwrap_or_default()).filter_map(|n| storage.key(n).ok()?);
    for name in names.collect::<Vec<_>>() {
        if name.starts_with("komposition") {
            let _ = storage.remove_item(&name);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    fn what_is_written_is_read_back_and_carries_our_prefix() {
        assert_eq!(read("nothing-here"), None);
        assert!(write("test", "кот"));
        assert_eq!(read("test").as_deref(), Some("кот"));
        let raw = storage().unwrap().get_item("komposition.test").unwrap();
        assert_eq!(raw.as_deref(), Some("кот"));
        storage().unwrap().remove_item("komposition.test").unwrap();
    }

    #[wasm_bindgen_test]
    fn a_text_that_storage_refuses_is_said_to_be_not_there() {
        assert!(!write("too-much", &"x".repeat(20_000_000)));
        assert_eq!(read("too-much"), None);
    }
}
