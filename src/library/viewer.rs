//! The viewer: one picture over everything else, and the way to its neighbours in the list.

use studio::{
    library::Pick,
    shortcuts::{Action, Place},
};

use super::{
    Room,
    icons::{self, icon},
    info,
    stage::Stage,
    t, toast,
};
use crate::{
    browser::{elements, focus, page},
    i18n::works,
    ui::{Node, State, el, follow, item},
};

/// From one picture to another.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    First,
    Previous,
    Next,
    Last,
}

impl Room {
    /// Shows another picture of the list. At its ends nothing happens.
    pub(super) fn go(self, step: Step) {
        let list = self.listed();
        let Some(viewed) = self.viewed.get_untracked() else { return };
        let index = self.index(&list, viewed);
        let stood = self.stood.get_untracked();
        let there = match step {
            Step::First => Some(0),
            Step::Previous => index.unwrap_or(stood).checked_sub(1),
            // What is no longer in the list has left its place to the next one.
            Step::Next => Some(index.map_or(stood, |index| index + 1)),
            Step::Last => list.len().checked_sub(1),
        };
        if let Some(pick) = there.and_then(|index| list.get(index)).filter(|pick| **pick != viewed) {
            self.current.set(Some(*pick));
            self.viewed.set(Some(*pick));
        }
    }

    fn keyed(self, stage: Stage, key: &elements::Key) -> bool {
        let Some(pick) = self.viewed.get_untracked() else { return false };
        let Some(action) = Place::Viewer.hear(&key.press()) else { return false };
        match action {
            Action::Previous => self.go(Step::Previous),
            Action::Next => self.go(Step::Next),
            Action::First => self.go(Step::First),
            Action::Last => self.go(Step::Last),
            Action::Larger => stage.step(true),
            Action::Smaller => stage.step(false),
            Action::Fit => stage.fit(),
            Action::Actual => stage.actual(),
            Action::Details => self.informed.update(|informed| *informed = !*informed),
            Action::Mark => self.mark_or_unmark(&[pick]),
            Action::Download => self.download(&[pick]),
            Action::Reuse => self.reuse(pick),
            Action::Compare => self.compare_viewed(pick),
            Action::Delete => self.delete(&[pick]),
            // The dialog's own key.
            _ => return false,
        }
        true
    }
}

/// A button with a sign on it, and a key that does the same.
fn sign(name: &str, sign: &'static str, key: &str, words: fn() -> &'static str) -> Node {
    let key = key.to_owned();
    el("button.sign type=button")
        .set("data-action", name)
        .attr("aria-label", words)
        .attr(
            "title",
            move || if key.is_empty() { words().to_owned() } else { format!("{} ({key})", words()) },
        )
        .put(icon(sign))
}

/// The viewer. It is in the page all the time, and open while a picture is viewed.
pub(super) fn viewer(room: Room) -> Node {
    let parts = move || {
        let open = room.viewed.with(Option::is_some);
        if open { vec![item("parts", move || parts(room))] } else { vec![] }
    };
    let last = State::new(None::<Pick>);
    // However it was closed: by its button, by Escape, or because nothing is left to show.
    let closed = move |_| {
        if room.viewed.peek(Option::is_some) {
            room.viewed.set(None);
        }
        let mut pick = None;
        last.quietly(|last| pick = last.take());
        let is_there = |pick: &Pick| room.entry(*pick).is_some();
        let pick = pick.filter(is_there).or(room.current.get_untracked().filter(is_there));
        match pick {
            Some(pick) => room.focus(pick),
            None => page::focus("library-title"),
        }
    };
    let dialog = el("dialog.viewer").attr("aria-label", || t().viewer).each(parts).on("close", closed);
    // Details and toasts go while something in them has the focus; keys go on to be heard.
    focus::keep_in(&dialog, &["viewer-parts"]);
    let shown = dialog.clone();
    // After its parts are there: opening looks for the one that gets the focus.
    follow(move || match room.viewed.get() {
        Some(pick) => {
            last.quietly(|last| *last = Some(pick));
            elements::show_dialog(&shown);
        }
        None => elements::close_dialog(&shown),
    });
    dialog
}

