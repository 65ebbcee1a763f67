//! Which pictures are chosen for what comes next.

use super::Pick;
use std::collections::BTreeSet;

/// The chosen pictures. A list is what the grid shows now, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    chosen: BTreeSet<Pick>,
    /// From where a range goes: the picture last chosen or unchosen alone.
    anchor: Option<Pick>,
    /// What the last range added, so that a range can be drawn anew.
    range: Vec<Pick>,
}

impl Selection {
    /// How many are chosen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Whether this one is.
    #[must_use]
    pub fn contains(&self, pick: Pick) -> bool {
        self.chosen.contains(&pick)
    }

    /// A click with Ctrl, or on the check mark: this one more, or no longer.
    pub fn toggle(&mut self, pick: Pick) {
        if !self.chosen.remove(&pick) {
            self.chosen.insert(pick);
        }
        self.start_at(pick);
    }

    /// Only this one.
    pub fn only(&mut self, pick: Pick) {
        self.chosen = BTreeSet::from([pick]);
        self.start_at(pick);
    }

    /// A click with Shift: everything between the last single click and this one. A second such click draws the range
    /// anew, as file managers do. Without a place to start from it chooses this one.
    pub fn extend(&mut self, pick: Pick, list: &[Pick]) {
        let place = |wanted: Pick| list.iter().position(|other| *other == wanted);
        let (Some(from), Some(to)) = (self.anchor.and_then(place), place(pick)) else {
            self.chosen.insert(pick);
            self.start_at(pick);
            return;
        };
        for pick in self.range.drain(..) {
            self.chosen.remove(&pick);
        }
        for pick in &list[from.min(to)..=from.max(to)] {
            if self.chosen.insert(*pick) {
                self.range.push(*pick);
            }
        }
    }

    /// Everything in the list, and what was chosen before.
    pub fn all(&mut self, list: &[Pick]) {
        self.chosen.extend(list);
        self.range.clear();
    }

    /// None.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets what is not in the list: nobody deletes what cannot be seen.
    pub fn keep(&mut self, list: &[Pick]) {
        let list: BTreeSet<Pick> = list.iter().copied().collect();
        self.chosen.retain(|pick| list.contains(pick));
        self.range.retain(|pick| list.contains(pick));
        self.anchor = self.anchor.filter(|pick| list.contains(pick));
    }

    /// The chosen ones in the list's order.
    #[must_use]
    pub fn in_order(&self, list: &[Pick]) -> Vec<Pick> {
        list.iter().copied().filter(|pick| self.contains(*pick)).collect()
    }

    fn start_at(&mut self, pick: Pick) {
        self.anchor = Some(pick);
        self.range.clear();
    }
}
