//! The form's fields: addresses, and the keys, which are hidden, shown for some seconds, and cleaned of what comes along
//! when they are pasted.

use fusionbrain::{Key, Secret, Token};

use super::{custody::Kept, room::Room};
use crate::{
    browser::{clock, page},
    i18n::rooms::t as r,
    ui::{Node, State, el, spawn},
};

/// How long a key is shown. In milliseconds.
const SHOWN: u32 = 10_000;

/// From this length on four characters tell which key it is, and not what it is.
const TELLING: usize = 16;

/// One of the secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Key,
    Secret,
    Token,
}

impl Which {
    pub(super) const ALL: [Self; 3] = [Self::Key, Self::Secret, Self::Token];

    fn id(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Secret => "secret",
            Self::Token => "token",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Key => r().key,
            Self::Secret => r().secret,
            Self::Token => r().custody.token,
        }
    }

    fn of(self, kept: &mut Kept) -> &mut String {
        match self {
            Self::Key => &mut kept.key,
            Self::Secret => &mut kept.secret,
            Self::Token => &mut kept.token,
        }
    }

    fn is_wrong(self, room: Room) -> bool {
        match self {
            Self::Key | Self::Secret => room.are_keys_wrong(),
            Self::Token => room.is_token_wrong(),
        }
    }

    /// Without white space and a pasted `Key `, `Secret ` or `Bearer `. What cannot be sent at all stays as it is, to be
    /// looked at.
    fn cleaned(self, text: &str) -> Option<String> {
        match self {
            Self::Key => Key::new(text).map(|it| it.expose().to_owned()),
            Self::Secret => Secret::new(text).map(|it| it.expose().to_owned()),
            Self::Token => Token::new(text).map(|it| it.expose().to_owned()),
        }
    }

    /// Its last four characters, if it is long enough to have others.
    pub(super) fn ending(self, kept: &Kept) -> Option<String> {
        let text = match self {
            Self::Key => &kept.key,
            Self::Secret => &kept.secret,
            Self::Token => &kept.token,
        };
        let text = text.trim();
        let start = text.char_indices().rev().nth(3).filter(|_| text.chars().count() >= TELLING)?.0;
        Some(format!("…{}", &text[start..]))
    }
}

/// A field for an address.
pub(super) fn address(
    room: Room,
    id: &'static str,
    label: fn() -> &'static str,
    of: fn(&mut Kept) -> &mut String,
) -> Node {
    let input = el("input type=text inputmode=url autocomplete=off autocapitalize=off spellcheck=false")
        .set("id", id)
        .attr("aria-invalid", move || room.is_address_wrong())
        .holds(move || of(&mut room.fields.get()).clone())
        .typed(move |text| room.change(|k| *of(k) = text));
    el("div.field").put(el("label").set("for", id).live(label)).put(input)
}

/// A field for a secret.
pub(super) fn secret(room: Room, which: Which) -> Node {
    let (id, shown) = (which.id(), State::new(0_u32));
    let clean = move || {
        let text = which.of(&mut room.fields.get_untracked()).clone();
        if let Some(clean) = which.cleaned(&text).filter(|clean| *clean != text) {
            room.fields.update(|k| *which.of(k) = clean);
        }
    };
    let input = hidden_input(id, shown)
        .attr("aria-invalid", move || which.is_wrong(room))
        .holds(move || which.of(&mut room.fields.get()).clone())
        .typed(move |text| room.change(|k| *which.of(k) = text))
        .on("change", move |_| clean())
        .on("paste", move |_| {
            spawn(async move {
                clock::breathe().await;
                clean();
            });
        });
    let ending = move || room.fields.with(|k| which.ending(k)).map_or_else(String::new, r().custody.ends_in);
    el("div.field")
        .put(el("label").set("for", id).live(move || which.label()))
        .put(el("div.secret").put(input).put(reveal(id, shown, move || which.label())))
        .put(el("small.muted").live(ending))
}

/// A field whose text is not to be read over the shoulder. Not a `password` that browsers offer to remember: that would be
/// a custody nobody chose.
fn hidden_input(id: &'static str, shown: State<u32>) -> Node {
    el("input inputmode=text autocomplete=off autocapitalize=off spellcheck=false")
        .set("id", id)
        .attr("type", move || if shown.get() % 2 == 1 { "text" } else { "password" })
}

/// The button that shows a field's text for some seconds. Odd: shown; every turn has a number, so that an old end does not
/// end a new showing.
fn reveal(id: &'static str, shown: State<u32>, label: impl Fn() -> &'static str + 'static) -> Node {
    let hide = move |number: u32| {
        if shown.try_peek(|now| *now == number) == Some(true) {
            shown.set(number + 1);
        }
    };
    page::on_hiding(move || {
        if let Some(now) = shown.try_peek(|now| *now)
            && now % 2 == 1
        {
            hide(now);
        }
    });
    let turn = move || {
        let now = shown.get_untracked() + 1;
        shown.set(now);
        if now % 2 == 1 {
            spawn(async move {
                clock::wait(SHOWN).await;
                hide(now);
            });
        }
    };
    let is_shown = move || shown.get() % 2 == 1;
    el("button.reveal type=button")
        .set("id", &format!("show-{id}"))
        .attr("aria-pressed", is_shown)
        .attr("aria-label", move || (r().custody.show_it)(label()))
        .live(move || if is_shown() { r().custody.hide } else { r().custody.show })
        .click(turn)
}

/// The field for a vault's passphrase. `new`: one is being chosen.
pub(super) fn passphrase(room: Room, new: bool) -> Node {
    let shown = State::new(0_u32);
    let label = move || if new { r().custody.new_passphrase } else { r().custody.passphrase };
    let input = hidden_input("passphrase", shown)
        .attr("aria-invalid", move || room.is_passphrase_wrong())
        .set("aria-describedby", "passphrase-advice")
        .holds(move || room.passphrase.get())
        .typed(move |text| {
            room.passphrase.set(text);
            room.passphrase_changed();
        });
    let advice = move || if new { r().custody.passphrase_advice } else { r().custody.locked_text };
    el("div.field")
        .put(el("label for=passphrase").live(label))
        .put(el("div.secret").put(input).put(reveal("passphrase", shown, label)))
        .put(el("small#passphrase-advice.muted").live(advice))
}
