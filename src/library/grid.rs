//! The grid: only what is seen of it is in the page.

use std::rc::Rc;

use studio::{
    Ms,
    library::{Grid, Library, Pick, Place, columns},
};

use super::{
    Room, t,
    tile::{Slot, tile},
};
use crate::{
    browser::{
        clock,
        elements::{self, Key},
    },
    ui::{Node, follow, item},
};

/// The narrowest a tile may be.
const LEAST: f64 = 200.0;
/// Between two tiles.
const GAP: f64 = 12.0;
/// The line below a picture.
const CAPTION: f64 = 36.0;
/// So many rows above and below what is seen are in the page.
const MORE: usize = 2;

/// So many tiles come in one frame: each costs a millisecond, or two.
const TILES_A_FRAME: usize = 4;

/// So many milliseconds after its last movement the grid is no longer being scrolled.
const REST: Ms = 200;

/// The tiles of the next frame: those that stay, and some more of those that are to be, what is seen first.
fn grown(old: (usize, usize), seen: (usize, usize), target: (usize, usize)) -> (usize, usize) {
    let kept = (old.0.max(target.0), old.1.min(target.1));
    let (mut start, mut end) = if kept.0 < kept.1 { kept } else { (seen.0, seen.0) };
    for _ in 0..TILES_A_FRAME {
        if end < seen.1 || (start <= seen.0 && end < target.1) {
            end += 1;
        } else if start > target.0 {
            start -= 1;
        }
    }
    (start, end)
}
/// Below the last row that is wholly seen there may be what is chosen, or a toast.
const BELOW: f64 = 72.0;

/// How the grid is laid out.
#[derive(Clone, Copy, PartialEq, Default)]
pub(super) struct Layout {
    /// How many tiles stand in a row.
    pub(super) columns: usize,
    /// Width of a tile, and height of its picture.
    side: f64,
}

impl Layout {
    fn grid(self, count: usize) -> Grid {
        Grid { count, columns: self.columns, row_height: self.side + CAPTION + GAP }
    }

    /// Where a tile stands, from the grid's corner.
    fn corner(self, index: usize) -> (f64, f64) {
        let columns = self.columns.max(1);
        let (row, column) = (index / columns, index % columns);
        (column as f64 * (self.side + GAP), row as f64 * self.grid(0).row_height)
    }
}

/// The grid.
pub(super) fn tiles(room: Room) -> Node {
    let node = room.tiles.get_untracked();
    let shown = move || {
        let (start, end) = room.view.get();
        let list = room.list.get();
        let mut indexes: Vec<usize> = (start.min(list.len())..end.min(list.len())).collect();
        // The tile with the focus stays in the page, wherever it is scrolled to.
        if let Some(index) = room.current.get().and_then(|pick| room.index(&list, pick)) {
            if index < start {
                indexes.insert(0, index);
            } else if index >= end {
                indexes.push(index);
            }
        }
        let picks: Vec<Pick> = indexes.into_iter().filter_map(|index| list.get(index).copied()).collect();
        let slots = room.arrange(&picks);
        slots.into_iter().map(|slot| item(slot.number.to_string(), move || tile(room, slot))).collect()
    };
    let high = node.clone();
    follow(move || {
        let layout = room.layout.get();
        let height = layout.grid(room.list.with(|list| list.len())).height();
        elements::style(&high, "height", &format!("{height}px"));
        elements::style(&high, "--side", &format!("{}px", layout.side));
    });
    elements::on_resize(&node, move || room.measure());
    node.attr("aria-label", || t().pictures)
        .attr("data-choosing", move || room.selection.with(|selection| !selection.is_empty()))
        .each(shown)
}

impl Room {
    /// Gives each of these pictures a tile: one that has left is the next one that comes. While the grid is scrolled nothing
    /// else is done to them; afterwards they stand in the order of their pictures again, and whoever has none rests behind them.
    fn arrange(self, picks: &[Pick]) -> Vec<Slot> {
        let is_scrolled = self.scrolling.with(Option::is_some);
        let mut slots = self.slots.get_untracked();
        let has = |slots: &[Slot], pick: Pick| slots.iter().any(|slot| slot.shows(pick));
        let new: Vec<Pick> = picks.iter().copied().filter(|pick| !has(&slots, *pick)).collect();
        let has_left = |slot: &Slot| slot.pick().is_none_or(|pick| !picks.contains(&pick));
        let mut free: Vec<Slot> = slots.iter().copied().filter(has_left).collect();
        for pick in new {
            let slot = free.pop().unwrap_or_else(|| {
                let slot = self.owner.get_untracked().with(|| Slot::new(slots.len()));
                slots.push(slot);
                slot
            });
            slot.show(self, Some(pick));
        }
        if !is_scrolled {
            for slot in &free {
                slot.show(self, None);
                slot.rest(true);
            }
            let of = |pick: &Pick| slots.iter().find(|slot| slot.shows(*pick)).copied();
            slots = picks.iter().filter_map(of).chain(free).collect();
        }
        self.slots.quietly(|place| place.clone_from(&slots));
        slots
    }

