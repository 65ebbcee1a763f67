//! One picture in the grid.

use studio::library::{Pick, PictureEntry};

use super::{
    Room,
    icons::{self, icon},
    name, t,
    thumbs::Small,
};
use crate::{
    browser::elements,
    i18n::language,
    ui::{Node, State, el, follow, spawn},
};

/// A place in the page for a tile, and the picture that it shows now.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) number: usize,
    pub(super) pick: State<Option<Pick>>,
    pub(super) small: State<Small>,
    /// It has had no picture for longer than a moment.
    pub(super) idle: State<bool>,
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Slot {
    pub(super) fn new(number: usize) -> Self {
        Self { number, pick: State::new(None), small: State::new(Small::Waiting), idle: State::new(false) }
    }

    pub(super) fn pick(&self) -> Option<Pick> {
        self.pick.get_untracked()
    }

    /// Whether this picture is the one.
    pub(super) fn shows(&self, pick: Pick) -> bool {
        self.pick() == Some(pick)
    }

    /// Shows this picture from now on, or none.
    pub(super) fn show(self, room: Room, pick: Option<Pick>) {
        if self.pick() == pick {
            return;
        }
        self.small.set(Small::Waiting);
        self.pick.set(pick);
        if let Some(pick) = pick {
            self.rest(false);
            room.wish_small(pick, self);
        }
    }

    /// Is out of the way from now on, or no longer.
    pub(super) fn rest(self, idle: bool) {
        if self.idle.get_untracked() != idle {
            self.idle.set(idle);
        }
    }
}

/// A tile: small picture, check, star and prompt.
pub(super) fn tile(room: Room, slot: Slot) -> Node {
    let Slot { pick, small, .. } = slot;
    let image = el("img decoding=async draggable=false").on("error", move |_| {
        // One that is told late is of the picture before.
        if small.peek(|small| small.address().is_some()) {
            small.set(Small::Damaged);
        }
    });
    let shown = image.clone();
    follow(move || small.with(|small| elements::image(&shown, small.address())));
    let open = el("button.open type=button")
        .put(image.clone())
        .when(
            move || small.with(|small| matches!(small, Small::Damaged)),
            || el("span.broken").live(|| t().gone),
        )
        .on("click", move |event| {
            if let Some(pick) = slot.pick() {
                room.pressed(pick, &elements::pointer(&event));
            }
        });
    let is_chosen =
        move || pick.get().is_some_and(|pick| room.selection.with(|selection| selection.contains(pick)));
    let check = el("input type=checkbox").checked(is_chosen).on("click", move |event| {
        if let Some(pick) = slot.pick() {
            room.choose(pick, elements::pointer(&event).shift);
        }
    });
    let star = el("button.star type=button").put(icon(icons::STAR)).click(move || {
        if let Some(pick) = slot.pick() {
            room.mark_or_unmark(&[pick]);
        }
    });
    let caption = el("p.caption aria-hidden=true");
    let node = el("li")
        .attr("class", move || if slot.idle.get() { "idle" } else { "tile" })
        .put(open.clone())
        .put(el("label.check").put(check.clone()))
        .put(star.clone())
        .put(caption.clone())
        .on("focusin", move |_| {
            if room.current.get_untracked() != slot.pick() {
                room.current.set(slot.pick());
            }
        });
    room.place(slot, &node);
    room.tab(slot, [open.clone(), check.clone(), star.clone()]);
    // Tiles come by the dozen while somebody types or scrolls: few effects, each of which does several things.
    let (tile, pressed) = (node.clone(), star.clone());
    let mut last = None;
    follow(move || {
        let entry = |entry: &PictureEntry| (entry.id.clone(), name(entry), entry.favourite);
        let Some((id, words, favourite)) = pick.get().and_then(|pick| room.of(pick, entry)) else { return };
        let now = Some((id, words, favourite, language()));
        if now == last {
            return;
        }
        let Some((id, words, favourite, _)) = &now else { return };
        elements::attribute(&tile, "data-id", id);
        elements::attribute(&image, "alt", words);
        elements::attribute(&open, "aria-label", words);
        elements::attribute(&check, "aria-label", &format!("{}: {words}", t().select));
        elements::text(&caption, words);
        let favourite = if *favourite { "true" } else { "false" };
        elements::attribute(&tile, "data-favourite", favourite);
        elements::attribute(&pressed, "aria-pressed", favourite);
        elements::attribute(&pressed, "aria-label", t().mark);
        elements::attribute(&pressed, "title", t().mark);
        last = now;
    });
    node.attr("data-chosen", is_chosen)
}

impl Room {
    /// Only the controls of one tile are reached by Tab; arrows go from tile to tile.
    fn tab(self, slot: Slot, controls: [Node; 3]) {
        let focused = controls[0].clone();
        follow(move || {
            let pick = slot.pick.get();
            let tab = if pick.is_some() && self.current.get() == pick { "0" } else { "-1" };
            for control in &controls {
                elements::attribute(control, "tabindex", tab);
            }
        });
        follow(move || {
            let pick = slot.pick.get();
            if pick.is_some() && self.wanted.get() == pick {
                self.wanted.quietly(|wanted| *wanted = None);
                let focused = focused.clone();
                // A new tile is in the page only after this.
                spawn(async move { elements::focus(&focused) });
            }
        });
    }

    /// A tile was pressed, by a pointer or by Enter.
    fn pressed(self, pick: Pick, how: &elements::Pointer) {
        let choosing = !how.is_key && self.selection.peek(|selection| !selection.is_empty());
        if how.shift || how.ctrl || choosing {
            self.choose(pick, how.shift);
        } else {
            self.current.set(Some(pick));
            self.viewed.set(Some(pick));
        }
    }

    /// Chooses a picture, or no longer; with `to_here` everything up to it.
    pub(super) fn choose(self, pick: Pick, to_here: bool) {
        let list = self.listed();
        self.current.set(Some(pick));
        self.selection.update(|selection| {
            if to_here {
                selection.extend(pick, &list);
            } else {
                selection.toggle(pick);
            }
        });
    }
}
