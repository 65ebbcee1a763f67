//! Forgetting everything: it says what goes, and wants to be told twice.

use super::{hand_focus, numbers::Numbers};
use crate::{
    browser::forget,
    i18n::rooms::t,
    ui::{Node, State, el, spawn},
};

/// How far it is.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Begin,
    Asked,
    Going,
    /// Another tab still holds the empty database.
    Held,
}

/// The way out.
pub(super) fn card(numbers: Numbers) -> Node {
    let (step, sure) = (State::new(Step::Begin), State::new(false));
    let turn = move |to: Step, focus: &'static str| {
        hand_focus(&["forget-begin", "forget-not"], focus);
        step.set(to);
        sure.set(false);
    };
    let go = move || {
        step.set(Step::Going);
        spawn(async move {
            if forget::everything().await {
                forget::load_anew();
            } else {
                step.set(Step::Held);
            }
        });
    };
    let begin = move || {
        el("div.row").put(
            el("button#forget-begin.danger type=button")
                .live(|| t().storage.forget_begin)
                .click(move || turn(Step::Asked, "forget-sure")),
        )
    };
    let count = move || numbers.sums().map_or(0, |(all, _)| all.count);
    let list = move || {
        (0..4).fold(el("ul.problems"), |list, n| {
            list.put(el("li").live(move || (t().storage.forget_list)(count())[n].clone()))
        })
    };
    let ask = move || {
        let tick = el("input#forget-sure type=checkbox")
            .checked(move || sure.get())
            .chosen(move |_, on| sure.set(on));
        let buttons = el("div.row")
            .put(
                el("button#forget-do.danger type=button")
                    .flag("disabled", move || !sure.get())
                    .live(|| t().storage.forget_do)
                    .click(go),
            )
            .put(
                el("button#forget-not type=button")
                    .live(|| t().storage.forget_not)
                    .click(move || turn(Step::Begin, "forget-begin")),
            );
        el("div#forget-asked.asked")
            .put(list())
            .put(el("p").live(|| t().storage.forget_tabs))
            .put(el("label.option").put(tick).put(el("span").live(|| t().storage.forget_sure)))
            .put(buttons)
    };
    let told = move || match step.get() {
        Step::Begin | Step::Asked => "",
        Step::Going => t().storage.forgetting,
        Step::Held => t().storage.forget_held,
    };
    el("section#forget-card.card")
        .put(el("h2").live(|| t().storage.forget))
        .put(el("p").live(|| t().storage.forget_text))
        .when(move || step.get() == Step::Begin, begin)
        .when(move || step.get() == Step::Asked, ask)
        .put(el("p#forget-told role=status").live(told))
}
