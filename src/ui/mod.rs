//! What views share.
//!
//! Leptos's own view layer compiles its code once for each structure of a view, and its reactive graph once for each
//! type of a value: together they were more than half of the download. Here both are there once: see
//! docs/decisions/0020-one-type-of-view.md.

mod node;
mod state;

pub use node::{Item, Node, Words, el, follow, item, svg};
pub use state::State;

/// Runs a future for itself. Boxed, so that the executor is compiled once.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: std::pin::Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    wasm_bindgen_futures::spawn_local(future);
}

/// A button (see [`el`]) that says something and does something.
pub fn button(description: &str, words: Words, act: impl FnMut() + 'static) -> Node {
    el(description).set("type", "button").say(words).click(act)
}
