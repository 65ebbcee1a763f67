//! Sending: at once, or after a question when it is much.

use super::Desk;
use crate::{
    app::after_create,
    browser::{clock, page, storage},
    i18n::prompts::t,
    ui::{Node, el},
};

/// Runs that nobody is asked about, unless a person said otherwise. A free key pays a hundred a month.
const CAP: u64 = 20;

/// Under which name another number is stored.
const STORED: &str = "ask-above";

pub(super) fn cap() -> u64 {
    storage::read(STORED).and_then(|cap| cap.parse().ok()).unwrap_or(CAP)
}

impl Desk {
    pub(super) fn set_cap(self, cap: u64) {
        self.shelf.cap.set(cap);
        storage::write(STORED, &cap.to_string());
    }

    pub(super) fn create(self) {
        // A list or a style that is only not here yet would be sent as if there were none.
        if !self.shelf.is_ready.get_untracked() && !self.draft.is_plain() {
            return self.draft.wished.set(true);
        }
        let Ok(runs) = self.runs() else { return };
        if runs.len() as u64 > self.shelf.cap.get_untracked() {
            self.shelf.asking.set(Some(runs.len()));
            return clock::after_paint(|| page::focus("ask-yes"));
        }
        self.send();
    }

    fn send(self) {
        self.shelf.asking.set(None);
        if let Ok(runs) = self.runs() {
            self.draft.prompt.peek(|prompt| self.shelf.remember(prompt));
            self.queue.start_all(runs);
        }
    }
}

/// The question, for as long as it is about what Create stands for.
pub(super) fn ask(desk: Desk) -> Node {
    let asked = move || {
        let asked = desk.shelf.asking.get()?;
        desk.runs().ok().map(|runs| runs.len()).filter(|runs| *runs == asked)
    };
    let away = move || {
        desk.shelf.asking.set(None);
        page::focus("prompt");
    };
    let yes = move || {
        desk.send();
        after_create();
    };
    let question = move || {
        el("div.ask role=group aria-labelledby=ask-words")
            .put(el("p#ask-words role=alert").live(move || asked().map(|runs| (t().ask)(runs as u64))))
            .put(
                el("div.line")
                    .put(
                        el("button#ask-yes.button type=button")
                            .live(move || asked().map(|runs| (t().ask_yes)(runs as u64)))
                            .click(yes),
                    )
                    .put(el("button#ask-no.quiet type=button").live(|| t().ask_no).click(away)),
            )
            .on("keydown", move |event| {
                if crate::browser::elements::key(&event).name == "Escape" {
                    away();
                }
            })
    };
    el("div").when(move || asked().is_some(), question)
}
