//! The settings room: language, look, keys, and the way to the rooms that a phone's tabs have no place for.

use studio::shortcuts::Action;

use super::{CHANGED, Look, choose};
use crate::{
    app::Route,
    browser::{page, storage},
    i18n::{self, Language, language, rooms::t, t as main, works::t as works},
    keyboard::{self, OFF, SINGLE_KEYS},
    notify,
    ui::{Node, State, el},
};

fn option(group: &str, value: &str, title: impl Fn() -> &'static str + 'static) -> (Node, Node) {
    let radio = el("input type=radio").set("name", group).set("value", value);
    (radio, el("span").live(title))
}

fn labelled(input: Node, words: Node) -> Node {
    el("label.option").put(input).put(words)
}

fn languages() -> Node {
    let choices = Language::ALL.into_iter().fold(el("div"), |all, other| {
        // Each in its own language: whoever does not read this page's finds their own.
        let (radio, words) = option("language", other.tag(), move || other.name());
        let radio = radio.checked(move || language() == other).chosen(move |_, _| i18n::choose(other));
        all.put(labelled(radio, words.set("lang", other.tag())))
    });
    el("fieldset#settings-language.card").put(el("legend").live(|| t().settings.language)).put(choices)
}

fn looks() -> Node {
    let chosen = State::new(Look::chosen());
    page::on_window(&[CHANGED], move || chosen.set(Look::chosen()));
    let choices = Look::ALL.into_iter().fold(el("div"), |all, look| {
        let (radio, words) = option("look", look.name(), move || (t().settings.look)(look));
        let words = words.put(el("small").live(move || (t().settings.look_text)(look)));
        let radio = radio.checked(move || chosen.get() == look).chosen(move |_, _| choose(look));
        all.put(labelled(radio, words))
    });
    el("fieldset#settings-look.card").put(el("legend").live(|| t().settings.theme)).put(choices)
}

fn keys() -> Node {
    let on = State::new(storage::read(SINGLE_KEYS).as_deref() != Some(OFF));
    let tick = el("input#single-keys type=checkbox").checked(move || on.get()).chosen(move |_, is_on| {
        on.set(is_on);
        storage::write(SINGLE_KEYS, if is_on { "on" } else { OFF });
    });
    let words =
        el("span").live(|| t().settings.single_keys).put(el("small").live(|| t().settings.single_keys_text));
    let open = |id: &str, words: fn() -> &'static str, action| {
        el(&format!("button#{id} type=button")).live(words).click(move || keyboard::perform(action))
    };
    let sheet = open("open-shortcuts", || t().keyboard.title, Action::Sheet);
    let palette = open("open-palette", || t().keyboard.palette, Action::Palette);
    el("section#settings-keys.card")
        .put(el("h2").live(|| t().settings.keys))
        .put(labelled(tick, words))
        .put(el("div.row").put(sheet).put(palette))
}

/// How somebody who does not look is told.
fn telling() -> Node {
    el("section#settings-telling.card").put(el("h2").live(|| works().telling)).put(notify::notify_card())
}

/// Storage and connection.
fn more() -> Node {
    let link =
        |route: Route, words: fn() -> &'static str| el("a.button").set("href", route.hash()).live(words);
    let links = el("div.row")
        .put(link(Route::Storage, || main().storage))
        .put(link(Route::Connection, || main().connection));
    el("section.card").put(el("h2").live(|| t().settings.more)).put(links)
}

/// The settings.
pub fn settings_page() -> Node {
    el("div#settings.page")
        .put(el("h1").say(|t| t.settings))
        .put(languages())
        .put(looks())
        .put(telling())
        .put(keys())
        .put(more())
}
