//! One picture in the grid.

use studio::library::Pick;

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

/// A picture's tile: small picture, check, star and prompt.
pub(super) fn tile(room: Room, pick: Pick) -> Node {
    let small = State::new(Small::Waiting);
    room.wish_small(pick, small);
    let open = el("button.open type=button")
        .when(move || small.with(|small| matches!(small, Small::Here(_))), move || image(room, pick, small))
        .when(
            move || small.with(|small| matches!(small, Small::Damaged)),
            || el("span.broken").live(|| t().gone),
        )
        .on("click", move |event| room.pressed(pick, &elements::pointer(&event)));
    let is_chosen = move || room.selection.with(|selection| selection.contains(pick));
    let check = el("input type=checkbox")
        .checked(is_chosen)
        .on("click", move |event| room.choose(pick, elements::pointer(&event).shift));
    let star =
        el("button.star type=button").put(icon(icons::STAR)).click(move || room.mark_or_unmark(&[pick]));
    let caption = el("p.caption aria-hidden=true");
    let node = el("li.tile")
        .put(open.clone())
        .put(el("label.check").put(check.clone()))
        .put(star.clone())
        .put(caption.clone())
        .on("focusin", move |_| {
            if room.current.get_untracked() != Some(pick) {
                room.current.set(Some(pick));
            }
        });
    if let Some(entry) = room.entry(pick) {
        elements::attribute(&node, "data-id", &entry.id);
    }
    room.place(pick, &node);
    room.tab(pick, [open.clone(), check.clone(), star.clone()]);
    // Tiles come by the dozen while somebody types or scrolls: few effects, each of which does several things.
    let (tile, pressed) = (node.clone(), star.clone());
    let mut last = None;
    follow(move || {
        let Some((words, favourite)) = room.of(pick, |entry| (name(entry), entry.favourite)) else { return };
        let now = Some((words, favourite, language()));
        if now == last {
            return;
        }
        let Some((words, favourite, _)) = &now else { return };
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

fn image(room: Room, pick: Pick, small: State<Small>) -> Node {
    let image = el("img decoding=async draggable=false")
        .set("alt", &room.entry(pick).map(|entry| name(&entry)).unwrap_or_default())
        .on("error", move |_| small.set(Small::Damaged));
    small.peek(|small| match small {
        Small::Here(url) => image.set("src", url.address()),
        _ => image,
    })
}

impl Room {
    /// Only the controls of one tile are reached by Tab; arrows go from tile to tile.
    fn tab(self, pick: Pick, controls: [Node; 3]) {
        let focused = controls[0].clone();
        follow(move || {
            let tab = if self.current.get() == Some(pick) { "0" } else { "-1" };
            for control in &controls {
                elements::attribute(control, "tabindex", tab);
            }
        });
        follow(move || {
            if self.wanted.get() == Some(pick) {
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
