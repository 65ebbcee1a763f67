//! Templates, own styles and lists: using them, writing them.

use studio::prompt::{Kept, KeptKind, fill_template, list_name};

use super::{Desk, kept::Editor, row};
use crate::{
    browser::{clock, page},
    compose::OWN_STYLE,
    i18n::prompts::{Texts, t},
    ui::{Item, Node, el, item},
};

type Say = fn(&'static Texts) -> &'static str;

/// The kinds in the order of the panel: what they are called, and what they are for.
const KINDS: [(KeptKind, Say, Say); 3] = [
    (KeptKind::Template, |t| t.templates, |t| t.template_hint),
    (KeptKind::Style, |t| t.own_styles, |t| t.style_hint),
    (KeptKind::List, |t| t.lists, |t| t.list_hint),
];

pub(super) fn presets(desk: Desk) -> Node {
    let mut panel = el("section.panel").attr("aria-label", || t().presets).put(row::undo(desk));
    for (kind, title, _) in KINDS {
        let rows = move || desk.shelf.of(kind).into_iter().map(|kept| entry(desk, kept)).collect();
        let group = move || {
            el("div")
                .put(el("h2").live(move || title(t())))
                .put(el("ul.rows").set("data-kind", kind.name()).each(rows))
        };
        panel = panel.when(move || !desk.shelf.of(kind).is_empty(), group);
    }
    panel.put(editor(desk))
}

fn entry(desk: Desk, kept: Kept) -> Item {
    // The text belongs to the key: a row whose text was changed is another row.
    item(format!("{} {}", kept.id(), kept.text), move || {
        let shown = match kept.kind {
            KeptKind::List => format!("__{}__", kept.name),
            _ => kept.name.clone(),
        };
        let (used, edited, name, other) = (kept.clone(), kept.clone(), kept.name.clone(), kept.name.clone());
        let edit = move || {
            let Kept { kind, name, text, .. } = edited.clone();
            desk.shelf.editor.set(Editor { kind, name, text, is_lacking: false });
            page::focus("preset-text");
        };
        el("li")
            .put(
                el("button.kept-text type=button data-action=use")
                    .set("title", &kept.text)
                    .text(&shown)
                    .click(move || apply(desk, &used)),
            )
            .put(
                el("button.square type=button data-action=edit")
                    .attr("aria-label", move || (t().edit)(&name))
                    .text("✎")
                    .click(edit),
            )
            .put(
                el("button.square type=button data-action=delete")
                    .attr("aria-label", move || (t().delete)(&other))
                    .text("✕")
                    .click(move || row::delete(desk, kept.clone())),
            )
    })
}

fn apply(desk: Desk, kept: &Kept) {
    let prompt = desk.draft.prompt.get_untracked();
    match kept.kind {
        KeptKind::Style => {
            desk.draft.style.set(OWN_STYLE.to_owned() + &kept.name);
            desk.shelf.open.set(None);
            page::focus("prompt");
        }
        KeptKind::List => {
            let gap = if prompt.is_empty() || prompt.ends_with(char::is_whitespace) { "" } else { " " };
            desk.write(format!("{prompt}{gap}__{}__", kept.name));
        }
        KeptKind::Template | KeptKind::Used => desk.write(fill_template(&kept.text, &prompt)),
    }
}

/// Where one is written.
fn editor(desk: Desk) -> Node {
    let editor = desk.shelf.editor;
    let mut kinds = el("select#preset-kind").chosen(move |name, _| {
        if let Some(kind) = KeptKind::named(&name) {
            editor.update(|editor| editor.kind = kind);
        }
    });
    for (kind, title, _) in KINDS {
        kinds = kinds.put(
            el("option")
                .set("value", kind.name())
                .flag("selected", move || editor.with(|editor| editor.kind == kind))
                .live(move || title(t())),
        );
    }
    let hint = move || {
        let kind = editor.with(|editor| editor.kind);
        KINDS.iter().find(|(of, ..)| *of == kind).map(|(_, _, hint)| hint(t()))
    };
    let take = move || {
        editor.update(|editor| editor.text = desk.draft.prompt.get_untracked());
        page::focus("preset-text");
    };
    let lacking = move || editor.with(|editor| editor.is_lacking).then(|| t().lacking);
    el("div.editor")
        .put(el("h2").live(|| t().new_preset))
        .put(el("label for=preset-kind").live(|| t().kind))
        .put(kinds)
        .put(el("label for=preset-name").live(|| t().name))
        .put(
            el("input#preset-name maxlength=60 autocomplete=off")
                .holds(move || editor.with(|editor| editor.name.clone()))
                .typed(move |name| editor.update(|editor| editor.name = name)),
        )
        .put(el("label for=preset-text").live(|| t().text))
        .put(
            el("textarea#preset-text rows=3 aria-describedby=preset-hint")
                .holds(move || editor.with(|editor| editor.text.clone()))
                .typed(move |text| editor.update(|editor| editor.text = text)),
        )
        .put(el("p#preset-hint.below").live(hint))
        .put(el("p.wrong role=alert").live(lacking))
        .put(
            el("div.line")
                .put(el("button#preset-save type=button").live(|| t().save).click(move || save(desk)))
                .put(el("button#preset-take.quiet type=button").live(|| t().take_prompt).click(take)),
        )
}

fn save(desk: Desk) {
    let Editor { kind, name, text, .. } = desk.shelf.editor.get_untracked();
    let called = match kind {
        KeptKind::List => list_name(&name),
        _ => Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
    };
    let Some(name) = called.filter(|_| !text.trim().is_empty()) else {
        desk.shelf.editor.update(|editor| editor.is_lacking = true);
        return page::focus(if text.trim().is_empty() { "preset-text" } else { "preset-name" });
    };
    desk.shelf.keep(Kept { kind, name, text: text.trim().to_owned(), at: clock::now(), favourite: false });
    desk.shelf.editor.set(Editor { kind, ..Editor::default() });
    page::focus("preset-name");
}
