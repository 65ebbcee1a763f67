//! What is said when there is no grid to show, and the bar of what is chosen.

use studio::library::{Library, Selection};

use super::{
    Opening, Room,
    icons::{self, icon},
    t,
};
use crate::{
    app::Route,
    browser::{database::Fault, page, worker},
    i18n::works,
    ui::{Node, el},
};

/// Everything that may stand in the grid's place or above it.
pub(super) fn states(room: Room) -> Node {
    let is = move |wanted: fn(&Opening) -> bool| room.opening.with(wanted);
    let is_bare = move || room.library.with(Library::is_empty);
    let finds_nothing = move || !is_bare() && room.list.with(|list| list.is_empty());
    el("div.library-states")
        .when(
            move || room.damaged.get() > 0,
            move || el("p#library-damaged.muted").live(move || (t().damaged)(room.damaged.get())),
        )
        .when(move || is(|opening| *opening == Opening::Done) && is_bare(), empty)
        .when(move || is(|opening| *opening == Opening::Done) && finds_nothing(), move || nothing(room))
        .when(
            move || is(|opening| !matches!(opening, Opening::Reading(..) | Opening::Done)),
            move || failed(room),
        )
}

/// How far the reading is. In a line that is there anyway: the grid must not move when it goes.
pub(super) fn reading(room: Room) -> Node {
    let words = move || {
        room.opening.with(|opening| match opening {
            Opening::Reading(read, all) => (t().reading)(*read, *all),
            _ => String::new(),
        })
    };
    el("p role=status").set("class", "late muted").live(words)
}

/// No pictures yet: how to begin.
fn empty() -> Node {
    el("section#library-empty.empty")
        .put(el("h2").live(|| t().empty_title))
        .put(el("p.muted").live(|| t().empty_text))
        .put(
            el("div").put(
                el("a.button")
                    .set("class", "button primary")
                    .set("href", Route::Create.hash())
                    .live(|| t().create),
            ),
        )
}

/// Nothing was found: how to find more.
fn nothing(room: Room) -> Node {
    el("section#library-nothing.empty")
        .put(el("h2").live(|| t().nothing_title))
        .put(el("p.muted").live(|| t().nothing_text))
        .put(el("div").put(clear(room)))
}

/// Takes all filters away.
pub(super) fn clear(room: Room) -> Node {
    el("button.clear-filters type=button").live(|| t().clear_filters).click(move || {
        room.ask_for_all();
        page::focus("library-search");
    })
}

/// The library is not open: why, and what to do.
fn failed(room: Room) -> Node {
    let words = move || {
        room.opening.with(|opening| match opening {
            Opening::Blocked => t().blocked.to_owned(),
            Opening::Newer => t().newer.to_owned(),
            Opening::Failed(Fault::Missing) => t().missing_text.to_owned(),
            Opening::Failed(Fault::Full) => (t().broken)(t().full),
            Opening::Failed(Fault::Broken(said)) => (t().broken)(said),
            Opening::Failed(Fault::Newer) | Opening::Reading(..) | Opening::Done => String::new(),
        })
    };
    let is_missing = move || room.opening.with(|opening| *opening == Opening::Failed(Fault::Missing));
    let can_retry = move || room.opening.with(|opening| matches!(opening, Opening::Failed(_)));
    let retry = move || {
        page::focus("library-title");
        room.open();
    };
    el("div#library-failed.notice role=alert")
        .when(is_missing, || el("h2").live(|| t().missing_title))
        .put(el("p").live(words))
        .when(can_retry, move || el("button type=button data-action=retry").live(|| t().retry).click(retry))
        .when(
            move || room.opening.with(|opening| *opening == Opening::Newer),
            || el("button type=button data-action=reload").live(|| t().reload).click(worker::reload),
        )
}

/// What is chosen, and what can be done with it; how far an archive is.
pub(super) fn chosen(room: Room) -> Node {
    let bar = move || {
        let meant = move || room.selection.peek(|selection| selection.in_order(&room.listed()));
        let act = |name: &str, path: &'static str, words: fn() -> &'static str, act: Box<dyn Fn()>| {
            el("button type=button")
                .set("data-action", name)
                .attr("title", words)
                .put(icon(path))
                .put(el("span.words").live(words))
                .click(act)
        };
        el("div.chosen role=region")
            .set("class", "bar-below chosen")
            .attr("aria-label", move || (t().chosen)(room.selection.with(Selection::len)))
            .put(el("p role=status").live(move || (t().chosen)(room.selection.with(Selection::len))))
            .put(act("download", icons::DOWNLOAD, || t().download, Box::new(move || room.download(&meant()))))
            .put(act("mark", icons::STAR, || t().favourites, Box::new(move || room.mark_or_unmark(&meant()))))
            .when(
                move || room.selection.with(|selection| selection.len() == 2),
                move || {
                    el("button type=button data-action=compare")
                        .attr("title", || format!("{} (C)", works::t().compare))
                        .put(icon(icons::COMPARE))
                        .put(el("span.words").live(|| works::t().compare))
                        .click(move || {
                            room.compare_chosen();
                        })
                },
            )
            .put(act("delete", icons::DELETE, || t().delete, Box::new(move || room.delete(&meant()))))
            .put(act(
                "all",
                icons::ALL,
                || t().choose_all,
                Box::new(move || {
                    room.selection.update(|selection| selection.all(&room.listed()));
                }),
            ))
            .put(act(
                "none",
                icons::CLOSE,
                || t().choose_none,
                Box::new(move || {
                    room.selection.update(Selection::clear);
                    room.wanted.set(room.current.get_untracked());
                }),
            ))
    };
    let packing = move || {
        let words = move || {
            room.packing.with(|it| it.as_ref().map(|it| (t().packing)(it.done, it.all))).unwrap_or_default()
        };
        let share =
            move || room.packing.with(|it| it.as_ref().map(|it| (it.done.to_string(), it.all.to_string())));
        el("div.packing")
            .set("class", "bar-below packing")
            .put(
                el("progress")
                    .attr("aria-label", words)
                    .attr("value", move || share().map(|(done, _)| done))
                    .attr("max", move || share().map(|(_, all)| all)),
            )
            .put(el("p").live(words))
            .put(el("button type=button data-action=cancel").live(|| t().cancel).click(move || {
                room.packing.peek(|packing| packing.iter().for_each(super::Packing::cancel));
            }))
    };
    el("div.below-grid")
        .when(move || room.packing.with(Option::is_some), packing)
        .when(move || room.selection.with(|selection| !selection.is_empty()), bar)
}
