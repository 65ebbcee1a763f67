//! What is done with an element of the page beside showing it: focus, place, size, dialogs.

use studio::shortcuts::Press;
use wasm_bindgen::prelude::*;

use super::{js, node::Node};

/// Puts the focus on an element; the page stays where it is.
pub fn focus(node: &Node) {
    let options = js::object(&[("preventScroll", true.into())]);
    let _ = js::call(node.element(), "focus", &[&options]);
}

/// Whether the element, or something in it, has the focus.
pub fn has_focus(node: &Node) -> bool {
    let active = js::get(&js::global("document"), "activeElement");
    js::call(node.element(), "contains", &[&active]).is_ok_and(|yes| yes.is_truthy())
}

/// Whether nothing has the focus that a person could use: neither has what is not drawn, which loses it only with the
/// next frame, nor the place of the rooms, which keeps it for them.
pub fn nothing_has_focus() -> bool {
    let document = js::global("document");
    let active = js::get(&document, "activeElement");
    let drawn = |active| {
        js::call(active, "getClientRects", &[]).is_ok_and(|boxes| js::number(&boxes, "length") > Some(0.0))
    };
    active.is_null()
        || active == js::get(&document, "body")
        || !drawn(&active)
        || js::text(&active, "id").as_deref() == Some("rooms")
}

/// Whether the element, or something in it, is pointed at.
pub fn is_pointed_at(node: &Node) -> bool {
    js::call(node.element(), "matches", &[&":hover".into()]).is_ok_and(|yes| yes.is_truthy())
}

/// Whether the element is shown at all.
pub fn is_shown(node: &Node) -> bool {
    js::number(node.element(), "offsetWidth").is_some_and(|width| width > 0.0)
}

/// Sets a property of the element's own style, past any policy on style attributes.
pub fn style(node: &Node, name: &str, value: &str) {
    let _ = js::call(&js::get(node.element(), "style"), "setProperty", &[&name.into(), &value.into()]);
}

/// Sets an attribute.
pub fn attribute(node: &Node, name: &str, value: &str) {
    drop(node.clone().set(name, value));
}

/// Shows the picture at this address, or none.
pub fn image(node: &Node, address: Option<&str>) {
    let name = if address.is_some() { "setAttribute" } else { "removeAttribute" };
    let _ = js::call(node.element(), name, &[&"src".into(), &address.unwrap_or_default().into()]);
    js::set(node.element(), "hidden", &address.is_none().into());
}

/// Sets the text.
pub fn text(node: &Node, text: &str) {
    js::set(node.element(), "textContent", &text.into());
}

/// Shows a `dialog` over everything else.
pub fn show_dialog(node: &Node) {
    if js::get(node.element(), "open").is_falsy() {
        let _ = js::call(node.element(), "showModal", &[]);
    }
}

/// Closes a `dialog`.
pub fn close_dialog(node: &Node) {
    let _ = js::call(node.element(), "close", &[]);
}

/// Where an element is in the window, and its size. CSS pixels.
#[derive(Clone, Copy, Default)]
pub struct Bounds {
    /// From the window's left edge.
    pub left: f64,
    /// From the window's upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Where an element is in the window.
pub fn bounds(node: &Node) -> Bounds {
    let bounds = js::call(node.element(), "getBoundingClientRect", &[]).unwrap_or_default();
    let number = |name| js::number(&bounds, name).unwrap_or_default();
    Bounds { left: number("left"), top: number("top"), width: number("width"), height: number("height") }
}

/// Width and height of a loaded picture in its own pixels; 0 before it is loaded.
pub fn natural_size(image: &Node) -> (f64, f64) {
    let number = |name| js::number(image.element(), name).unwrap_or_default();
    (number("naturalWidth"), number("naturalHeight"))
}

/// Height of the window.
pub fn window_height() -> f64 {
    js::number(&js_sys::global(), "innerHeight").unwrap_or_default()
}

/// Scrolls the page by so many pixels, at once.
pub fn scroll_by(pixels: f64) {
    let options = js::object(&[("top", pixels.into()), ("behavior", "instant".into())]);
    let _ = js::call(&js_sys::global(), "scrollBy", &[&options]);
}

/// How far the page is scrolled.
fn scrolled() -> f64 {
    js::number(&js_sys::global(), "scrollY").unwrap_or_default()
}

/// Scrolls the page to its top, at once.
pub fn scroll_to_top() {
    scroll_by(-scrolled());
}

/// Calls `then` before the next frame whenever the element's size has changed, for as long as the page lives.
pub fn on_resize(node: &Node, then: impl FnMut() + 'static) {
    let then = Closure::<dyn FnMut()>::new(then).into_js_value();
    // Not at once: what changes sizes while they are being told of is a fault to browsers.
    let then = Closure::<dyn FnMut()>::new(move || {
        let _ = js::call(&js_sys::global(), "requestAnimationFrame", &[&then]);
    })
    .into_js_value();
    if let Ok(observer) = js::new("ResizeObserver", &[&then]) {
        let _ = js::call(&observer, "observe", &[node.element()]);
    }
}

/// Waits until the browser is about to paint. In a hidden page, which is not painted, a moment.
pub async fn frame() {
    let frame = js_sys::Promise::new(&mut |resolve, _| {
        let global = js_sys::global();
        let _ = js::call(&global, "requestAnimationFrame", &[&resolve]);
        let _ = js::call(&global, "setTimeout", &[&resolve, &100.into()]);
    });
    let _ = js::settled(frame.into()).await;
}

/// A key that was pressed.
pub struct Key {
    /// What it means, as `ArrowLeft` or `f`. A letter is small, and the one that the same key has in the Latin layout.
    pub name: String,
    /// Ctrl, on a Mac Cmd.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
    /// What belongs to the system is held: on a Mac Ctrl, elsewhere the Windows key.
    pub foreign: bool,
    /// The focus is where letters are typed or a list is gone through, or an input method is in the middle of a word.
    pub typing: bool,
}

impl Key {
    /// As the registry of shortcuts has it.
    pub fn press(&self) -> Press<'_> {
        let Self { name, ctrl, shift, alt, foreign, typing } = self;
        Press { key: name, ctrl: *ctrl, shift: *shift, alt: *alt, foreign: *foreign, typing: *typing }
    }
}

