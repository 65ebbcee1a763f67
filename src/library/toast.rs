//! Short news at the bottom, with the way back from what was deleted.

use std::rc::Rc;

use super::{
    Room,
    deeds::Deletion,
    icons::{self, icon},
    t,
};
use crate::{
    browser::{clock, elements, page},
    ui::{Node, el, item},
};

/// How long it can be undone.
const LIFE: u64 = 12_000;
/// As long as the toast is pointed at or has the focus it stays; at most for so many looks.
const LOOKS: u32 = 20;
const LOOK: u64 = 3_000;

/// What is said.
#[derive(Clone)]
pub(super) enum Toast {
    /// Something went well.
    Said(String),
    /// Something did not.
    Fault(String),
    /// Pictures were deleted, which can be undone.
    Deleted(Rc<Deletion>),
}

impl Toast {
    fn words(&self) -> String {
        match self {
            Self::Said(words) | Self::Fault(words) => words.clone(),
            Self::Deleted(deletion) => (t().deleted)(deletion.len()),
        }
    }
}

impl Room {
    /// Says something. What was said before is gone; but other news do not take the way back away from a deletion: they
    /// wait for their turn.
    pub(super) fn say(self, toast: Toast) {
        let can_be_undone = self.toast.peek(|old| match old {
            Some(Toast::Deleted(deletion)) => deletion.is_open(),
            _ => false,
        });
        if can_be_undone && !matches!(toast, Toast::Deleted(_)) {
            return self.next_toast.quietly(|next| *next = Some(toast));
        }
        self.hush();
        self.toasts.quietly(|count| *count += 1);
        self.toast.set(Some(toast));
        self.end_later(self.toasts.get_untracked(), LIFE, LOOKS);
    }

    fn end_later(self, number: u32, after: u64, looks: u32) {
        let end = move || {
            if self.toasts.get_untracked() != number {
                return;
            }
            let looked_at = self.toast_node.peek(|node| {
                node.as_ref().is_some_and(|node| elements::has_focus(node) || elements::is_pointed_at(node))
            });
            if looked_at && looks > 0 {
                return self.end_later(number, LOOK, looks - 1);
            }
            self.hush();
        };
        let wake_up = clock::at(clock::now() + after, end);
        self.toast_end.quietly(|old| *old = Some(wake_up));
    }

    /// The toast goes; the focus, if it was in it, to where the person was.
    pub(super) fn hush(self) {
        if self.toast_node.peek(|node| node.as_ref().is_some_and(elements::has_focus)) {
            self.refocus();
        }
        let mut old = None;
        self.toast.update(|toast| old = toast.take());
        if let Some(Toast::Deleted(deletion)) = old {
            self.delete_for_good(&deletion);
        }
        let mut next = None;
        self.next_toast.quietly(|waiting| next = waiting.take());
        if let Some(next) = next {
            self.say(next);
        }
    }
}

/// The toast, where it is to be seen: in the page, or in the viewer that lies over it.
pub(super) fn toast(room: Room) -> Node {
    let shown = move || {
        let toast = room.toast.get();
        let number = room.toasts.get_untracked();
        toast.into_iter().map(|toast| item(number.to_string(), move || view(room, toast))).collect()
    };
    el("div.toast-place aria-live=polite").each(shown)
}

fn view(room: Room, toast: Toast) -> Node {
    let words = toast.words();
    let node = el("div.toast")
        .set("data-kind", if matches!(toast, Toast::Fault(_)) { "fault" } else { "said" })
        .put(el("p").text(&words));
    let node = match toast {
        Toast::Deleted(deletion) => {
            node.put(el("button.undo type=button").live(|| t().undo).click(move || room.undo(&deletion)))
        }
        Toast::Said(_) | Toast::Fault(_) => node,
    };
    let node = node.put(
        el("button type=button")
            .set("class", "quiet dismiss")
            .attr("aria-label", || t().dismiss)
            .attr("title", || t().dismiss)
            .put(icon(icons::CLOSE))
            .click(move || room.hush()),
    );
    room.toast_node.quietly(|place| *place = Some(node.clone()));
    node
}

impl Room {
    /// The button with the focus goes: the focus goes to where the person was. In the viewer it stays there.
    fn refocus(self) {
        if self.viewed.peek(Option::is_none) {
            match self.current.get_untracked() {
                Some(pick) => self.wanted.set(Some(pick)),
                None => page::focus("library-title"),
            }
        }
    }
}
