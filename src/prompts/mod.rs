//! Tools for the prompt: its history, templates, own styles and lists, what its marks stand for, and batches.
//!
//! All of it is loaded with the queue's works, when somebody begins to type. The first program knows [`Tools`], three
//! function pointers, and nothing else of it: see docs/decisions/0012-what-is-loaded-later.md.

mod ask;
mod batch;
mod history;
mod kept;
mod plan;
mod presets;
mod preview;
mod row;
mod shelf;

pub use shelf::Shelf;

use crate::{
    compose::{Draft, Told},
    connection::Connections,
    queue::Queue,
    ui::Node,
};

/// The tools, once they are there.
#[derive(Clone, Copy)]
pub struct Tools {
    /// What a run would be made of, if it is more or other than what the form says.
    pub told: fn(Desk) -> Option<Told>,
    /// Create was pressed.
    pub create: fn(Desk),
    /// What stands at a place of the form.
    pub part: fn(Place, Desk) -> Node,
    shelf: Shelf,
}

/// Everything the tools work with.
#[derive(Clone, Copy)]
pub struct Desk {
    draft: Draft,
    connections: Connections,
    queue: Queue,
    shelf: Shelf,
}

/// Where in the form.
#[derive(Clone, Copy)]
pub enum Place {
    /// Beside the counter.
    Row,
    /// Under the prompt.
    Under,
    /// Under the service's styles.
    Styles,
    /// After all fields.
    Batch,
    /// Over Create.
    Ask,
}

impl Tools {
    /// All that the tools need to work.
    pub fn desk(self, draft: Draft, connections: Connections, queue: Queue) -> Desk {
        Desk { draft, connections, queue, shelf: self.shelf }
    }

    /// The tools themselves, and their home under the present owner. Only for what is loaded with them.
    pub fn new() -> Self {
        Self { told: Desk::told, create: Desk::create, part, shelf: Shelf::new() }
    }

    /// The home of what is kept. Only for what is loaded with them.
    pub fn shelf(self) -> Shelf {
        self.shelf
    }
}

fn part(place: Place, desk: Desk) -> Node {
    match place {
        Place::Row => row::row(desk),
        Place::Under => row::under(desk),
        Place::Styles => batch::own_styles(desk),
        Place::Batch => batch::batch(desk),
        Place::Ask => ask::ask(desk),
    }
}
