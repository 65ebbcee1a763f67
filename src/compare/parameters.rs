//! In what the two wishes differ.

use studio::alike::{Piece, difference};

use super::Side;
use crate::{
    i18n::{moment, number, works::t},
    ui::{Item, Node, State, el, item},
};

/// A name for programs, the words for it, and the value of both.
type Parameter = (&'static str, &'static str, [String; 2]);

fn parameters(both: &[Side; 2]) -> Vec<Parameter> {
    let of = |look: &dyn Fn(&Side) -> String| [look(&both[0]), look(&both[1])];
    let size = |side: &Side| match side.size {
        (0, 0) => String::new(),
        (width, height) => format!("{width} × {height}"),
    };
    let drawn =
        |side: &Side| side.seconds.map_or(String::new(), |seconds| (t().seconds)(&number(seconds, 1)));
    vec![
        ("prompt", t().prompt, of(&|side| side.prompt.clone())),
        ("negative", t().negative, of(&|side| side.negative.clone())),
        ("style", t().style, of(&|side| side.style.clone())),
        ("size", t().size, of(&size)),
        ("model", t().model, of(&|side| side.model.clone())),
        ("made", t().made, of(&|side| moment(side.made))),
        ("drawn", t().drawn, of(&drawn)),
    ]
}

/// What both have alike is named in a line; what differs stands side by side, with the words marked that only one has.
pub(super) fn table(compared: State<Option<[Side; 2]>>) -> Node {
    let all = move || compared.with(|both| both.as_ref().map(parameters)).unwrap_or_default();
    // When it was made and how long it took is no part of the wish.
    let is_wish = |name: &str| !matches!(name, "made" | "drawn");
    let differing = move || -> Vec<Item> {
        let mut rows = all();
        rows.retain(|(_, _, [left, right])| left != right);
        rows.into_iter().map(|row| item(format!("{} {:?}", row.0, row.2), move || line(&row))).collect()
    };
    let alike = move || {
        let mut rows = all();
        rows.retain(|(name, _, [left, right])| is_wish(name) && left == right && !left.is_empty());
        let names: Vec<String> = rows.into_iter().map(|(_, words, _)| words.to_lowercase()).collect();
        if names.is_empty() { String::new() } else { (t().same)(&names.join(", ")) }
    };
    let is_same_wish = move || all().iter().all(|(name, _, [left, right])| !is_wish(name) || left == right);
    let head = el("thead").put(
        el("tr")
            .put(el("th scope=col").put(el("span.hidden-text").live(|| t().parameter)))
            .put(el("th scope=col").live(|| t().left_picture))
            .put(el("th scope=col").live(|| t().right_picture)),
    );
    el("section.compare-parameters")
        .put(el("h3").live(|| t().differ))
        .when(is_same_wish, || el("p#compare-same").live(|| t().all_same))
        .put(el("table").put(head).put(el("tbody").each(differing)))
        .put(el("p.muted").live(alike))
}

fn line((name, words, [left, right]): &Parameter) -> Node {
    let row = el("tr").set("data-parameter", name).put(el("th scope=row").text(words));
    // Of a time or a size it says nothing which digits are others.
    if matches!(*name, "prompt" | "negative") {
        difference(left, right).iter().fold(row, |row, pieces| row.put(cell(pieces)))
    } else {
        let plain = |text: &String| [Piece { text: text.clone(), shared: true }];
        [left, right].into_iter().fold(row, |row, text| row.put(cell(&plain(text))))
    }
}

fn cell(pieces: &[Piece]) -> Node {
    if pieces.iter().all(|piece| piece.text.is_empty()) {
        return el("td.muted").live(|| t().none);
    }
    pieces.iter().fold(el("td"), |cell, piece| {
        if piece.shared {
            return cell.text(&piece.text);
        }
        let words = piece.text.trim_end();
        cell.put(el("mark").text(words)).text(&piece.text[words.len()..])
    })
}
