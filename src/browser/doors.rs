//! Between the two programs of the page: what one offers, the other asks for, as texts.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// In src/shell/shell.js. Loads the second program once, however often it is asked for.
    #[wasm_bindgen(js_name = kompositionRooms, catch)]
    async fn load_rooms() -> Result<JsValue, JsValue>;

    /// In src/shell/shell.js.
    #[wasm_bindgen(js_name = kompositionStyle)]
    fn load_style(name: &str);
}

/// Loads the rooms beside the studio; says whether they are there.
pub async fn open_rooms() -> bool {
    load_rooms().await.is_ok()
}

/// Loads a file of style. Without it the page is plain, and works.
pub fn style(name: &str) {
    load_style(name);
}

fn named(name: &str) -> JsValue {
    JsValue::from_str(&format!("komposition.{name}"))
}

/// Answers what the other program asks under this name, for as long as the page lives.
pub fn offer(name: &str, answer: impl FnMut(String) -> String + 'static) {
    let answer: Box<dyn FnMut(String) -> String> = Box::new(answer);
    if let Some(window) = web_sys::window() {
        let _ = Reflect::set(&window, &named(name), &Closure::wrap(answer).into_js_value());
    }
}

/// Asks the other program; empty when it is not there.
pub fn ask(name: &str, text: &str) -> String {
    let answer = || {
        let window = web_sys::window()?;
        let door: Function = Reflect::get(&window, &named(name)).ok()?.dyn_into().ok()?;
        door.call1(&window, &text.into()).ok()?.as_string()
    };
    answer().unwrap_or_default()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    fn what_is_offered_is_answered_and_what_is_not_is_empty() {
        assert_eq!(ask("test-door", "кот"), "");
        offer("test-door", |text| text + "!");
        assert_eq!(ask("test-door", "кот"), "кот!");
    }
}
