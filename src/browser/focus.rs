//! The focus stays where somebody works, although what had it goes away: a browser would leave it nowhere.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::prelude::*;

use super::{elements, js, node::Node};

/// What can have the focus.
const USABLE: &str =
    "a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex='0']";

/// What has the focus, and where it was last seen.
struct Held {
    element: JsValue,
    /// The row it is in; null in none.
    row: JsValue,
    /// The row's list, and its place there.
    list: JsValue,
    at: u32,
}

impl Held {
    fn of(element: JsValue) -> Self {
        let row = js::call(&element, "closest", &[&"li".into()]).unwrap_or_default();
        let mut held = Self { element, list: js::get(&row, "parentElement"), row, at: 0 };
        held.look();
        held
    }

    /// Remembers the place of the row, as long as it is in its list.
    fn look(&mut self) {
        let at = rows(&self.list).position(|row| row == self.row);
        self.at = at.map_or(self.at, |at| at as u32);
    }

    /// Gives the focus to what is next to what has lost it: something else of its row, or the row itself, or the row in its
    /// place, or the one before.
    fn pass_on(&self) -> bool {
        if is_drawn(&self.row) {
            if let Some(next) = all(&self.row, USABLE).find(is_drawn) {
                return give(&next);
            }
            // What can be done with it comes later.
            let _ = js::call(&self.row, "setAttribute", &[&"tabindex".into(), &"-1".into()]);
            return give(&self.row);
        }
        let before = self.at.checked_sub(1);
        let places = [Some(self.at), before].into_iter().flatten();
        let mut rows = places.filter_map(|at| rows(&self.list).nth(at as usize));
        rows.find_map(|row| all(&row, USABLE).find(is_drawn)).is_some_and(|next| give(&next))
    }
}

fn is_drawn(element: &JsValue) -> bool {
    let boxes = js::call(element, "getClientRects", &[]).unwrap_or_default();
    js::number(&boxes, "length") > Some(0.0)
}

fn give(element: &JsValue) -> bool {
    let options = js::object(&[("preventScroll", true.into())]);
    js::call(element, "focus", &[&options]).is_ok() && !elements::nothing_has_focus()
}

fn each(list: &JsValue) -> impl Iterator<Item = JsValue> + use<> {
    js_sys::try_iter(list).ok().flatten().into_iter().flatten().flatten()
}

fn all(element: &JsValue, selector: &str) -> impl Iterator<Item = JsValue> + use<> {
    each(&js::call(element, "querySelectorAll", &[&selector.into()]).unwrap_or_default())
}

/// The rows of a list that are seen.
fn rows(list: &JsValue) -> impl Iterator<Item = JsValue> + use<> {
    each(&js::get(list, "children")).filter(is_drawn)
}

/// As [`keep_in`], for what is around the element with this id.
pub fn keep_around(id: &str, last: &'static [&'static str]) {
    if let Some(element) = by_id(id) {
        keep(&js::get(&element, "parentElement"), last);
    }
}

/// For as long as the page lives: when what has the focus goes out of `place`, the focus goes to what is next to it, or to
/// the first of `last` (ids) that is there.
pub fn keep_in(place: &Node, last: &'static [&'static str]) {
    keep(place.element(), last);
}

fn by_id(id: &str) -> Option<JsValue> {
    js::call(&js::global("document"), "getElementById", &[&id.into()]).ok().filter(JsValue::is_object)
}

fn keep(place: &JsValue, last: &'static [&'static str]) {
    let document = js::global("document");
    let held: Rc<RefCell<Option<Held>>> = Rc::default();

    let (inside, noted) = (place.clone(), Rc::clone(&held));
    let note = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let target = js::get(&event, "target");
        let is_inside = js::call(&inside, "contains", &[&target]).is_ok_and(|yes| yes.is_truthy());
        *noted.borrow_mut() = is_inside.then(|| Held::of(target));
    });
    let _ = js::call(&document, "addEventListener", &[&"focusin".into(), &note.into_js_value()]);

    let (around, lost) = (place.clone(), Rc::clone(&held));
    let mend = Closure::<dyn FnMut()>::new(move || {
        // Where it is not seen any more, another room has the focus, or will get it.
        let is_lost = elements::nothing_has_focus() && is_drawn(&around);
        let Some(held) = lost.borrow_mut().take_if(|held| is_lost && !is_drawn(&held.element)) else {
            return;
        };
        if !held.pass_on() {
            let places = last.iter().filter_map(|id| by_id(id));
            let _ = places.filter(is_drawn).any(|place| give(&place));
        }
    })
    .into_js_value();
    let changed = Closure::<dyn FnMut()>::new(move || {
        let mut held = held.borrow_mut();
        let Some(held) = held.as_mut() else { return };
        if is_drawn(&held.element) {
            held.look();
        } else {
            // Not now: what stands in its place comes a moment later, and who took it away may give the focus elsewhere.
            let _ = js::call(&js_sys::global(), "setTimeout", &[&mend, &0.into()]);
        }
    });
    if let Ok(observer) = js::new("MutationObserver", &[&changed.into_js_value()]) {
        let names = js_sys::Array::of2(&"hidden".into(), &"data-under".into());
        let what = js::object(&[
            ("childList", true.into()),
            ("subtree", true.into()),
            ("attributeFilter", names.into()),
        ]);
        let _ = js::call(&observer, "observe", &[place, &what]);
    }
}
