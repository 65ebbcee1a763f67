//! The sheet: every shortcut there is, from the registry.

use studio::shortcuts::{Place, Shortcut};

use super::{drawn, show_when};
use crate::{
    browser::elements,
    i18n::rooms::t,
    ui::{Node, State, el, item},
};

/// The dialog with the sheet.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    dialog: State<Node>,
    is_open: State<bool>,
}

impl Sheet {
    pub(super) fn new() -> Self {
        Self {
            dialog: State::new(el("dialog#shortcuts.over aria-labelledby=shortcuts-title closedby=any")),
            is_open: State::new(false),
        }
    }

    pub(super) fn open(self) {
        self.is_open.set(true);
    }

    pub(super) fn view(self) -> Node {
        let parts = move || if self.is_open.get() { vec![item("", move || self.parts())] } else { vec![] };
        let dialog = self.dialog.get_untracked().each(parts).on("close", move |_| self.is_open.set(false));
        show_when(self.is_open, dialog.clone());
        dialog
    }

    fn parts(self) -> Node {
        let close = el("button#close-shortcuts.quiet type=button autofocus=")
            .live(|| t().keyboard.close)
            .click(move || elements::close_dialog(&self.dialog.get_untracked()));
        let head = el("div")
            .set("class", "row over-head")
            .put(el("h2#shortcuts-title").live(|| t().keyboard.title))
            .put(close);
        let places = Place::ALL.into_iter().fold(el("div.places"), |all, place| all.put(of(place)));
        el("div.over-parts").put(head).put(el("p.muted").live(|| t().keyboard.intro)).put(places)
    }
}

fn of(place: Place) -> Node {
    let line = |(action, keys): &'static Shortcut| {
        let action = *action;
        el("div").put(el("dt").live(move || (t().keyboard.action)(action))).put(el("dd").put(drawn(keys)))
    };
    let list = place.shortcuts().iter().fold(el("dl.shortcuts"), |list, shortcut| list.put(line(shortcut)));
    el("section").put(el("h3").live(move || (t().keyboard.place)(place))).put(list)
}
