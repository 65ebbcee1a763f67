//! The command palette: what can be done, found by its words. Over the registry, so that whoever looks something up here
//! learns its key.

use studio::shortcuts::{Action, EVERYWHERE, Place, Shortcut};

use super::{drawn, perform, show_when};
use crate::{
    app::Route,
    browser::{clock, elements, page},
    i18n::{self, Language, rooms::t},
    settings::{self, Look},
    ui::{Event, Item, Node, State, el, item},
};

/// What can be done.
#[derive(Clone, Copy, PartialEq)]
enum Command {
    /// As a key does.
    Key(Action),
    /// What the button with this id in the page does.
    Press(&'static str, Action),
    Look(Look),
    Speak(Language),
}

impl Command {
    /// All that can be done now.
    fn all() -> Vec<Self> {
        let keys = EVERYWHERE.iter().map(|(action, _)| *action).filter(|action| *action != Action::Palette);
        let mut all = vec![];
        if page::can_press("create") {
            all.push(Self::Press("create", Action::Create));
        }
        all.extend(keys.map(Self::Key));
        all.push(Self::Key(Action::Search));
        all.extend(Look::ALL.map(Self::Look));
        all.extend(Language::ALL.map(Self::Speak));
        all
    }

    fn words(self) -> String {
        match self {
            Self::Key(action) | Self::Press(_, action) => (t().keyboard.action)(action).to_owned(),
            Self::Look(look) => format!("{}: {}", t().settings.theme, (t().settings.look)(look)),
            Self::Speak(language) => format!("{}: {}", t().settings.language, language.name()),
        }
    }

    fn keys(self) -> &'static [&'static str] {
        let (Self::Key(action) | Self::Press(_, action)) = self else { return &[] };
        let of = |place: Place| -> Option<&'static Shortcut> {
            place.shortcuts().iter().find(|(other, _)| *other == action)
        };
        Place::ALL.into_iter().find_map(of).map_or(&[], |(_, keys)| *keys)
    }

    fn run(self) {
        match self {
            Self::Key(Action::Search) => {
                page::go(Route::Library.hash());
                clock::after_paint(|| page::focus("library-search"));
            }
            Self::Key(action) => perform(action),
            Self::Press(id, _) => page::press(id),
            Self::Look(look) => settings::choose(look),
            Self::Speak(language) => i18n::choose(language),
        }
    }
}

/// The dialog with the palette.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    dialog: State<Node>,
    is_open: State<bool>,
    asked: State<String>,
    /// Of what is found, the one that Enter does.
    chosen: State<usize>,
}

impl Palette {
    pub(super) fn new() -> Self {
        Self {
            dialog: State::new(el("dialog#palette.over closedby=any")),
            is_open: State::new(false),
            asked: State::new(String::new()),
            chosen: State::new(0),
        }
    }

    pub(super) fn open(self) {
        self.asked.set(String::new());
        self.chosen.set(0);
        self.is_open.set(true);
    }

    /// What has all of the words that were typed.
    fn found(self) -> Vec<Command> {
        let asked = self.asked.with(|asked| asked.to_lowercase());
        let fits = |command: &Command| {
            let words = command.words().to_lowercase();
            asked.split_whitespace().all(|part| words.contains(part))
        };
        Command::all().into_iter().filter(fits).collect()
    }

    fn run(self, command: Command) {
        // Before it is done: closing gives the focus back to where it was, and what is done may move it on.
        elements::close_dialog(&self.dialog.get_untracked());
        command.run();
    }

    fn keyed(self, event: &Event) {
        let found = self.found();
        let key = elements::key(event);
        let last = found.len().saturating_sub(1);
        let chosen = self.chosen.get_untracked().min(last);
        match key.name.as_str() {
            "ArrowDown" => self.chosen.set(if chosen == last { 0 } else { chosen + 1 }),
            "ArrowUp" => self.chosen.set(chosen.checked_sub(1).unwrap_or(last)),
            "Enter" => found.get(chosen).into_iter().for_each(|command| self.run(*command)),
            _ => return,
        }
        event.prevent_default();
        elements::reveal("palette-chosen");
    }

    pub(super) fn view(self) -> Node {
        let parts = move || if self.is_open.get() { vec![item("", move || self.parts())] } else { vec![] };
        let dialog = self
            .dialog
            .get_untracked()
            .attr("aria-label", || t().keyboard.palette)
            .each(parts)
            .on("close", move |_| self.is_open.set(false));
        show_when(self.is_open, dialog.clone());
        dialog
    }

    fn parts(self) -> Node {
        let field = el("input#palette-field type=text role=combobox autocomplete=off spellcheck=false autofocus= aria-expanded=true aria-autocomplete=list aria-controls=palette-list")
            .attr("aria-label", || t().keyboard.palette)
            .attr("placeholder", || t().keyboard.ask)
            .attr("aria-activedescendant", move || (!self.found().is_empty()).then_some("palette-chosen"))
            .typed(move |text| {
                self.asked.set(text);
                self.chosen.set(0);
            })
            .on("keydown", move |event| self.keyed(&event));
        let list = el("ul#palette-list role=listbox")
            .attr("aria-label", || t().keyboard.palette)
            .each(move || self.options());
        let nothing = move || self.found().is_empty();
        el("div.over-parts")
            .put(field)
            .put(list)
            .put(el("p.muted role=status").live(move || if nothing() { t().keyboard.nothing } else { "" }))
    }

    fn options(self) -> Vec<Item> {
        let option = |(n, command): (usize, Command)| {
            item(format!("{n} {}", command.words()), move || {
                let is_chosen = move || self.chosen.get() == n;
                el("li role=option")
                    .attr("id", move || is_chosen().then_some("palette-chosen"))
                    .attr("aria-selected", is_chosen)
                    .put(el("span").text(&command.words()))
                    .put(drawn(command.keys()))
                    .click(move || self.run(command))
            })
        };
        self.found().into_iter().enumerate().map(option).collect()
    }
}
