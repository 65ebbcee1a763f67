//! The page around the app: address, title, language, theme, and what the browser tells about its life.

use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement};

use super::js;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

/// The part of the address after `#`, with it; empty when there is none.
pub fn hash() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// Goes to another `#` address.
pub fn go(hash: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(hash);
    }
}

/// The folder this page was served from, ending in `/`: a relay's base when a relay served it.
pub fn folder() -> Option<String> {
    let location = web_sys::window()?.location();
    let (origin, path) = (location.origin().ok()?, location.pathname().ok()?);
    Some(format!("{origin}{}", &path[..=path.rfind('/')?]))
}

/// Whether the browser believes to have a network.
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|w| w.navigator().on_line())
}

/// The language on `<html>`, chosen before the first paint.
pub fn language() -> String {
    root().map(|r| r.lang()).unwrap_or_default()
}

/// Sets the language on `<html>`.
pub fn set_language(language: &str) {
    if let Some(root) = root() {
        root.set_lang(language);
    }
}

/// An attribute `data-name` of `<html>`.
pub fn flag(name: &str) -> Option<String> {
    root()?.dataset().get(name)
}

/// Whether the page is framed by one that nobody has listed, or that has not said who it is yet (src/embed).
pub fn is_in_a_strangers_page() -> bool {
    flag("embed").as_deref() == Some("unknown")
}

/// Sets `data-name` on `<html>`.
pub fn set_flag(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.dataset().set(name, value);
    }
}

/// Sets the tab's title.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// The element with this id, to put something into.
pub fn place(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Puts the focus on the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = place(id) {
        let _ = element.focus();
    }
}

/// The same, and the page stays where it is scrolled to.
pub fn focus_in_place(id: &str) {
    if let Some(element) = place(id) {
        let _ = js::call(&element, "focus", &[&js::object(&[("preventScroll", true.into())])]);
    }
}

/// Whether there is a button with this id that can be pressed.
pub fn can_press(id: &str) -> bool {
    place(id).is_some_and(|button| !button.has_attribute("disabled"))
}

/// Presses the button with this id.
pub fn press(id: &str) {
    if let Some(button) = place(id) {
        button.click();
    }
}

/// Whether the element with this id has the focus.
pub fn is_focused(id: &str) -> bool {
    document().and_then(|page| page.active_element()).is_some_and(|element| element.id() == id)
}

/// Whether fingers are the way to point, so that the focus in a field opens a keyboard over the page.
pub fn is_touched() -> bool {
    let query = web_sys::window().and_then(|w| w.match_media("(pointer: coarse)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Calls `then` on each of these events of the window, for as long as the page lives.
pub fn on_window(events: &[&str], then: impl FnMut() + 'static) {
    // Boxed, so that what follows is compiled once.
    hear(events, Box::new(then));
}

fn hear(events: &[&str], then: Box<dyn FnMut()>) {
    let Some(window) = web_sys::window() else { return };
    let then = Closure::wrap(then);
    for event in events {
        let _ = window.add_event_listener_with_callback(event, then.as_ref().unchecked_ref());
    }
    then.forget();
}

/// Tells the whole page that something happened, as an event of the window.
pub fn tell(event: &str) {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(event)) {
        let _ = window.dispatch_event(&event);
    }
}

/// Asks before the tab is closed or reloaded while the condition holds.
pub fn hold_back(mut condition: impl FnMut() -> bool + 'static) {
    let Some(window) = web_sys::window() else { return };
    let ask = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if condition() {
            event.prevent_default();
        }
    });
    let _ = window.add_event_listener_with_callback("beforeunload", ask.as_ref().unchecked_ref());
    ask.forget();
}

/// Calls `then` whenever the page is shown or hidden, for as long as it lives.
pub fn on_visibility(then: impl FnMut() + 'static) {
    let Some(document) = document() else { return };
    let then = Closure::<dyn FnMut()>::new(then);
    let _ = document.add_event_listener_with_callback("visibilitychange", then.as_ref().unchecked_ref());
    then.forget();
}

/// Calls `then` whenever somebody leaves the page or looks elsewhere, for as long as it lives.
pub fn on_hiding(then: impl FnMut() + 'static) {
    on_window(&["blur", "pagehide"], then);
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    fn the_folder_of_the_page_ends_in_a_slash_and_has_no_hash() {
        go("#/connection");
        let folder = folder().unwrap();
        assert!(folder.starts_with("http") && folder.ends_with('/') && !folder.contains('#'), "{folder}");
        assert_eq!(hash(), "#/connection");
        go("#/");
    }

    #[wasm_bindgen_test]
    fn language_and_flags_stand_on_the_root() {
        set_language("ru");
        assert_eq!(language(), "ru");
        set_flag("theme", "light");
        assert_eq!(flag("theme").as_deref(), Some("light"));
    }
}
