//! Batches: more styles, more shapes, variations, and some of many combinations. And one's own styles as chips.

use std::rc::Rc;

use fusionbrain::SHAPES;
use studio::prompt::KeptKind;

use super::{Desk, shelf::Batch};
use crate::{
    browser::page,
    compose::{OWN_STYLE, Shape},
    i18n::{self, prompts::t},
    ui::{Item, Node, el, item},
};

/// One's own styles, beside the service's.
pub(super) fn own_styles(desk: Desk) -> Node {
    let chips = move || {
        let own = desk.shelf.of(KeptKind::Style).into_iter();
        own.map(|kept| {
            item(kept.name.clone(), move || {
                let value = OWN_STYLE.to_owned() + &kept.name;
                let radio = el("input type=radio name=style")
                    .set("value", &value)
                    .checked(move || desk.draft.style.with(|style| *style == value))
                    .chosen(move |value, _| desk.draft.style.set(value));
                el("label.chip").put(radio).put(el("span").text(&kept.name))
            })
        })
        .collect()
    };
    el("div#own-styles").set("class", "chips styles").each(chips)
}

fn title(desk: Desk, name: &str) -> String {
    if let Some(own) = name.strip_prefix(OWN_STYLE) {
        return own.to_owned();
    }
    let styles = desk.connections.styles.get();
    let style = styles.iter().find(|style| style.name.as_str() == name);
    style.map_or_else(|| name.to_owned(), i18n::style_title)
}

/// A chip that can be chosen beside the one the form has.
fn more(
    key: String,
    words: impl Fn() -> String + 'static,
    is_chosen: impl Fn() -> bool + Clone + 'static,
    is_more: impl Fn() -> bool + 'static,
    turn: impl Fn(bool) + 'static,
) -> Item {
    item(key.clone(), move || {
        let tick = el("input type=checkbox")
            .set("value", &key)
            .flag("disabled", is_chosen.clone())
            .checked(move || is_chosen() || is_more())
            .chosen(move |_, on| turn(on));
        el("label.chip").put(tick).put(el("span").live(words))
    })
}

fn styles(desk: Desk) -> Vec<Item> {
    let all = desk.style_names().into_iter();
    all.map(|name| {
        let name: Rc<str> = name.into();
        let [title_of, chosen, marked] = [&name, &name, &name].map(Rc::clone);
        more(
            name.to_string(),
            move || title(desk, &title_of),
            move || desk.draft.style.with(|style| **style == *chosen),
            move || desk.shelf.batch.with(|batch| batch.styles.iter().any(|have| **have == *marked)),
            move |on| {
                desk.shelf.batch.update(|batch| {
                    batch.styles.retain(|have| **have != *name);
                    if on {
                        batch.styles.push(name.to_string());
                    }
                });
            },
        )
    })
    .collect()
}

fn shapes(desk: Desk) -> Vec<Item> {
    let all = SHAPES.iter().enumerate();
    all.map(|(n, shape)| {
        let this = Shape::Known(n);
        more(
            shape.name.to_owned(),
            move || shape.name.to_owned(),
            move || desk.draft.shape.get() == this,
            move || desk.shelf.batch.with(|batch| batch.shapes.contains(&this)),
            move |on| {
                desk.shelf.batch.update(|batch| {
                    batch.shapes.retain(|have| *have != this);
                    if on {
                        batch.shapes.push(this);
                    }
                });
            },
        )
    })
    .collect()
}

fn number(
    id: &'static str,
    label: fn() -> &'static str,
    value: impl FnMut() -> String + 'static,
) -> (Node, Node) {
    let field = el(&format!("input#{id} type=number inputmode=numeric min=1 max=200 step=1")).holds(value);
    (el("label").set("for", id).live(label), field)
}

pub(super) fn batch(desk: Desk) -> Node {
    let shelf = desk.shelf;
    let set = move |change: &dyn Fn(&mut Batch)| shelf.batch.update(|batch| change(batch));
    let (variations_label, variations) = number(
        "variations",
        || t().variations,
        move || shelf.batch.with(|batch| batch.variations.to_string()),
    );
    let variations = variations
        .typed(move |text| set(&|batch| batch.variations = text.trim().parse().unwrap_or(1).max(1)));
    let (some_label, some) = number(
        "some",
        || t().some,
        move || shelf.batch.with(|batch| batch.some.map(|n| n.to_string()).unwrap_or_default()),
    );
    let some = some
        .attr("placeholder", || t().all)
        .typed(move |text| set(&|batch| batch.some = text.trim().parse().ok().filter(|n| *n > 0)));
    let (cap_label, cap) = number("ask-above", || t().ask_above, move || shelf.cap.get().to_string());
    let cap = cap.chosen(move |text, _| {
        if let Ok(cap) = text.trim().parse() {
            desk.set_cap(cap);
        }
    });
    let shuffle = move || {
        el("button#shuffle type=button")
            .live(|| t().shuffle)
            .click(move || set(&|batch| batch.seed = batch.seed.wrapping_add(1)))
    };
    let reset = move || {
        el("button#batch-reset.link type=button").live(|| t().reset).click(move || {
            shelf.batch.set(Batch::default());
            page::focus("variations");
        })
    };
    let is_some = move || shelf.batch.with(|batch| batch.some.is_some());
    let cost = move || desk.told().filter(|told| told.runs > 1).map(|told| format!(" · {}", told.runs));
    el("details#batch.field").put(el("summary").live(|| t().batch).put(el("span.muted").live(cost))).put(
        el("div.editor")
            .put(
                el("fieldset")
                    .put(el("legend").live(|| t().more_styles))
                    .put(el("div#batch-styles").set("class", "chips styles").each(move || styles(desk))),
            )
            .put(
                el("fieldset").put(el("legend").live(|| t().more_shapes)).put(
                    el("div#batch-shapes").set("class", "chips batch-shapes").each(move || shapes(desk)),
                ),
            )
            .put(
                el("div.pairs")
                    .put(variations_label)
                    .put(variations)
                    .put(some_label)
                    .put(some)
                    .put(cap_label)
                    .put(cap),
            )
            .when(is_some, shuffle)
            .when(move || shelf.batch.with(|batch| *batch != Batch::default()), reset),
    )
}
