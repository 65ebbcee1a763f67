//! Elements of the page that follow the state: Leptos's reactive graph under a view layer of one type.

use std::{borrow::Cow, mem, rc::Rc};

use leptos::{
    prelude::{Owner, RenderEffect, on_cleanup, untrack},
    tachys::dom::document,
};
use wasm_bindgen::prelude::*;

use web_sys::KeyboardEvent;

pub use web_sys::Event;

/// What an attribute, a property or a text is. No value removes an attribute and empties a text.
pub struct Value(Option<Cow<'static, str>>);

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Some(Cow::Owned(text)))
    }
}

impl From<Option<&'static str>> for Value {
    fn from(text: Option<&'static str>) -> Self {
        Self(text.map(Cow::Borrowed))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self(text.map(Cow::Owned))
    }
}

/// The words `true` and `false`, as ARIA and `data-` attributes have them.
impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::from(if yes { "true" } else { "false" })
    }
}

/// Where a value goes.
#[derive(Clone, Copy)]
enum Place {
    /// The text of this node.
    Text,
    Attribute(&'static str),
    /// `value`: what the field holds.
    Held,
    /// `checked`: any value means yes.
    Checked,
}

/// Does this now, and again whenever what it read has changed, until the owner it was called under is gone.
pub fn follow(act: impl FnMut() + 'static) {
    followed(Box::new(act));
}

fn followed(mut act: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_: Option<()>| act());
    on_cleanup(move || drop(effect));
}

/// An element, being built or in the page.
#[derive(Clone)]
pub struct Node(web_sys::Element);

/// An element by its description: the name, then `#id`, `.class`, and ` name=value` for attributes without spaces;
/// as in `button#create.primary type=submit`.
pub fn el(description: &str) -> Node {
    made(None, description)
}

/// As [`el`], inside of a drawing.
pub fn svg(description: &str) -> Node {
    made(Some("http://www.w3.org/2000/svg"), description)
}

fn made(namespace: Option<&str>, description: &str) -> Node {
    let mut parts = description.split(' ');
    let head = parts.next().unwrap_or_default();
    let (head, class) = head.split_once('.').unwrap_or((head, ""));
    let (name, id) = head.split_once('#').unwrap_or((head, ""));
    let element =
        document().create_element_ns(namespace.or(Some(HTML)), name).expect("an element's name is a name");
    let mut node = Node(element);
    for (name, value) in [("id", id), ("class", class)] {
        if !value.is_empty() {
            node = node.set(name, value);
        }
    }
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        node = node.set(name, value);
    }
    node
}

const HTML: &str = "http://www.w3.org/1999/xhtml";

impl Node {
    /// Sets an attribute for good.
    pub fn set(self, name: &str, value: &str) -> Self {
        let _ = self.0.set_attribute(name, value);
        self
    }

    /// Gives it a style of its own. A `style` attribute would do nothing: the page's policy forbids them.
    pub fn styled(self, css: &str) -> Self {
        let _ = js_sys::Reflect::set(&self.0, &"style".into(), &css.into());
        self
    }

    /// Adds an element at the end.
    #[expect(clippy::needless_pass_by_value, reason = "it is here now, and not to be put anywhere else")]
    pub fn put(self, child: Self) -> Self {
        let _ = self.0.append_child(&child.0);
        self
    }

    /// Adds a text that stays.
    pub fn text(self, text: &str) -> Self {
        let _ = self.0.append_child(&document().create_text_node(text));
        self
    }

    /// Adds a text that follows the state.
    pub fn live<V: Into<Value>>(self, mut text: impl FnMut() -> V + 'static) -> Self {
        let node = document().create_text_node("");
        let _ = self.0.append_child(&node);
        bind(node.into(), Place::Text, Box::new(move || text().into()));
        self
    }

    /// An attribute that follows the state.
    pub fn attr<V: Into<Value>>(self, name: &'static str, mut value: impl FnMut() -> V + 'static) -> Self {
        bind(self.0.clone().into(), Place::Attribute(name), Box::new(move || value().into()));
        self
    }

    /// An attribute that is there while the condition holds, such as `disabled`.
    pub fn flag(self, name: &'static str, mut condition: impl FnMut() -> bool + 'static) -> Self {
        self.attr(name, move || condition().then_some(""))
    }

    /// What the field holds.
    pub fn holds(self, mut text: impl FnMut() -> String + 'static) -> Self {
        bind(self.0.clone().into(), Place::Held, Box::new(move || text().into()));
        self
    }

    /// Whether the box is ticked, or the radio button chosen.
    pub fn checked(self, mut condition: impl FnMut() -> bool + 'static) -> Self {
        bind(self.0.clone().into(), Place::Checked, Box::new(move || condition().then_some("").into()));
        self
    }

    /// What an event does.
    pub fn on(self, event: &str, act: impl FnMut(Event) + 'static) -> Self {
        let act: Box<dyn FnMut(Event)> = Box::new(act);
        // The browser frees it with the element.
        let act = Closure::wrap(act).into_js_value();
        let _ = self.0.add_event_listener_with_callback(event, act.unchecked_ref());
        self
    }

    /// What a click does.
    pub fn click(self, mut act: impl FnMut() + 'static) -> Self {
        self.on("click", move |_| act())
    }

