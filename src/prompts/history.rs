//! The history: every prompt that was used, whatever became of its pictures.

use studio::prompt::{Kept, KeptKind, found};

use super::{Desk, row};
use crate::{
    i18n::prompts::t,
    ui::{Item, Node, el, item},
};

/// So many rows at once.
pub(super) const ROWS: usize = 30;

pub(super) fn history(desk: Desk) -> Node {
    let shelf = desk.shelf;
    let all = move || {
        let (search, favourites) = (shelf.search.get(), shelf.favourites_only.get());
        shelf.kept.with(|kept| found(kept, &search, favourites))
    };
    let rows = move || all().into_iter().take(shelf.rows.get()).map(|kept| entry(desk, kept)).collect();
    let nothing = move || {
        let any = shelf.kept.with(|all| all.iter().any(|kept| kept.kind == KeptKind::Used));
        let words = if any { t().nothing_found } else { t().no_history };
        all().is_empty().then_some(words)
    };
    let find = el("div.line")
        .put(
            el("input#history-search type=search")
                .attr("aria-label", || t().search)
                .attr("placeholder", || t().search)
                .holds(move || shelf.search.get())
                .typed(move |text| shelf.search.set(text)),
        )
        .put(
            el("button#history-favourites.square type=button")
                .attr("aria-label", || t().favourites)
                .attr("title", || t().favourites)
                .attr("aria-pressed", move || shelf.favourites_only.get())
                .live(move || if shelf.favourites_only.get() { "★" } else { "☆" })
                .click(move || shelf.favourites_only.update(|only| *only = !*only)),
        );
    let more = move || {
        el("button#history-more.link type=button")
            .live(|| t().more)
            .click(move || shelf.rows.update(|rows| *rows += ROWS))
    };
    el("section.panel")
        .attr("aria-label", || t().history)
        .put(find)
        .put(row::undo(desk))
        .put(el("ul#history-list.rows").each(rows))
        .put(el("p.muted").live(nothing))
        .when(move || all().len() > shelf.rows.get(), more)
}

fn entry(desk: Desk, kept: Kept) -> Item {
    // A favourite looks otherwise: a row is kept for as long as nothing in it changes.
    let text = kept.text.clone();
    item(kept.id(), move || {
        let (used, gone, marked) = (kept.clone(), kept.clone(), kept.text.clone());
        let is_favourite = move || {
            desk.shelf.kept.with(|all| {
                all.iter().any(|kept| kept.kind == KeptKind::Used && kept.text == marked && kept.favourite)
            })
        };
        let star = is_favourite.clone();
        let mark = move || {
            let now = desk.shelf.kept.peek(|all| all.iter().find(|have| have.id() == kept.id()).cloned());
            if let Some(now) = now {
                desk.shelf.keep(Kept { favourite: !now.favourite, ..now });
            }
        };
        let name = text.clone();
        el("li")
            .put(
                el("button.kept-text type=button data-action=use")
                    .set("title", &text)
                    .text(&text)
                    .click(move || desk.write(used.text.clone())),
            )
            .put(
                el("button.square type=button data-action=favourite")
                    .attr("aria-label", move || (t().favourite)(&name))
                    .attr("aria-pressed", is_favourite)
                    .live(move || if star() { "★" } else { "☆" })
                    .click(mark),
            )
            .put(
                el("button.square type=button data-action=delete")
                    .attr("aria-label", move || (t().delete)(&text))
                    .text("✕")
                    .click(move || row::delete(desk, gone.clone())),
            )
    })
}