    /// The grid is scrolled just now.
    pub(super) fn is_scrolled(self) {
        let rest = clock::at(clock::now() + REST, move || self.scrolling.set(None));
        if self.scrolling.peek(Option::is_some) {
            self.scrolling.quietly(|scrolling| *scrolling = Some(rest));
        } else {
            self.scrolling.set(Some(rest));
        }
    }

    /// Where a picture stands in the list. Mostly it is one of those in the page.
    pub(super) fn index(self, list: &[Pick], pick: Pick) -> Option<usize> {
        let (start, end) = self.view.get_untracked();
        let near = list.get(start..end.min(list.len())).unwrap_or_default();
        Library::position(near, pick).map(|at| at + start).or_else(|| Library::position(list, pick))
    }

    /// Keeps a tile's element in its place. Out of sight where it has none.
    pub(super) fn place(self, slot: Slot, node: &Node) {
        let node = node.clone();
        follow(move || {
            let (list, layout) = (self.list.get(), self.layout.get());
            let index = slot.pick.get().and_then(|pick| self.index(&list, pick));
            let (left, top) = index.map_or((0.0, -10_000.0), |index| layout.corner(index));
            elements::style(&node, "transform", &format!("translate({left}px, {top}px)"));
            let Some(index) = index else { return };
            elements::attribute(&node, "aria-posinset", &(index + 1).to_string());
            elements::attribute(&node, "aria-setsize", &list.len().to_string());
        });
    }

    /// How many pixels of the grid are above the window.
    fn above(self) -> f64 {
        -elements::bounds(&self.tiles.get_untracked()).top
    }

    /// How high the part at the top is that covers the grid.
    fn covered(self) -> f64 {
        let finder = elements::bounds(&self.finder.get_untracked());
        (finder.top + finder.height).max(0.0)
    }

    /// Where the person is in the list.
    pub(super) fn here(self) -> Place {
        let list = self.listed();
        self.layout.get_untracked().grid(list.len()).place(&list, self.above(), elements::window_height())
    }

    /// Goes back to such a place, in the list as it is now.
    pub(super) fn go_to(self, place: &Place) {
        let list = self.listed();
        let grid = self.layout.get_untracked().grid(list.len());
        if *place != Place::Top {
            elements::scroll_by(grid.scroll_to(place, &list, elements::window_height()) - self.above());
        }
        self.measure();
    }

    /// Looks at the page anew: how many columns there are, and which tiles are seen.
    pub(super) fn measure(self) {
        self.measure_with(MORE);
    }

    /// As [`Self::measure`], with so many rows above and below what is seen.
    fn measure_with(self, more: usize) {
        let node = self.tiles.get_untracked();
        if !elements::is_shown(&node) {
            return;
        }
        let width = elements::bounds(&node).width;
        let (columns, side) = columns(width, LEAST, GAP);
        let (old, new) = (self.layout.get_untracked(), Layout { columns, side });
        let list = self.listed();
        if old != new {
            let height = elements::window_height();
            let place = old.grid(list.len()).place(&list, self.above(), height);
            self.layout.set(new);
            let grid = new.grid(list.len());
            elements::style(&node, "height", &format!("{}px", grid.height()));
            if old != Layout::default() && self.above() > 0.0 {
                elements::scroll_by(grid.scroll_to(&place, &list, height) - self.above());
            }
        }
        let (grid, above, height) = (new.grid(list.len()), self.above(), elements::window_height());
        let (window, seen) = (grid.window(above, height, more), grid.window(above, height, 0));
        self.seen.set((seen.start, seen.end));
        let target = (window.start, window.end);
        let old = self.view.get_untracked();
        let view = grown(old, (seen.start, seen.end), target);
        if old != view {
            self.view.set(view);
        }
        if view != target {
            clock::after_paint(move || self.measure_with(more));
        }
    }

