//! The storage page: what is kept in this browser, what of it is in a backup, and how to get rid of it. And what comes in:
//! backups and pictures, chosen here or dropped anywhere on the page.

mod arrivals;
mod backup;
mod backup_card;
mod import;
mod import_panel;
mod leaving;
mod numbers;
mod room;
mod shelf;

use studio::Word;

use crate::{
    app::Route,
    browser::{channel, clock, page},
    i18n::rooms::t,
    ui::{Node, el, spawn},
};

use backup::Backup;
use import::Import;
use numbers::Numbers;
use room::Room;

thread_local! {
    /// What goes on when its page is left too.
    static IMPORT: Import = Import::new();
}

fn import() -> Import {
    IMPORT.with(|import| *import)
}

/// From now on files that are dropped on the page are taken. What an import does is shown in every room: put it there.
pub fn arriving() -> Node {
    arrivals::welcome(import());
    import_panel::panel(import())
}

/// The storage page.
pub fn storage_page() -> Node {
    let numbers = Numbers::new();
    let (backup, room) = (Backup::new(numbers), Room::new(numbers));
    numbers.refresh();
    room.look_for_leftovers();
    page::on_window(&["hashchange"], move || {
        if page::hash() == Route::Storage.hash() {
            numbers.refresh();
            room.look_for_leftovers();
        } else {
            // Whoever leaves the page has seen that this is the end.
            room.leave();
        }
    });
    channel::listen(move |text| {
        if Word::read(&text) == Some(Word::Pictures) && page::hash() == Route::Storage.hash() {
            numbers.refresh();
        }
    });
    el("div#storage.page")
        .put(el("h1").live(|| t().storage.title))
        .put(numbers.card())
        .put(backup_card::card(backup))
        .put(import_panel::card(import()))
        .put(room.card())
        .put(leaving::card(numbers))
}

/// Tells the library, here and in other tabs, that it is not what it was.
fn pictures_changed() {
    channel::send_everywhere(&Word::Pictures.to_text());
}

/// What has the focus is about to go: if it is one of these, the focus goes to what comes in its place. Whoever is
/// elsewhere stays there.
fn hand_focus(from: &[&str], to: &'static str) {
    if from.iter().any(|id| page::is_focused(id)) {
        spawn(async move {
            clock::breathe().await;
            page::focus(to);
        });
    }
}
