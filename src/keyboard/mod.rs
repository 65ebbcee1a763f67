//! Keys that do something on every page, and what is drawn of them: the sheet of all shortcuts and the command palette.
//!
//! Which key does what stands in [`studio::shortcuts`]. The listener is a part of the first program; sheet and palette come
//! with the second, when one of them is first asked for.

mod palette;
mod sheet;

use studio::shortcuts::{Action, EVERYWHERE, hear};

use crate::{
    app::Route,
    browser::{clock, doors, elements, page, storage},
    settings,
    ui::{Node, State, el, follow, spawn},
};

/// The door of the second program: its text says which dialog is wanted.
const DOOR: &str = "keyboard";
const SHEET: &str = "sheet";
const PALETTE: &str = "palette";

/// Whether single keys are heard, as stored: whoever speaks to the computer, or presses keys by chance, can switch them off.
pub const SINGLE_KEYS: &str = "single-keys";
/// They are not.
pub const OFF: &str = "off";

/// Listens for as long as the page lives.
pub fn listen() {
    elements::on_keys(|key| {
        let action = hear(&EVERYWHERE, &key.press());
        let action = action.filter(|_| key.ctrl || storage::read(SINGLE_KEYS).as_deref() != Some(OFF));
        // What is not shown in a stranger's page is not there by keys either.
        let is_there = |action: &Action| matches!(action, Action::Prompt | Action::Queue);
        let action = action.filter(|action| is_there(action) || !page::is_in_a_strangers_page());
        action.inspect(|action| perform(*action)).is_some()
    });
}

/// Does what is done on every page.
pub fn perform(action: Action) {
    let dialog = match action {
        Action::Palette => PALETTE,
        Action::Sheet => SHEET,
        Action::Theme => return settings::switch_theme(),
        _ => return go(action),
    };
    spawn(async move {
        if doors::open_rooms().await {
            doors::ask(DOOR, dialog);
        } else {
            // Where it is said that it could not be loaded, and tried again.
            page::go(Route::Settings.hash());
        }
    });
}

fn go(action: Action) {
    let (route, place) = match action {
        Action::Queue => (Route::Queue, "jobs"),
        Action::Library => (Route::Library, "rooms"),
        Action::Storage => (Route::Storage, "rooms"),
        Action::Connection => (Route::Connection, "rooms"),
        Action::Settings => (Route::Settings, "rooms"),
        _ => (Route::Create, "prompt"),
    };
    page::go(route.hash());
    clock::after_paint(move || {
        page::focus(place);
        if action == Action::Queue {
            // The panel, once there is one.
            page::focus("queue-title");
        }
    });
}

/// The dialogs, closed. The second program puts them where they are not hidden with any room.
pub fn dialogs() -> Node {
    let (sheet, palette) = (sheet::Sheet::new(), palette::Palette::new());
    doors::offer(DOOR, move |wanted| {
        if wanted == SHEET {
            sheet.open();
        } else {
            palette.open();
        }
        String::new()
    });
    el("div").put(sheet.view()).put(palette.view())
}

/// Shows the dialog when it is to be open, after its parts are there: opening looks for the one that gets the focus.
fn show_when(is_open: State<bool>, dialog: Node) {
    follow(move || {
        if is_open.get() {
            elements::show_dialog(&dialog);
        }
    });
}

/// The keys of a line of the registry, as they stand on a keyboard.
fn caps(keys: &str) -> Vec<String> {
    let cap = |key: &str| match key {
        "Ctrl" if elements::is_mac() => "⌘".to_owned(),
        "ArrowLeft" => "←".to_owned(),
        "ArrowRight" => "→".to_owned(),
        "ArrowUp" => "↑".to_owned(),
        "ArrowDown" => "↓".to_owned(),
        "Delete" => "Del".to_owned(),
        "Escape" => "Esc".to_owned(),
        "PageUp" => "PgUp".to_owned(),
        "PageDown" => "PgDn".to_owned(),
        key if key.len() == 1 => key.to_uppercase(),
        key => key.to_owned(),
    };
    match keys {
        "+" => vec!["+".to_owned()],
        keys => keys.split('+').map(cap).collect(),
    }
}

/// The keys of a line of the registry, drawn.
fn drawn(keys: &[&str]) -> Node {
    // That Shift chooses on the way is said in words.
    let shown = keys.iter().filter(|keys| keys.len() < 2 || !keys.starts_with("Shift+"));
    shown.fold(el("span.keys"), |row, keys| {
        row.put(caps(keys).into_iter().fold(el("span"), |chord, cap| chord.put(el("kbd").text(&cap))))
    })
}
