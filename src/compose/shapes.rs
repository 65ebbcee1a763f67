//! The shape: five drawn to scale, and one's own.

use fusionbrain::{SHAPES, Size};
use leptos::prelude::*;

use super::{Draft, Shape};
use crate::{
    i18n::{Texts, say, t},
    ui::{click, live, ticked, typed, when},
};

/// The longer side of a drawn shape, in pixels.
const DRAWN: f64 = 28.0;

fn chip(draft: Draft, shape: Shape, value: &'static str, size: Option<Size>) -> AnyView {
    let (width, height) = size.map_or((DRAWN, DRAWN), |size| {
        let (w, h) = (f64::from(size.width()), f64::from(size.height()));
        (DRAWN * w / w.max(h), DRAWN * h / w.max(h))
    });
    view! {
        <label class="chip" title=size.map(|s| format!("{} × {}", s.width(), s.height()))>
            <input
                type="radio"
                name="shape"
                value=value
                prop:checked=live(move || draft.shape.get() == shape)
                on:change=ticked(move |_| draft.shape.set(shape))
            />
            <span
                class="scale"
                aria-hidden="true"
                style:width=format!("{width}px")
                style:height=format!("{height}px")
                style:border-style=if size.is_none() { "dashed" } else { "solid" }
            ></span>
            <span>{live(move || if size.is_none() { t().custom } else { value })}</span>
        </label>
    }
    .into_any()
}

fn side(id: &'static str, label: fn(&'static Texts) -> &'static str, draft: Draft, first: bool) -> AnyView {
    let valid = move || draft.size().is_some();
    view! {
        <div class="field">
            <label for=id>{say(label)}</label>
            <input
                id=id
                type="number"
                inputmode="numeric"
                min=Size::MIN
                max=Size::MAX
                step=Size::STEP
                aria-describedby="size-rule"
                aria-invalid=live(move || (!valid()).to_string())
                prop:value=live(move || draft.sides.with(|s| if first { s.0.clone() } else { s.1.clone() }))
                on:input=typed(move |text| draft.sides.update(|s| if first { s.0 = text } else { s.1 = text }))
            />
        </div>
    }
    .into_any()
}

/// The shape chips, and the fields of a custom one.
#[component]
pub(super) fn Shapes() -> impl IntoView {
    let draft = expect_context::<Draft>();
    view! {
        <fieldset>
            <legend>{say(|t| t.shape)}</legend>
            <div class="chips shapes">
                {SHAPES
                    .iter()
                    .enumerate()
                    .map(|(n, shape)| chip(draft, Shape::Known(n), shape.name, Some(shape.size)))
                    .collect_view()} {chip(draft, Shape::Custom, "custom", None)}
            </div>
            {when(
                move || draft.shape.get() == Shape::Custom,
                move || {
                    let swap = move || draft.sides.update(|s| std::mem::swap(&mut s.0, &mut s.1));
                    view! {
                        <div class="sides">
                            {side("width", |t| t.width, draft, true)}
                            <button
                                id="swap"
                                type="button"
                                aria-label=say(|t| t.swap)
                                title=say(|t| t.swap)
                                on:click=click(swap)
                            >
                                "⇄"
                            </button>
                            {side("height", |t| t.height, draft, false)}
                        </div>
                        <p id="size-rule" class="below">
                            {live(|| (t().size_rule)(Size::MIN, Size::MAX, Size::STEP))}
                        </p>
                    }
                        .into_any()
                },
            )}
        </fieldset>
    }
    .into_any()
}
