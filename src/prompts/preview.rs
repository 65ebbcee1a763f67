//! Every exact text that will be sent, and what looks like a mark and is none.

use studio::prompt::{Hint, Planned};

use super::Desk;
use crate::{
    i18n::{self, prompts::t},
    ui::{Item, Node, el, item},
};

fn hint(hint: &Hint) -> String {
    match hint {
        Hint::OddBrace => t().odd_brace.to_owned(),
        Hint::NoChoice => t().no_choice.to_owned(),
        Hint::NoList(name) => (t().no_list)(name),
    }
}

pub(super) fn preview(desk: Desk) -> Node {
    let planned = move || match desk.matrix() {
        Ok((matrix, _)) if !desk.is_simple() => matrix.planned(),
        _ => vec![],
    };
    let hints = move || {
        // Before that, no list is known.
        if !desk.shelf.is_ready.get() {
            return vec![];
        }
        let hints = desk.pattern().1.into_iter().map(|of| hint(&of));
        hints
            .map(|words| item(words.clone(), move || el("p").set("class", "below hint").text(&words)))
            .collect()
    };
    let list = move || {
        let title = move || {
            let runs: u64 = planned().iter().map(|text| text.runs).sum();
            (t().preview)(planned().len() as u64, runs)
        };
        el("div.preview")
            .put(el("p#preview-title.below").live(title))
            // It scrolls: so it has to be reached by keys.
            .put(
                el("ol#preview tabindex=0 aria-labelledby=preview-title")
                    .each(move || planned().into_iter().map(line).collect()),
            )
    };
    el("div").put(el("div role=status").each(hints)).when(move || !planned().is_empty(), list)
}

fn line(planned: Planned) -> Item {
    let Planned { text, fault, runs } = planned;
    item(format!("{runs} {text}"), move || {
        let mut row = el("li").put(el("span.exact").text(&text));
        if let Some(fault) = fault {
            row = row.put(el("span.wrong").live(move || match &fault {
                fusionbrain::TextError::Empty => t().empty_text.to_owned(),
                fault => (i18n::t().why_text)(fault),
            }));
        }
        if runs > 1 {
            row = row.put(el("span.times").text(&format!("× {runs}")));
        }
        row
    })
}