/// Whether this is a Mac, where Cmd is what Ctrl is elsewhere.
pub fn is_mac() -> bool {
    js::navigator("platform").as_string().is_some_and(|name| name.starts_with("Mac"))
}

/// Hears the keys that nothing nearer to the focus has used, unless a dialog lies over the page, for as long as the page
/// lives. `act` says whether it has used the key. One that is held down is heard once.
pub fn on_keys(mut act: impl FnMut(&Key) -> bool + 'static) {
    let hear = Closure::<dyn FnMut(super::node::Event)>::new(move |event: super::node::Event| {
        let over = js::call(&js::global("document"), "querySelector", &[&"dialog[open]".into()]);
        let is_over = over.is_ok_and(|dialog| dialog.is_truthy());
        if !event.default_prevented() && !is_over && js::get(&event, "repeat").is_falsy() && act(&key(&event))
        {
            event.prevent_default();
        }
    });
    let hear = hear.into_js_value();
    let _ = js::call(&js_sys::global(), "addEventListener", &[&"keydown".into(), &hear]);
}

/// Scrolls what is around the element with this id so far that it is seen.
pub fn reveal(id: &str) {
    let options = js::object(&[("block", "nearest".into())]);
    if let Ok(element) = js::call(&js::global("document"), "getElementById", &[&id.into()]) {
        let _ = js::call(&element, "scrollIntoView", &[&options]);
    }
}

/// The key of a keyboard event.
pub fn key(event: &super::node::Event) -> Key {
    let held = |name| js::get(event, name).is_truthy();
    let name = js::text(event, "key").unwrap_or_default();
    let code = js::text(event, "code").unwrap_or_default();
    // No other case than ASCII's: the tables of all the others weigh kilobytes.
    let name = match (code.strip_prefix("Key"), name.len()) {
        (_, 1) => name.to_ascii_lowercase(),
        // On a Russian layout the key F gives «а»: such letters are meant by their place.
        (Some(letter), _) if name.chars().nth(1).is_none() => letter.to_ascii_lowercase(),
        _ => name,
    };
    let field = js::call(
        &js::get(event, "target"),
        "matches",
        &[&"input:not([type=checkbox], [type=radio], [type=range]), select, textarea".into()],
    );
    let (own, other) = if is_mac() { ("metaKey", "ctrlKey") } else { ("ctrlKey", "metaKey") };
    Key {
        name,
        ctrl: held(own),
        shift: held("shiftKey"),
        alt: held("altKey"),
        foreign: held(other),
        typing: held("isComposing") || field.is_ok_and(|yes| yes.is_truthy()),
    }
}

/// Whether an event is one of a field of one line.
pub fn is_line(event: &super::node::Event) -> bool {
    js::call(&js::get(event, "target"), "matches", &[&"input".into()]).is_ok_and(|yes| yes.is_truthy())
}

/// A pointer's or a wheel's event.
pub struct Pointer {
    /// From the window's left edge.
    pub x: f64,
    /// From the window's upper edge.
    pub y: f64,
    /// How far the wheel was turned, downwards.
    pub wheel: f64,
    /// Ctrl, or Cmd on a Mac.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// The main button is down, or a finger.
    pub pressed: bool,
    /// A click that was made by a key.
    pub is_key: bool,
}

/// What a pointer's or a wheel's event says.
pub fn pointer(event: &super::node::Event) -> Pointer {
    let number = |name| js::number(event, name).unwrap_or_default();
    let held = |name| js::get(event, name).is_truthy();
    Pointer {
        x: number("clientX"),
        y: number("clientY"),
        wheel: number("deltaY"),
        ctrl: held("ctrlKey") || held("metaKey"),
        shift: held("shiftKey"),
        pressed: number("buttons") as u32 & 1 == 1,
        is_key: number("detail") == 0.0,
    }
}

/// All moves of this pointer go to the element until it is let go.
pub fn capture(node: &Node, event: &super::node::Event) {
    let _ = js::call(node.element(), "setPointerCapture", &[&js::get(event, "pointerId")]);
}

/// Puts a text on the clipboard. Says whether it is there.
pub async fn copy(text: &str, near: &Node) -> bool {
    if let Ok(done) = js::call(&js::navigator("clipboard"), "writeText", &[&text.into()]) {
        return js::settled(done).await.is_ok();
    }
    // On plain http there is no clipboard: the old way, with a field beside the button (a dialog keeps the focus inside).
    let document = js::global("document");
    let copied = || -> Result<bool, JsValue> {
        let active = js::get(&document, "activeElement");
        let field = js::call(&document, "createElement", &[&"textarea".into()])?;
        js::set(&field, "value", &text.into());
        js::set(&field, "className", &"hidden-text".into());
        js::call(near.element(), "append", &[&field])?;
        js::call(&field, "select", &[])?;
        let done = js::call(&document, "execCommand", &[&"copy".into()]);
        js::call(&field, "remove", &[])?;
        let _ = js::call(&active, "focus", &[]);
        Ok(done?.is_truthy())
    };
    copied().unwrap_or_default()
}
