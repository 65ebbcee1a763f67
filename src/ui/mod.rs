//! What views share.
//!
//! Each closure in a view has a type of its own, and Leptos compiles its view code once per type: two hundred small
//! closures cost more bytes than all the rest of the app. These helpers give closures of one kind one type.

use leptos::{
    ev::{Event, MouseEvent},
    prelude::*,
};

/// A value that follows the signals it reads.
pub type Live<T> = Box<dyn FnMut() -> T + Send>;

/// Makes a view's or an attribute's value live.
pub fn live<T>(value: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Box::new(value)
}

/// What a click does.
pub fn click(mut act: impl FnMut() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |_| act())
}

/// What is done with a field's text when it was typed or chosen.
pub fn typed(mut act: impl FnMut(String) + 'static) -> Box<dyn FnMut(Event)> {
    Box::new(move |event| act(event_target_value(&event)))
}

/// What is done when a box is ticked or cleared, or a radio button chosen.
pub fn ticked(mut act: impl FnMut(bool) + 'static) -> Box<dyn FnMut(Event)> {
    Box::new(move |event| act(event_target_checked(&event)))
}

/// Shows the view while the condition holds. Unlike Leptos's `Show` it is compiled once for all places.
pub fn when(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> Live<Option<AnyView>> {
    let condition = Memo::new(move |_| condition());
    live(move || condition.get().then(&view))
}
