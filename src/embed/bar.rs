//! What a frame shows beside the studio: the way to the full one, and that the page around asks for a picture.

use crate::{
    browser::page,
    i18n::framed::t,
    queue::Queue,
    ui::{Node, el},
};

/// Puts it into the top bar and below.
pub(super) fn put(queue: Queue) {
    if let Some(top) = page::place("top") {
        el("a#full-studio.button target=_blank rel=noopener")
            .set("href", &page::folder().unwrap_or_default())
            .attr("aria-label", || t().full_studio)
            .attr("title", || t().full_studio_text)
            .put(el("span.words").live(|| t().full_studio))
            .put(el("span aria-hidden=true").text("↗"))
            .mount(&top);
    }
    if let Some(place) = page::place("top") {
        asking(queue).mount(&place);
    }
}

/// The live region is there before it speaks, and holds the focus when its button has gone.
fn asking(queue: Queue) -> Node {
    el("div#embed-bar role=status tabindex=-1").when(
        move || queue.is_asked_for_picture(),
        move || {
            el("div.picking").put(el("p").live(|| t().choose_text)).put(
                el("button type=button data-action=cancel-pick")
                    .live(|| t().cancel)
                    .click(move || queue.pick(String::new())),
            )
        },
    )
}