fn parts(room: Room) -> Node {
    let stage = Stage::new(room);
    let pick = move || room.viewed.get();
    let now = move || room.viewed.get_untracked();
    let index = move || {
        let index = pick().and_then(|pick| room.list.with(|list| room.index(list, pick)));
        index.inspect(|index| room.stood.quietly(|stood| *stood = *index))
    };
    let count = move || room.list.with(|list| list.len());
    let is_favourite =
        move || pick().and_then(|pick| room.of(pick, |entry| entry.favourite)).unwrap_or_default();
    let place = move || index().map(|index| (t().place)(index + 1, count()));
    let with = move |act: fn(Room, Pick)| move || now().into_iter().for_each(|pick| act(room, pick));

    let bar = el("div.viewer-bar")
        .put(
            sign("close", icons::CLOSE, "Esc", || t().close)
                .set("autofocus", "")
                .click(move || room.viewed.set(None)),
        )
        .put(el("p.viewer-place").set("role", "status").live(place))
        .put(
            el("div.viewer-zoom")
                .put(sign("smaller", icons::MINUS, "-", || t().smaller).click(move || stage.step(false)))
                .put(el("span.viewer-scale").live(move || stage.words()))
                .put(sign("larger", icons::PLUS, "+", || t().larger).click(move || stage.step(true)))
                .put(sign("fit", icons::FIT, "0", || t().fit).click(move || stage.fit()))
                .put(
                    el("button.sign type=button data-action=actual")
                        // What is to be seen is a part of the name, so that it can be said.
                        .attr("aria-label", || format!("1:1, {}", t().actual))
                        .attr("title", || format!("{} (1)", t().actual))
                        .text("1:1")
                        .click(move || stage.actual()),
                ),
        )
        .put(
            el("div.viewer-acts")
                .put(
                    el("button.sign type=button data-action=mark")
                        .attr("aria-label", || t().mark)
                        .attr("title", || format!("{} (F)", t().mark))
                        .attr("aria-pressed", is_favourite)
                        .put(icon(icons::STAR))
                        .click(with(|room, pick| room.mark_or_unmark(&[pick]))),
                )
                .put(
                    sign("info", icons::INFO, "I", || t().info)
                        .attr("aria-pressed", move || room.informed.get())
                        .click(move || room.informed.update(|informed| *informed = !*informed)),
                )
                .put(
                    sign("download", icons::DOWNLOAD, "D", || t().download)
                        .click(with(|room, pick| room.download(&[pick]))),
                )
                .put(
                    sign("compare", icons::COMPARE, "C", || works::t().compare)
                        .click(with(Room::compare_viewed)),
                )
                .put(sign("reuse", icons::REUSE, "R", || t().reuse).click(with(Room::reuse)))
                .put(
                    sign("delete", icons::DELETE, "Del", || t().delete)
                        .click(with(|room, pick| room.delete(&[pick]))),
                ),
        );
    let details = move || {
        let shown = pick().filter(|_| room.informed.get());
        shown.into_iter().map(|pick| item(format!("{pick:?}"), move || info::info(room, pick))).collect()
    };
    let step = |name: &str, path: &'static str, words: fn() -> &'static str, step: Step| {
        sign(name, path, "", words).set("class", "sign viewer-step").click(move || room.go(step))
    };
    let body = el("div.viewer-body")
        .put(stage.view())
        .put(
            step("previous", icons::PREVIOUS, || t().previous, Step::Previous)
                .attr("aria-disabled", move || index() == Some(0)),
        )
        .put(
            step("next", icons::NEXT, || t().next, Step::Next)
                .attr("aria-disabled", move || index().is_some_and(|index| index + 1 == count())),
        )
        .each(details);
    // It takes the focus when the picture is pressed: keys go on to be heard.
    el("div#viewer-parts.viewer-parts tabindex=-1").put(bar).put(body).put(toast::toast(room)).on(
        "keydown",
        move |event| {
            if room.keyed(stage, &elements::key(&event)) {
                event.prevent_default();
            }
        },
    )
}
