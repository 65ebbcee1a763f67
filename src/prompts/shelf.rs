//! The home of what the tools know.

use studio::prompt::{Kept, KeptKind};

use super::kept::Editor;
use crate::{browser::database::Database, compose::Shape, ui::State};

/// Which panel is open under the prompt.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Panel {
    History,
    Presets,
}

/// More than the one picture that the form says.
#[derive(Clone, PartialEq)]
pub(super) struct Batch {
    /// Styles beside the chosen one.
    pub(super) styles: Vec<String>,
    /// Shapes beside the chosen one.
    pub(super) shapes: Vec<Shape>,
    /// How often each.
    pub(super) variations: u64,
    /// So many of the prompt's texts, by chance; none: all.
    pub(super) some: Option<u64>,
    /// The chance: the preview shows what will be sent, so it stays until it is asked for anew.
    pub(super) seed: u64,
}

impl Default for Batch {
    fn default() -> Self {
        Self { styles: vec![], shapes: vec![], variations: 1, some: None, seed: 1 }
    }
}

/// What is kept, and what the tools show at the moment.
#[derive(Clone, Copy)]
pub struct Shelf {
    pub(super) kept: State<Vec<Kept>>,
    /// None: nothing outlives the tab.
    pub(super) database: State<Option<Database>>,
    /// What was kept is here, or there is nothing to wait for.
    pub(super) is_ready: State<bool>,
    /// Kept before the database was there.
    pub(super) early: State<Vec<Kept>>,
    pub(super) open: State<Option<Panel>>,
    pub(super) search: State<String>,
    pub(super) favourites_only: State<bool>,
    /// So many rows of the history are shown.
    pub(super) rows: State<usize>,
    /// What was deleted last.
    pub(super) deleted: State<Option<Kept>>,
    pub(super) editor: State<Editor>,
    pub(super) batch: State<Batch>,
    /// Create was pressed for so many runs, more than may go unasked.
    pub(super) asking: State<Option<usize>>,
    /// More runs than this are asked about.
    pub(super) cap: State<u64>,
}

impl Shelf {
    pub(super) fn new() -> Self {
        Self {
            kept: State::new(vec![]),
            database: State::new(None),
            is_ready: State::new(false),
            early: State::new(vec![]),
            open: State::new(None),
            search: State::new(String::new()),
            favourites_only: State::new(false),
            rows: State::new(super::history::ROWS),
            deleted: State::new(None),
            editor: State::new(Editor::default()),
            batch: State::new(Batch::default()),
            asking: State::new(None),
            cap: State::new(super::ask::cap()),
        }
    }

    /// All of a kind, by name.
    pub(super) fn of(self, kind: KeptKind) -> Vec<Kept> {
        let mut all: Vec<Kept> =
            self.kept.with(|all| all.iter().filter(|kept| kept.kind == kind).cloned().collect());
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// The text kept under a name.
    pub(super) fn text(self, kind: KeptKind, name: &str) -> Option<String> {
        self.kept.with(|all| {
            all.iter().find(|kept| kept.kind == kind && kept.name == name).map(|kept| kept.text.clone())
        })
    }
}
