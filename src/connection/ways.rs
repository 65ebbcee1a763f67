//! How the keys are kept: four ways, the most careful first.

use super::{
    custody::{Choice, Custody},
    fields,
    room::{Room, SPANS, Way},
};
use crate::{
    browser::{clock, page, vault},
    i18n::rooms::t as r,
    ui::{Node, el, spawn},
};

/// The choice.
pub(super) fn ways(room: Room) -> Node {
    let option = move |way: Way, value: &str, title: fn() -> &'static str, text: fn() -> &'static str| {
        let radio = el("input type=radio name=keeping")
            .set("value", value)
            .checked(move || room.way.get() == way)
            .chosen(move |_, _| room.way.set(way));
        (radio, el("span").live(title).put(el("small").live(text)))
    };
    let (tab, tab_words) = option(Way::Tab, "tab", || r().custody.tab, || r().custody.tab_text);
    let (remembered, remembered_words) =
        option(Way::Remembered, "remembered", || r().custody.remembered, || r().custody.remembered_text);
    let (sealed, sealed_words) = option(
        Way::Vault,
        "vault",
        || r().custody.vault,
        || {
            if vault::is_available() { r().custody.vault_text } else { r().custody.vault_missing }
        },
    );
    let sealed = sealed.flag("disabled", || !vault::is_available());
    let relay = move || {
        let radio = el("input type=radio name=keeping value=relay").checked(|| false).chosen(move |_, _| {
            // Whoever leaves the keys to a relay does not leave them here.
            room.change(|k| {
                k.choice = Choice::Relay;
                k.lock();
            });
            spawn(async move {
                clock::breathe().await;
                // The browser has unticked the others for this one.
                room.way.set(room.way.get_untracked());
                page::focus("relay-address");
            });
        });
        el("label.option")
            .put(radio)
            .put(el("span").live(|| r().custody.relay).put(el("small").live(|| r().custody.relay_text)))
    };
    let shared = move || el("p#shared-origin.notice").live(|| (r().custody.shared)(&origin()));
    el("fieldset#keeping")
        .put(el("legend").live(|| r().custody.keeping))
        .put(el("label.option").put(tab).put(tab_words))
        .put(el("label.option").put(remembered).put(remembered_words))
        .when(move || room.way.get() == Way::Remembered, move || span(room))
        .put(el("label.option").put(sealed).put(sealed_words))
        .when(
            move || room.way.get() == Way::Vault && vault::is_available(),
            move || el("div.under").put(fields::passphrase(room, true)),
        )
        .when(move || room.chosen(Choice::Direct), relay)
        .when(move || room.way.get() != Way::Tab && is_shared(), shared)
}

/// For how long.
fn span(room: Room) -> Node {
    let list = (0..SPANS.len()).fold(el("select#span"), |list, n| {
        let option = el("option")
            .set("value", SPANS[n].0)
            .flag("selected", move || room.span.get() == n)
            .live(move || r().custody.spans[n]);
        list.put(option)
    });
    let list = list.chosen(move |value, _| {
        room.span.set(SPANS.iter().position(|(name, _)| *name == value).unwrap_or_default());
    });
    el("div.under").put(el("div.field").put(el("label for=span").live(|| r().custody.until)).put(list))
}

/// The page's origin and the path of its folder.
fn address() -> (String, String) {
    let folder = page::folder().unwrap_or_default();
    let start = folder.find("://").map_or(0, |at| at + 3);
    let end = folder[start..].find('/').map_or(folder.len(), |at| start + at);
    (folder[..end].to_owned(), folder[end..].to_owned())
}

fn origin() -> String {
    address().0
}

/// Whether others' pages may be on this page's origin.
fn is_shared() -> bool {
    let (origin, folder) = address();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    studio::custody::is_shared(host, &folder)
}

/// Where a connection's keys are, in a few words; empty without any.
pub(super) fn whereabouts(kept: &super::custody::Kept) -> String {
    match &kept.custody {
        Custody::Vault(Some(_)) if kept.has_keys() => r().custody.in_open_vault.to_owned(),
        Custody::Vault(Some(_)) => r().custody.in_locked_vault.to_owned(),
        _ if !kept.has_keys() => String::new(),
        Custody::Remembered(until) => (r().custody.in_browser)(*until),
        Custody::Tab | Custody::Vault(None) => r().custody.in_tab.to_owned(),
    }
}
