//! The library: every picture there is, found again.
//!
//! What is known of all pictures is in memory ([`studio::library`]); bytes are fetched for what is shown.

mod comparing;
mod deeds;
mod finding;
mod grid;
mod icons;
mod info;
mod opening;
mod saving;
mod stage;
mod states;
mod thumbs;
mod tile;
mod toast;
mod viewer;

use std::rc::Rc;

use leptos::prelude::Owner;
use studio::library::{Library, Pick, PictureEntry, Place, Query, Selection};

use crate::{
    app::Route,
    browser::{
        clock::WakeUp,
        database::{Database, Fault},
        elements, page,
    },
    compare::{self, Side},
    i18n::rooms::{LibraryTexts, t as texts},
    ui::{Node, State, el, spawn},
};
use grid::Layout;
use saving::Packing;
use thumbs::Thumbs;
use tile::Slot;
use toast::Toast;

/// The library's texts in the language of the page.
fn t() -> &'static LibraryTexts {
    &texts().library
}

/// How far the library is opened.
#[derive(Clone, PartialEq)]
enum Opening {
    /// So many pictures of so many are here.
    Reading(usize, usize),
    /// All of them are.
    Done,
    /// Another tab has to let go of an old version first.
    Blocked,
    /// A newer app has taken the database over.
    Newer,
    /// It cannot be opened.
    Failed(Fault),
}

/// The room and all that is in it: the one home of each.
#[derive(Clone, Copy)]
struct Room {
    opening: State<Opening>,
    /// Something has changed while it was being opened.
    stale: State<bool>,
    database: State<Option<Database>>,
    library: State<Library>,
    /// Rows that could not be read.
    damaged: State<u32>,
    query: State<Query>,
    /// What the grid shows, in its order.
    list: State<Rc<Vec<Pick>>>,
    selection: State<Selection>,
    /// The tile that has the focus, or would get it.
    current: State<Option<Pick>>,
    /// The tile that shall have the focus as soon as it is there.
    wanted: State<Option<Pick>>,
    layout: State<Layout>,
    /// The first tile that is in the page, and the one after the last.
    view: State<(usize, usize)>,
    /// Of these, what is seen.
    seen: State<(usize, usize)>,
    /// The tiles in the page, in the page's order.
    slots: State<Vec<Slot>>,
    /// Ends the time in which the grid counts as being scrolled.
    scrolling: State<Option<WakeUp>>,
    /// The picture in the viewer.
    viewed: State<Option<Pick>>,
    /// Where it stands in the list, or stood: a filter may not hold it any more.
    stood: State<usize>,
    /// Two pictures that are being compared.
    compared: State<Option<[Side; 2]>>,
    /// Its details are shown.
    informed: State<bool>,
    toast: State<Option<Toast>>,
    /// What is said after it.
    next_toast: State<Option<Toast>>,
    /// Counts the toasts: each ends for itself.
    toasts: State<u32>,
    toast_end: State<Option<WakeUp>>,
    toast_node: State<Option<Node>>,
    packing: State<Option<Packing>>,
    thumbs: State<Thumbs>,
    /// The grid's element, to measure and to scroll.
    tiles: State<Node>,
    /// What stays at the top while the grid is scrolled.
    finder: State<Node>,
    /// Whatever is begun in a view and outlives it.
    owner: State<Owner>,
}

impl Room {
    fn new() -> Self {
        Self {
            opening: State::new(Opening::Reading(0, 0)),
            stale: State::new(false),
            database: State::new(None),
            library: State::new(Library::default()),
            damaged: State::new(0),
            query: State::new(Query::default()),
            list: State::new(Rc::default()),
            selection: State::new(Selection::default()),
            current: State::new(None),
            wanted: State::new(None),
            layout: State::new(Layout::default()),
            view: State::new((0, 0)),
            seen: State::new((0, 0)),
            slots: State::new(vec![]),
            scrolling: State::new(None),
            viewed: State::new(None),
            stood: State::new(0),
            compared: State::new(None),
            informed: State::new(false),
            toast: State::new(None),
            next_toast: State::new(None),
            toasts: State::new(0),
            toast_end: State::new(None),
            toast_node: State::new(None),
            packing: State::new(None),
            thumbs: State::new(Thumbs::default()),
            tiles: State::new(el("ul.tiles")),
            finder: State::new(el("div.finder")),
            owner: State::new(Owner::current().unwrap_or_default()),
        }
    }

