//! The rooms beside the studio: what is shown at each address but the first.

use leptos::mount::mount_to;

use crate::{
    app::Route,
    browser::{crash, page},
    connection::connection_page,
    embed, i18n,
    keeping::{arriving, storage_page},
    keyboard,
    library::library_page,
    settings::settings_page,
    ui::{Node, State, el, follow},
};

/// Shows the rooms in the place that the first program has made for them.
pub fn start() {
    crash::install();
    if let Some(place) = page::place("rooms") {
        let frame = page::place("app");
        mount_to(place.clone(), move || {
            rooms().mount(&place);
            // Not in a room: what is in a hidden one is not shown over the others either.
            if let Some(frame) = frame {
                keyboard::dialogs().mount(&frame);
            }
        })
        .forget();
    }
}

/// A room that was entered stays as it was left.
fn rooms() -> Node {
    i18n::settle();
    let route = State::new(Route::here());
    page::on_window(&["hashchange"], move || route.set(Route::here()));
    let room = |at: Route, view: fn() -> Node| {
        let entered = State::new(false);
        follow(move || {
            if route.get() == at && !entered.get_untracked() {
                entered.set(true);
            }
        });
        el("main").flag("hidden", move || route.get() != at).when(move || entered.get(), view)
    };
    el("div")
        .put(room(Route::Library, library_page))
        .put(room(Route::Storage, storage_page))
        .put(room(Route::Connection, || connection_page().put(embed::way())))
        .put(room(Route::Settings, settings_page))
        .put(room(Route::Embed, embed::snippet_page))
        .put(arriving())
}
