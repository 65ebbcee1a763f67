//! The style.

use fusionbrain::Style;

use super::{Draft, form::ignored};
use crate::{
    connection::Connections,
    i18n,
    ui::{Item, Node, el, item},
};

fn chip(draft: Draft, style: Style) -> Item {
    item(format!("{} {}", style.name.as_str(), style.title), move || {
        let name = style.name.as_str().to_owned();
        let radio = el("input type=radio name=style")
            .set("value", &name)
            .checked(move || draft.style.with(|s| *s == name))
            .chosen(move |name, _| draft.style.set(name));
        el("label.chip").put(radio).put(el("span").live(move || i18n::style_title(&style)))
    })
}

/// The style chips: built in at first, the service's own when they could be read.
pub(super) fn styles(draft: Draft, connections: Connections) -> Node {
    let chips = el("div")
        .set("class", "chips styles")
        .each(move || connections.styles.get().into_iter().map(|style| chip(draft, style)).collect());
    let is_ignored = move || connections.ignores("style");
    el("fieldset").put(el("legend").say(|t| t.style)).when(is_ignored, ignored).put(chips)
}
