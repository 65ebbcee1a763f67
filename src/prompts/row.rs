//! The tools' buttons beside the counter, and what opens under the prompt.

use super::{Desk, history, plan, presets, preview, shelf::Panel};
use crate::{
    browser::{clock, elements, page, storage},
    i18n::prompts::{Texts, t},
    ui::{Item, Node, el, follow, item},
};

/// Under which name the draft is stored; [`crate::compose::Draft::restore`] reads it.
const DRAFT: &str = "draft";

impl Panel {
    /// The id of its button; its own is the same with `-panel`.
    fn id(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Presets => "presets",
        }
    }

    /// The field that is looked for in it.
    fn first_field(self) -> &'static str {
        match self {
            Self::History => "history-search",
            Self::Presets => "preset-name",
        }
    }
}

pub(super) fn row(desk: Desk) -> Node {
    // Whatever the form says is there again after a reload.
    follow(move || {
        storage::write(DRAFT, &plan::to_text(desk.draft));
    });
    // Create was pressed before the tools were here, or what is kept, for a prompt that needs them.
    follow(move || {
        if desk.shelf.is_ready.get() && desk.draft.wished.get() {
            desk.draft.wished.set(false);
            desk.create();
        }
    });
    let button = |panel: Panel, words: fn(&'static Texts) -> &'static str| {
        el("button.link type=button")
            .set("id", panel.id())
            .attr("aria-expanded", move || desk.shelf.open.get() == Some(panel))
            .live(move || words(t()))
            .click(move || desk.toggle(panel))
    };
    el("span.tools").put(button(Panel::History, |t| t.history)).put(button(Panel::Presets, |t| t.presets))
}

impl Desk {
    fn toggle(self, panel: Panel) {
        self.shelf.deleted.set(None);
        if self.shelf.open.get_untracked() == Some(panel) {
            return self.shelf.open.set(None);
        }
        self.shelf.refresh();
        self.shelf.rows.set(history::ROWS);
        self.shelf.open.set(Some(panel));
        // On a phone the focus would open the keyboard over the panel.
        if !page::is_touched() {
            clock::after_paint(move || page::focus(panel.first_field()));
        }
    }

    /// Puts a text into the prompt and goes there; undo brings back what was there.
    pub(super) fn write(self, text: String) {
        self.draft.write(text);
        self.shelf.open.set(None);
        page::focus("prompt");
    }
}

pub(super) fn under(desk: Desk) -> Node {
    let panels = move || -> Vec<Item> {
        let Some(panel) = desk.shelf.open.get() else { return vec![] };
        vec![item(panel.id(), move || {
            let content = match panel {
                Panel::History => history::history(desk),
                Panel::Presets => presets::presets(desk),
            };
            content.set("id", &format!("{}-panel", panel.id())).on("keydown", move |event| {
                let key = elements::key(&event);
                if key.name == "Escape" {
                    event.prevent_default();
                    desk.shelf.open.set(None);
                    page::focus(panel.id());
                }
                // A line of a panel is no reason to send the form. Ctrl+Enter is.
                if key.name == "Enter" && !key.ctrl && elements::is_line(&event) {
                    event.prevent_default();
                }
            })
        })]
    };
    el("div.under").each(panels).put(preview::preview(desk))
}

/// "Deleted", and the way back, in place.
pub(super) fn undo(desk: Desk) -> Node {
    let back = move || {
        desk.shelf.bring_back();
        if let Some(panel) = desk.shelf.open.get_untracked() {
            page::focus(panel.first_field());
        }
    };
    let line = move || {
        el("p.below")
            .put(el("span role=status").live(move || {
                desk.shelf.deleted.with(|kept| {
                    let kept = kept.as_ref()?;
                    let called = if kept.name.is_empty() { &kept.text } else { &kept.name };
                    Some((t().deleted)(called))
                })
            }))
            .put(el("button#kept-undo.link type=button").live(|| t().undo).click(back))
    };
    el("div").when(move || desk.shelf.deleted.with(Option::is_some), line)
}

/// Deletes, and puts the focus on the way back.
pub(super) fn delete(desk: Desk, kept: studio::prompt::Kept) {
    desk.shelf.delete(kept);
    clock::after_paint(|| page::focus("kept-undo"));
}
