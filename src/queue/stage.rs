//! The stage: the newest picture large, the others below; before the first one, how to begin.

use super::{Loading, Queue};
use crate::{
    app::{Route, to_prompt},
    compose::Draft,
    connection::{Connections, Kind, Link},
    i18n::t,
    ui::{Node, el, svg},
};

/// All jobs of this tab.
pub fn stage(queue: Queue, connections: Connections, draft: Draft) -> Node {
    let tiles = move || {
        // Entries are made by the works alone.
        queue.works.get().map_or(vec![], |works| (works.tiles)(queue, draft))
    };
    let beside = move || queue.works.get().map_or(vec![], |works| (works.beside)(queue, draft));
    el("section.stage")
        .put(super::notice(queue, connections))
        .when(move || queue.entries.with(Vec::is_empty), move || empty(connections, draft))
        // Create was pressed before the works were there.
        .when(
            move || queue.wishes.with(|all| !all.is_empty()) && queue.loading.get() == Loading::Under,
            || el("p.muted role=status").say(|t| t.loading),
        )
        .each(beside)
        .put(el("ol#jobs tabindex=-1").say_in("aria-label", |t| t.jobs).each(tiles))
}

/// An empty stage teaches.
fn empty(connections: Connections, draft: Draft) -> Node {
    let simulated = move || {
        connections.link.with(|link| match link {
            Link::Ready(connection) => match &connection.kind {
                Kind::Here(info) | Kind::Relay(info) => info.is_simulator(),
                Kind::Direct => false,
                Kind::Demo => true,
            },
            Link::Searching | Link::Missing => false,
        })
    };
    let path = |path, rest: &str| svg(&format!("path {rest}")).set("d", path);
    let drawing = svg("svg aria-hidden=true")
        .set("viewBox", "0 0 280 150")
        .put(svg("circle cx=104 cy=70 r=52 fill=var(--accent) opacity=0.9"))
        .put(svg("circle cx=104 cy=70 r=25 fill=var(--bg)"))
        .put(svg("circle cx=104 cy=70 r=9 fill=var(--accent)"))
        .put(path("M150 138 226 34v104z", "fill=var(--focus) opacity=0.85"))
        .put(path("M18 140 262 12M40 20l190 104", "stroke=var(--text) stroke-width=2 fill=none"))
        .put(path("M214 112a30 30 0 0 1 48 0", "stroke=var(--accent) stroke-width=5 fill=none"));
    let sample = |n: usize| {
        el("button.sample type=button").live(move || t().samples[n]).click(move || {
            draft.write(t().samples[n].to_owned());
            to_prompt();
        })
    };
    el("section.empty")
        .put(drawing)
        .put(el("h2").say(|t| t.empty_title))
        .put(el("p.muted").say(|t| t.empty_text))
        .put(el("p.muted").say(|t| t.empty_keys))
        .put((0..3).fold(el("div.samples"), |samples, n| samples.put(sample(n))))
        .when(simulated, || {
            let next = el("a").set("href", Route::Connection.hash()).say(|t| t.demo_next);
            el("p.muted").say(|t| t.demo_words).put(el("br")).put(next)
        })
}

/// Says each change of a job once to those who do not see it.
pub fn live(queue: Queue) -> Node {
    el("p#live.hidden-text aria-live=polite").live(move || {
        queue.said.with(|said| {
            // The same words twice would not be spoken twice.
            if said.count % 2 == 0 && said.count > 0 {
                said.words.clone() + "\u{a0}"
            } else {
                said.words.clone()
            }
        })
    })
}