    /// What is done with a field's text when it was typed.
    pub fn typed(self, mut act: impl FnMut(String) + 'static) -> Self {
        let field = self.0.clone();
        self.on("input", move |_| act(held(&field)))
    }

    /// What is done when another choice was made: with its value, and whether it is ticked.
    pub fn chosen(self, mut act: impl FnMut(String, bool) + 'static) -> Self {
        let field = self.0.clone();
        self.on("change", move |_| act(held(&field), property(&field, "checked").is_truthy()))
    }

    /// Adds a view that is there while the condition holds.
    pub fn when(
        self,
        mut condition: impl FnMut() -> bool + 'static,
        view: impl Fn() -> Self + 'static,
    ) -> Self {
        let view: Rc<dyn Fn() -> Self> = Rc::new(view);
        self.each(move || {
            let view = Rc::clone(&view);
            if condition() { vec![item("", move || view())] } else { vec![] }
        })
    }

    /// Adds views that come and go with their keys, which are unique.
    pub fn each(self, items: impl FnMut() -> Vec<Item> + 'static) -> Self {
        keyed(&self.0, Box::new(items));
        self
    }

    /// The element itself, for the browser's other parts.
    pub(super) fn element(&self) -> &JsValue {
        self.0.as_ref()
    }

    /// Adds itself to an element that is already in the page.
    pub fn mount(self, parent: &web_sys::Element) {
        let _ = parent.append_child(&self.0);
    }
}

fn property(element: &web_sys::Element, name: &str) -> JsValue {
    js_sys::Reflect::get(element, &name.into()).unwrap_or_default()
}

fn held(field: &web_sys::Element) -> String {
    property(field, "value").as_string().unwrap_or_default()
}

/// Keeps a place of the page at a value. What has not changed is not written again.
fn bind(node: web_sys::Node, place: Place, mut value: Box<dyn FnMut() -> Value>) {
    let mut last = None;
    follow(move || {
        let Value(value) = value();
        if last.as_ref() == Some(&value) {
            return;
        }
        let text = value.as_deref();
        let element: &web_sys::Element = node.unchecked_ref();
        let property = |name: &str, value: JsValue| {
            let _ = js_sys::Reflect::set(element, &name.into(), &value);
        };
        match place {
            Place::Text => node.set_text_content(text),
            Place::Attribute(name) => {
                let _ = match text {
                    Some(text) => element.set_attribute(name, text),
                    None => element.remove_attribute(name),
                };
            }
            // A field that holds it already, because it was typed there, keeps its caret.
            Place::Held if text == Some(&held(element)) => {}
            Place::Held => property("value", text.unwrap_or_default().into()),
            Place::Checked => property("checked", text.is_some().into()),
        }
        // A person changes what a field holds as well.
        last = (!matches!(place, Place::Held | Place::Checked)).then_some(value);
    });
}

/// Whether the keys are Ctrl+Enter (or Cmd+Enter) and nothing else.
pub fn is_ctrl_enter(event: &Event) -> bool {
    let event: &KeyboardEvent = event.unchecked_ref();
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key()
}

/// One view of [`Node::each`].
pub struct Item {
    key: Cow<'static, str>,
    view: Box<dyn FnOnce() -> Node>,
}

/// A view and the key it is kept by.
pub fn item(key: impl Into<Cow<'static, str>>, view: impl FnOnce() -> Node + 'static) -> Item {
    Item { key: key.into(), view: Box::new(view) }
}

/// An item that is in the page, and the owner of what it follows.
type Shown = (Cow<'static, str>, Node, Owner);

fn keyed(parent: &web_sys::Element, mut items: Box<dyn FnMut() -> Vec<Item>>) {
    // The views stand before this mark.
    let mark = document().create_text_node("");
    let _ = parent.append_child(&mark);
    let parent = parent.clone();
    let owner = Owner::current().unwrap_or_default();
    let mut shown: Vec<Shown> = vec![];
    follow(move || {
        let mut before = mem::take(&mut shown);
        for Item { key, view } in items() {
            let old = before.iter().position(|(have, ..)| *have == key);
            shown.push(match old {
                Some(n) => before.swap_remove(n),
                None => {
                    let owner = owner.child();
                    let node = owner.with(|| untrack(view));
                    (key, node, owner)
                }
            });
        }
        for (_, node, owner) in before {
            node.0.remove();
            owner.cleanup();
        }
        // Only what is not in its place is moved, and never what has the focus: it would lose it. All else goes around it.
        let active = document().active_element();
        let is_active = |(_, node, _): &Shown| node.0.contains(active.as_ref().map(AsRef::as_ref));
        let held = shown.iter().position(is_active).unwrap_or(shown.len());
        let mut next: web_sys::Node = match shown.get(held) {
            Some((_, node, _)) => node.0.clone().unchecked_into(),
            None => mark.clone().unchecked_into(),
        };
        for (_, node, _) in shown[..held].iter().rev() {
            if node.0.next_sibling().as_ref() != Some(&next) {
                let _ = parent.insert_before(&node.0, Some(&next));
            }
            next = node.0.clone().unchecked_into();
        }
        for pair in shown[held.min(shown.len())..].windows(2) {
            let [(_, last, _), (_, node, _)] = pair else { continue };
            let after = last.0.next_sibling();
            if after.as_ref() != Some(node.0.as_ref()) {
                let _ = parent.insert_before(&node.0, after.as_ref());
            }
        }
    });
}
