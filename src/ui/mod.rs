//! What views share.
//!
//! Leptos's own view layer compiles its code once for each structure of a view, and its reactive graph once for each
//! type of a value: together they were more than half of the download. Here both are there once: see
//! docs/decisions/0005-one-type-of-view.md.

mod state;

pub use state::State;

pub use crate::browser::node::{Event, Item, Node, el, follow, is_ctrl_enter, item, svg};
use crate::i18n::{Texts, t};

/// Which text of a language.
pub type Words = fn(&'static Texts) -> &'static str;

impl Node {
    /// Adds a text in the language of the page.
    pub fn say(self, words: Words) -> Self {
        self.live(move || words(t()))
    }

    /// An attribute in the language of the page.
    pub fn say_in(self, name: &'static str, words: Words) -> Self {
        self.attr(name, move || words(t()))
    }
}

/// Runs a future for itself. Boxed, so that the executor is compiled once.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: std::pin::Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    wasm_bindgen_futures::spawn_local(future);
}

/// A button (see [`el`]) that says something and does something.
pub fn button(description: &str, words: Words, act: impl FnMut() + 'static) -> Node {
    el(description).set("type", "button").say(words).click(act)
}
