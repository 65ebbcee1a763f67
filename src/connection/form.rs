//! The connection page: choose, test, use, forget.

use super::{
    ASKED,
    custody::{Choice, Kept},
    fields::{self, Which},
    list, preset,
    room::{Here, Room, Tested, Vault},
    search::Wrong,
    ways,
};
use crate::{
    app::Route,
    browser::page,
    i18n::{rooms::t as r, t},
    ui::{Node, el},
};

impl Wrong {
    fn name(&self) -> &'static str {
        match self {
            Self::Address => "bad-address",
            Self::NoRelayHere => "no-relay-here",
            Self::NotARelay => "not-a-relay",
            Self::KeysMissing => "keys-missing",
            Self::Locked => "vault-locked",
            Self::TokenMissing => "token-missing",
            Self::NotAllowed => "not-allowed",
            Self::Api(error) => error.name(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Address => r().bad_address.to_owned(),
            Self::NoRelayHere => r().from_here_missing.to_owned(),
            Self::NotARelay => r().not_a_relay.to_owned(),
            Self::KeysMissing => r().keys_missing.to_owned(),
            Self::Locked => r().custody.passphrase_missing.to_owned(),
            Self::TokenMissing => r().custody.token_missing.to_owned(),
            Self::NotAllowed => (r().not_allowed)(&preset::relays().unwrap_or_default().join(", ")),
            Self::Api(error) => (t().api)(error),
        }
    }
}

impl Vault {
    fn name(self) -> &'static str {
        match self {
            Self::Short => "passphrase-short",
            Self::Wrong => "passphrase-wrong",
            Self::Missing => "vault-missing",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Short => r().custody.passphrase_short,
            Self::Wrong => r().custody.passphrase_wrong,
            Self::Missing => r().custody.vault_missing,
        }
    }
}

impl Tested {
    fn failure(&self) -> Option<&'static str> {
        match self {
            Self::Wrong(wrong) => Some(wrong.name()),
            Self::Vault(vault) => Some(vault.name()),
            Self::NotKept => Some("not-kept"),
            Self::No | Self::Running | Self::Works { .. } | Self::Forgotten | Self::Locked => None,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::No => String::new(),
            Self::Running => r().testing.to_owned(),
            Self::Works { models: 0 } => t().no_models.to_owned(),
            Self::Works { models } => (r().test_ok)(*models),
            Self::Wrong(wrong) => wrong.sentence(),
            Self::Vault(vault) => vault.sentence().to_owned(),
            Self::Forgotten => r().forgotten.to_owned(),
            Self::Locked => r().custody.locked.to_owned(),
            Self::NotKept => r().custody.not_kept.to_owned(),
        }
    }
}

fn option(
    room: Room,
    choice: Choice,
    value: &str,
    title: fn() -> &'static str,
    text: impl Fn() -> &'static str + 'static,
) -> Node {
    let radio = el("input type=radio name=source")
        .set("value", value)
        .checked(move || room.chosen(choice))
        .chosen(move |_, _| room.change(|k| k.choice = choice));
    el("label.option").put(radio).put(el("span").live(title).put(el("small").live(text)))
}

/// Where pictures come from.
fn sources(room: Room) -> Node {
    let here_text = move || {
        if room.here.with(|here| *here == Here::Nobody) { r().from_here_missing } else { r().from_here_text }
    };
    el("fieldset")
        .put(el("legend").live(|| r().connection_intro))
        .put(option(room, Choice::Here, "here", || r().from_here, here_text))
        .put(option(room, Choice::Relay, "relay", || r().from_relay, || r().from_relay_text))
        .put(option(room, Choice::Direct, "direct", || r().from_direct, || r().from_direct_text))
        .put(option(room, Choice::Demo, "demo", || r().from_demo, || r().from_demo_text))
}

/// The way to the token's field where no relay has asked for one.
fn token_door(room: Room) -> Node {
    el("div").put(el("button#open-token.link type=button").live(|| r().custody.have_token).click(move || {
        room.token_open.set(true);
        list::focus_later("token".to_owned());
    }))
}

fn actions(room: Room) -> Node {
    let use_words = move || if room.is_locked() { r().custody.unlock_and_use } else { r().use_it };
    let can_forget = move || room.has_fields() || room.is_locked();
    el("div.row")
        .put(el("button#use.primary type=submit").live(use_words))
        .put(el("button#test type=button").live(|| r().test).click(move || room.try_it(false)))
        .when(can_forget, move || {
            el("button#forget.quiet type=button").live(|| r().forget).click(move || room.forget())
        })
}

fn result(room: Room) -> Node {
    let result = move || {
        room.tested.with(|tested| match tested {
            Tested::Works { .. } => Some("ok"),
            tested => tested.failure().map(|_| "fail"),
        })
    };
    el("p#test-result role=status")
        .attr("data-result", result)
        .attr("data-failure", move || room.tested.with(Tested::failure))
        .live(move || room.tested.with(Tested::sentence))
}

fn form(room: Room) -> Node {
    let by_relay = move || room.chosen(Choice::Here) || room.chosen(Choice::Relay);
    let token_door_shown = move || by_relay() && !room.needs_token() && !room.is_locked();
    let limited =
        move || preset::relays().is_some() && (room.chosen(Choice::Relay) || room.chosen(Choice::Direct));
    let address = |id: &'static str, label: fn() -> &'static str, of: fn(&mut Kept) -> &mut String| {
        move || fields::address(room, id, label, of)
    };
    el("form#connection.card")
        .put(list::name_field(room))
        .put(sources(room))
        .when(limited, || el("p#allowed.muted").live(|| Wrong::NotAllowed.sentence()))
        .when(
            move || room.chosen(Choice::Relay),
            address("relay-address", || r().relay_address, |k| &mut k.relay),
        )
        .when(
            move || room.chosen(Choice::Direct),
            address("base-address", || r().base_address, |k| &mut k.direct),
        )
        .when(move || room.moved.get(), || el("p#moved.notice role=status").live(|| r().custody.moved))
        .when(move || room.is_locked(), move || fields::passphrase(room, false))
        .when(move || room.needs_keys(), move || fields::secret(room, Which::Key))
        .when(move || room.needs_keys(), move || fields::secret(room, Which::Secret))
        .when(move || room.needs_token(), move || fields::secret(room, Which::Token))
        .when(token_door_shown, move || token_door(room))
        .when(move || room.has_fields(), move || ways::ways(room))
        .when(move || room.is_plain(), || el("p.notice").live(|| r().plain_http))
        .put(actions(room))
        .put(result(room))
        .on("submit", move |event| {
            event.prevent_default();
            room.try_it(true);
        })
}

/// Where pictures come from, and the keys for it.
pub fn connection_page() -> Node {
    let room = Room::new();
    page::on_window(&[ASKED], move || room.see_refusal());
    page::on_window(&["hashchange"], move || {
        if page::hash() == Route::Connection.hash() {
            room.refresh();
        }
    });
    let steps = (0..3).fold(el("ol.steps"), |list, n| list.put(el("li").live(move || r().key_steps[n])));
    let everything = el("p.muted").live(|| r().custody.everything).text(" ").put(
        el("a#to-forget-everything").set("href", Route::Storage.hash()).live(|| r().custody.to_everything),
    );
    el("div.page")
        .put(el("h1").say(|t| t.connection))
        .put(list::list(room))
        .put(form(room))
        .put(el("section.card").put(el("h2").live(|| r().key_guide)).put(steps))
        .put(everything)
}