    fn database(self) -> Option<Database> {
        self.database.peek(Clone::clone)
    }

    /// What is known of a picture now.
    fn entry(self, pick: Pick) -> Option<PictureEntry> {
        self.library.peek(|library| library.entry(pick).cloned())
    }

    /// Something about a picture, followed; none when it is gone.
    fn of<T>(self, pick: Pick, look: impl FnOnce(&PictureEntry) -> T) -> Option<T> {
        self.library.with(|library| library.entry(pick).map(look))
    }

    /// The list as it is now.
    fn listed(self) -> Rc<Vec<Pick>> {
        self.list.peek(Rc::clone)
    }
}

/// Its prompt, or what stands for it.
fn name(entry: &PictureEntry) -> String {
    if entry.prompt.is_empty() { t().untitled.to_owned() } else { entry.prompt.clone() }
}

/// The library's room.
pub fn library_page() -> Node {
    let room = Room::new();
    let count = move || {
        let reading = room.opening.with(|opening| match opening {
            Opening::Reading(_, all) => *all,
            _ => 0,
        });
        let all = room.library.with(Library::len).max(reading);
        let hits = room.list.with(|list| list.len());
        let is_open = room.opening.with(|opening| *opening == Opening::Done);
        if all == 0 {
            String::new()
        } else {
            (t().count)(if is_open || room.is_narrowed() { hits } else { all }, all)
        }
    };
    let head = el("header.library-head")
        .put(el("h1#library-title tabindex=-1").live(|| t().title))
        .put(el("p#library-count.muted role=status").live(count))
        .when(
            move || room.opening.with(|opening| matches!(opening, Opening::Reading(..))),
            move || states::reading(room),
        );
    let view = el("div.library")
        .put(head)
        .put(finding::finder(room))
        .put(states::states(room))
        .put(grid::tiles(room))
        .put(states::chosen(room))
        .put(el("div.toasts").when(move || room.viewed.with(Option::is_none), move || toast::toast(room)))
        .put(viewer::viewer(room))
        .put(compare::dialog(room.compared, || {}));
    let view = deeds::keys(room, view);
    room.stay(view.clone());
    opening::open(room);
    view
}

impl Room {
    /// The place is kept while another room is shown, and found again.
    fn stay(self, view: Node) {
        let place = State::new((Place::Top, false));
        let here = || Route::of(&page::hash()) == Route::Library;
        let was_here = State::new(here());
        // On the way to its place the page is told of scrolls that were made before.
        let is_arriving = State::new(false);
        page::on_window(&["scroll"], move || {
            if here() && elements::is_shown(&view) && !is_arriving.get_untracked() {
                place.quietly(|place| place.0 = self.here());
                self.is_scrolled();
                self.measure();
            }
        });
        page::on_window(&["focusin"], move || {
            // What another room does with the focus changes nothing about where it was here.
            if here() {
                let is_in = elements::has_focus(&self.tiles.get_untracked());
                place.quietly(|place| place.1 = is_in);
            }
        });
        page::on_window(&["hashchange"], move || {
            let was = was_here.get_untracked();
            was_here.quietly(|was| *was = here());
            if was && !here() {
                // The other room begins at its top.
                elements::scroll_to_top();
            }
            if !here() {
                return;
            }
            is_arriving.set(true);
            spawn(async move {
                elements::frame().await;
                let (place, was_in_grid) = place.get_untracked();
                self.measure();
                self.go_to(&place);
                is_arriving.set(false);
                if was_in_grid && elements::nothing_has_focus() {
                    self.wanted.set(self.current.get_untracked());
                }
            });
        });
        page::on_window(&["resize"], move || self.measure());
    }
}
