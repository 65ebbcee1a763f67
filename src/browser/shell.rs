//! The page that was painted before the app: taken over without losing a keystroke.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, HtmlTextAreaElement};

/// What a person did before the app was up.
#[derive(Default)]
pub struct Taken {
    /// The prompt's text so far.
    pub prompt: String,
    /// Create was pressed.
    pub wish: bool,
    caret: Option<(u32, u32)>,
    focused: bool,
    scroll: i32,
}

fn prompt(document: &Document) -> Option<HtmlTextAreaElement> {
    document.get_element_by_id("prompt")?.dyn_into().ok()
}

/// Waits until no input method is in the middle of a word in the prompt.
pub async fn settled() {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    while let Some(field) = prompt(&document).filter(|f| f.dataset().get("composing").is_some()) {
        let ended = Promise::new(&mut |resolve, _| {
            let _ = field.add_event_listener_with_callback("compositionend", &resolve);
        });
        let _ = JsFuture::from(ended).await;
    }
}

/// Removes the shell and says what was typed there. Mount the app and call [`Taken::give_back`] in the same task:
/// then nobody sees the change.
pub fn take_over() -> (Taken, Option<HtmlElement>) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return Default::default() };
    let app = document.get_element_by_id("app").and_then(|e| e.dyn_into().ok());
    let mut taken = Taken::default();
    if let Some(field) = prompt(&document) {
        taken.prompt = field.value();
        taken.caret = field.selection_start().ok().flatten().zip(field.selection_end().ok().flatten());
        taken.focused = document.active_element().as_ref() == Some(field.as_ref());
        taken.scroll = field.scroll_top();
    }
    let form = document.get_element_by_id("shell-form").and_then(|e| e.dyn_into::<HtmlElement>().ok());
    taken.wish = form.is_some_and(|f| f.dataset().get("wish").is_some());
    if let Some(shell) = document.get_element_by_id("shell") {
        shell.remove();
    }
    (taken, app)
}

impl Taken {
    /// Puts focus and caret where they were, in the app's own prompt field.
    pub fn give_back(&self) {
        let Some(field) = web_sys::window().and_then(|w| w.document()).and_then(|d| prompt(&d)) else {
            return;
        };
        if self.focused {
            let _ = field.focus();
        }
        if let Some((start, end)) = self.caret {
            let _ = field.set_selection_range(start, end);
        }
        field.set_scroll_top(self.scroll);
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    fn page(html: &str) -> Document {
        let document = web_sys::window().unwrap().document().unwrap();
        let stage = document.get_element_by_id("test-stage").unwrap_or_else(|| {
            let stage = document.create_element("div").unwrap();
            stage.set_id("test-stage");
            document.body().unwrap().append_child(&stage).unwrap();
            stage
        });
        stage.set_inner_html(html);
        document
    }

    #[wasm_bindgen_test]
    fn text_caret_focus_and_wish_move_from_the_shell_to_the_app() {
        let shell = "<div id=shell><form id=shell-form data-wish><textarea id=prompt></textarea></form></div>\
                     <div id=app></div>";
        let document = page(shell);
        let field = prompt(&document).unwrap();
        field.set_value("Пушистый кот");
        field.focus().unwrap();
        field.set_selection_range(3, 5).unwrap();

        let (taken, app) = take_over();
        assert_eq!((taken.prompt.as_str(), taken.wish), ("Пушистый кот", true));
        assert!(document.get_element_by_id("shell").is_none());

        app.unwrap().set_inner_html("<textarea id=prompt></textarea>");
        let own = prompt(&document).unwrap();
        own.set_value(&taken.prompt);
        taken.give_back();
        assert_eq!((own.selection_start(), own.selection_end()), (Ok(Some(3)), Ok(Some(5))));
        assert_eq!(document.active_element().unwrap().id(), "prompt");
    }

    #[wasm_bindgen_test]
    fn a_page_without_a_shell_is_taken_over_too() {
        page("<div id=app></div>");
        let (taken, app) = take_over();
        assert!(taken.prompt.is_empty() && !taken.wish && app.is_some());
    }

    #[wasm_bindgen_test]
    async fn the_app_waits_for_the_end_of_a_composition() {
        let document = page("<textarea id=prompt data-composing></textarea>");
        let field = prompt(&document).unwrap();
        let end = field.clone();
        gloo_timers::callback::Timeout::new(30, move || {
            end.dataset().delete("composing");
            end.dispatch_event(&web_sys::Event::new("compositionend").unwrap()).unwrap();
        })
        .forget();
        settled().await;
        assert!(field.dataset().get("composing").is_none());
    }
}
