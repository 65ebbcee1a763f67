//! Short messages between the tabs of this browser, and from the service worker.

use wasm_bindgen::prelude::*;

use super::js;

const NAME: &str = "komposition";

thread_local! {
    /// One for the page: a channel does not hear itself. Undefined where there is none.
    static CHANNEL: JsValue = js::new("BroadcastChannel", &[&NAME.into()]).unwrap_or_default();
}

/// Tells all other tabs.
pub fn send(text: &str) {
    CHANNEL.with(|channel| drop(js::call(channel, "postMessage", &[&text.into()])));
}

/// Tells all other tabs and this page too, whose own voice a channel does not hear.
pub fn send_everywhere(text: &str) {
    if let Ok(channel) = js::new("BroadcastChannel", &[&NAME.into()]) {
        let _ = js::call(&channel, "postMessage", &[&text.into()]);
        let _ = js::call(&channel, "close", &[]);
    }
}

/// Calls `heard` with each text another tab or the service worker sends, for as long as the page lives.
pub fn listen(mut heard: impl FnMut(String) + 'static) {
    let ear = Closure::<dyn FnMut(JsValue)>::new(move |event| {
        if let Some(text) = js::text(&event, "data") {
            heard(text);
        }
    });
    CHANNEL.with(|channel| drop(js::call(channel, "addEventListener", &[&"message".into(), ear.as_ref()])));
    ear.forget();
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    async fn other_pages_are_heard_and_the_own_voice_is_not() {
        let heard: Rc<RefCell<Vec<String>>> = Rc::default();
        let list = Rc::clone(&heard);
        listen(move |text| list.borrow_mut().push(text));
        let other = js::new("BroadcastChannel", &[&NAME.into()]).unwrap();
        let echo = js_sys::Promise::new(&mut |resolve, _| js::set(&other, "onmessage", &resolve));
        send("mine");
        let event = js::settled(echo.into()).await.unwrap();
        assert_eq!(js::text(&event, "data").as_deref(), Some("mine"));
        // Not a text: not for us.
        js::call(&other, "postMessage", &[&1.into()]).unwrap();
        js::call(&other, "postMessage", &[&"кот".into()]).unwrap();
        while heard.borrow().is_empty() {
            js::sleep(5).await;
        }
        assert_eq!(*heard.borrow(), ["кот"]);
    }
}