    /// The list is made anew, because the library or the question has changed. With `keep` the person stays where they
    /// are, else the list is shown from its beginning.
    pub(super) fn refresh(self, keep: bool) {
        let old = self.listed();
        let mut list = vec![];
        let query = self.query.get_untracked();
        self.library.quietly(|library| list = library.search(&query).to_vec());
        if list == *old {
            return;
        }
        let node = self.tiles.get_untracked();
        let layout = self.layout.get_untracked();
        let height = elements::window_height();
        let above = self.above();
        let place = layout.grid(old.len()).place(&old, above, height);
        let grid = layout.grid(list.len());
        let list = Rc::new(list);
        // Where the focus was, it stays: at the same picture, or at the one that has come into its place.
        let current = self.current.get_untracked();
        let had_focus = elements::has_focus(&node);
        let stays = current.filter(|pick| self.library.peek(|library| library.entry(*pick).is_some()));
        let stays = stays.filter(|pick| list.contains(pick));
        if stays.is_none() {
            let index = current.and_then(|pick| self.index(&old, pick)).filter(|_| keep).unwrap_or(0);
            let next = list.get(index.min(list.len().saturating_sub(1))).copied();
            self.current.set(next);
            if had_focus {
                self.wanted.set(next);
            }
        }
        // Another tab may have deleted what is viewed here.
        if let Some(pick) = self.viewed.get_untracked()
            && self.entry(pick).is_none()
        {
            let index = self.stood.get_untracked().min(list.len().saturating_sub(1));
            self.viewed.set(list.get(index).copied());
        }
        if self.selection.peek(|selection| !selection.is_empty()) {
            self.selection.update(|selection| selection.keep(&list));
        }
        if !keep {
            // All of it changes: not in one frame.
            self.view.quietly(|view| *view = (0, 0));
        }
        self.list.set(Rc::clone(&list));
        elements::style(&node, "height", &format!("{}px", grid.height()));
        if above > 0.0 && elements::is_shown(&node) {
            if keep {
                elements::scroll_by(grid.scroll_to(&place, &list, height) - above);
            } else {
                elements::scroll_by(-above - self.covered());
            }
        }
        // What is seen comes first: somebody may be typing.
        self.measure_with(0);
        clock::after_paint(move || self.measure());
    }

    /// Brings a picture's tile wholly into view and the focus on it.
    pub(super) fn focus(self, pick: Pick) {
        let list = self.listed();
        self.current.set(Some(pick));
        let is_shown = elements::is_shown(&self.tiles.get_untracked());
        if let Some(index) = self.index(&list, pick).filter(|_| is_shown) {
            let grid = self.layout.get_untracked().grid(list.len());
            let (above, covered) = (self.above(), self.covered());
            let seen = elements::window_height() - covered - BELOW;
            if let Some(scroll) = grid.reveal(index, above + covered, seen) {
                elements::scroll_by(scroll - covered - above);
                self.measure();
            }
        }
        self.wanted.set(Some(pick));
    }

    /// Moves the focus by a key. Says whether it was such a key.
    pub(super) fn walk(self, key: &Key) -> bool {
        let list = self.listed();
        let Some(last) = list.len().checked_sub(1) else { return false };
        let here = self.current.get_untracked().and_then(|pick| self.index(&list, pick)).unwrap_or(0);
        let columns = self.layout.get_untracked().columns.max(1);
        let row_height = self.layout.get_untracked().grid(0).row_height;
        let rows = ((elements::window_height() - self.covered() - BELOW) / row_height).max(1.0) as usize;
        let there = match key.name.as_str() {
            "ArrowLeft" => here.saturating_sub(1),
            "ArrowRight" => here + 1,
            "ArrowUp" => here.checked_sub(columns).unwrap_or(here),
            "ArrowDown" if here + columns <= last => here + columns,
            // The last row may be shorter than the one above it.
            "ArrowDown" if here / columns < last / columns => last,
            "ArrowDown" => here,
            "PageUp" => here.saturating_sub(columns * rows.min(here / columns)),
            "PageDown" => here + columns * rows.min((last - here) / columns),
            "Home" => 0,
            "End" => last,
            _ => return false,
        };
        let there = there.min(last);
        if key.shift {
            self.selection.update(|selection| {
                if selection.is_empty() {
                    selection.only(list[here]);
                }
                selection.extend(list[there], &list);
            });
        }
        self.focus(list[there]);
        true
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{TILES_A_FRAME, grown};

    /// The view of each frame until it is what it shall be.
    fn frames(old: (usize, usize), seen: (usize, usize), target: (usize, usize)) -> Vec<(usize, usize)> {
        let mut frames = vec![old];
        while *frames.last().unwrap() != target {
            assert!(frames.len() < 100, "it ends: {frames:?}");
            frames.push(grown(*frames.last().unwrap(), seen, target));
        }
        frames
    }

    #[wasm_bindgen_test]
    fn few_tiles_are_made_in_one_frame_and_those_that_are_seen_come_first() {
        for old in [(0, 0), (0, 40), (95, 130), (110, 112), (90, 101), (300, 340)] {
            let frames = frames(old, (100, 120), (90, 130));
            for pair in frames.windows(2) {
                let new = (pair[1].0..pair[1].1).filter(|at| !(pair[0].0..pair[0].1).contains(at)).count();
                assert!(new <= TILES_A_FRAME, "{new} new tiles: {frames:?}");
            }
        }
        let all_seen = frames((0, 0), (100, 120), (90, 130)).iter().position(|view| *view == (100, 120));
        assert!(
            all_seen.is_none_or(|at| at <= 20_usize.div_ceil(TILES_A_FRAME)),
            "what is seen is there before the rest"
        );
        assert_eq!(frames((90, 130), (100, 120), (90, 130)).len(), 1, "what is there stays");
    }
}
