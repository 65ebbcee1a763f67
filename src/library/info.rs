//! What is known of a picture, to be read and copied.

use studio::library::{Pick, PictureEntry, kind_name};

use super::{
    Room,
    finding::style_title,
    icons::{self, icon},
    t,
    toast::Toast,
};
use crate::{
    browser::elements,
    i18n::{moment, number, size},
    ui::{Item, Node, el, item, spawn},
};

/// Names and values; what is not known is left out.
fn facts(entry: &PictureEntry) -> Vec<(&'static str, &'static str, String)> {
    let seconds = entry.seconds.map(|seconds| (t().seconds)(&number(seconds, 1))).unwrap_or_default();
    let sides = if entry.width > 0 { format!("{} × {}", entry.width, entry.height) } else { String::new() };
    let facts = [
        (
            "origin",
            t().origin,
            if simulator::paints(&entry.pipeline) { t().demo.to_owned() } else { String::new() },
        ),
        ("prompt", t().prompt, entry.prompt.clone()),
        ("negative", t().negative, entry.negative.clone()),
        ("style", t().style, style_title(&entry.style)),
        ("size", t().size, sides),
        ("made", t().made, moment(entry.created)),
        ("drawn", t().drawn, seconds),
        ("file", t().file, format!("{}, {}", kind_name(entry.kind).to_uppercase(), size(entry.size))),
        ("model", t().model, entry.pipeline.clone()),
        ("task", t().task, entry.task.clone()),
    ];
    facts.into_iter().filter(|(_, _, value)| !value.is_empty()).collect()
}

fn copy(room: Room, text: String, near: &Node) {
    let near = near.clone();
    spawn(async move {
        let copied = elements::copy(&text, &near).await;
        let words = if copied { t().copied } else { t().not_copied };
        room.say(if copied { Toast::Said(words.into()) } else { Toast::Fault(words.into()) });
    });
}

/// The details of a picture.
pub(super) fn info(room: Room, pick: Pick) -> Node {
    let panel = el("section.viewer-info").attr("aria-label", || t().info);
    let all = move || room.of(pick, facts).unwrap_or_default();
    let near = panel.clone();
    let rows = move || -> Vec<Item> {
        let row = |(key, name, value): (&'static str, &'static str, String)| {
            let near = near.clone();
            item(format!("{key} {name} {value}"), move || {
                let words = (t().copy)(name);
                let copying = el("button.quiet type=button")
                    .set("aria-label", &words)
                    .set("title", &words)
                    .put(icon(icons::COPY));
                let said = el("dd").put(el("span").text(&value));
                el("div.fact")
                    .set("data-fact", key)
                    .put(el("dt").text(name))
                    .put(said.put(copying.click(move || copy(room, value.clone(), &near))))
            })
        };
        all().into_iter().map(row).collect()
    };
    let near = panel.clone();
    let everything = move || {
        let lines = all().into_iter().map(|(_, name, value)| format!("{name}: {value}"));
        lines.collect::<Vec<_>>().join("\n")
    };
    panel.put(el("dl").each(rows)).put(
        el("button type=button data-action=copy-all")
            .live(|| t().copy_all)
            .click(move || copy(room, leptos::prelude::untrack(everything), &near)),
    )
}
