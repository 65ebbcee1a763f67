//! The shape: five drawn to scale, and one's own.

use fusionbrain::{SHAPES, Size};

use super::{Draft, Shape};
use crate::{
    i18n::t,
    ui::{Node, Words, el},
};

/// The longer side of a drawn shape, in pixels.
const DRAWN: u32 = 28;

fn chip(draft: Draft, shape: Shape, value: &'static str, size: Option<Size>) -> Node {
    let (width, height, border) = size.map_or((1, 1, "dashed"), |s| (s.width(), s.height(), "solid"));
    let longer = width.max(height);
    let scale = format!(
        "width:calc({DRAWN}px*{width}/{longer});height:calc({DRAWN}px*{height}/{longer});border-style:{border}"
    );
    let mut chip = el("label.chip");
    if size.is_some() {
        chip = chip.set("title", &format!("{width} × {height}"));
    }
    chip.put(
        el("input type=radio name=shape")
            .set("value", value)
            .checked(move || draft.shape.get() == shape)
            .chosen(move |_, _| draft.shape.set(shape)),
    )
    .put(el("span.scale aria-hidden=true").styled(&scale))
    .put(el("span").live(move || if size.is_none() { t().custom } else { value }))
}

fn side(id: &'static str, label: Words, draft: Draft, of: fn(&mut (String, String)) -> &mut String) -> Node {
    let limits = format!(
        "input#{id} type=number inputmode=numeric min={} max={} step={}",
        Size::MIN,
        Size::MAX,
        Size::STEP
    );
    el("div.field").put(el("label").set("for", id).say(label)).put(
        el(&limits)
            .set("aria-describedby", "size-rule")
            .attr("aria-invalid", move || draft.size().is_none())
            .holds(move || of(&mut draft.sides.get()).clone())
            .typed(move |text| draft.sides.update(|s| *of(s) = text)),
    )
}

fn sides(draft: Draft) -> Node {
    let swap = el("button#swap type=button")
        .say_in("aria-label", |t| t.swap)
        .say_in("title", |t| t.swap)
        .text("⇄")
        .click(move || draft.sides.update(|s| std::mem::swap(&mut s.0, &mut s.1)));
    el("div.sides").put(side("width", |t| t.width, draft, |s| &mut s.0)).put(swap).put(side(
        "height",
        |t| t.height,
        draft,
        |s| &mut s.1,
    ))
}

/// The shape chips, and the fields of a custom one.
pub(super) fn shapes(draft: Draft) -> Node {
    let custom = move || draft.shape.get() == Shape::Custom;
    let mut chips = el("div").set("class", "chips shapes");
    for (n, shape) in SHAPES.iter().enumerate() {
        chips = chips.put(chip(draft, Shape::Known(n), shape.name, Some(shape.size)));
    }
    el("fieldset")
        .put(el("legend").say(|t| t.shape))
        .put(chips.put(chip(draft, Shape::Custom, "custom", None)))
        .when(custom, move || sides(draft))
        .when(custom, || el("p#size-rule.below").live(|| (t().size_rule)(Size::MIN, Size::MAX, Size::STEP)))
}
