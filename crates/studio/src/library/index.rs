//! The index: everything in memory but the bytes, so that a keystroke never waits for the database.

use super::{PictureEntry, Query, Sort, fold};
use std::cmp::Reverse;
use std::collections::HashMap;

/// A picture of a [`Library`], cheap to copy. It is never given to another picture: of one that has been removed,
/// [`Library::entry`] says `None` for ever, also after it was put back (it then has a new one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pick(u32);

struct Row {
    entry: PictureEntry,
    /// Prompt and negative prompt, folded. No word of a search has a line end, so none is found across the two.
    text: String,
}

impl Row {
    fn new(entry: PictureEntry) -> Self {
        let mut text = fold(&entry.prompt);
        text.push('\n');
        text.push_str(&fold(&entry.negative));
        Self { entry, text }
    }
}

/// What the last search found, for the next letter.
struct Found {
    query: Query,
    picks: Vec<Pick>,
}

/// Every picture's metadata, in order and searchable.
#[derive(Default)]
pub struct Library {
    rows: Vec<Option<Row>>,
    by_id: HashMap<String, Pick>,
    /// The oldest first; what is of one moment, by id.
    by_age: Vec<Pick>,
    bytes: u64,
    found: Option<Found>,
}

/// Pictures taken out, and all that is needed to put them back.
///
/// Keep the pictures' bytes until the person can no longer undo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Removed {
    /// The rows as they were.
    pub entries: Vec<PictureEntry>,
}

impl Library {
    /// All rows at once: far quicker than one by one. Of two with one id, the later counts.
    #[must_use]
    pub fn from_entries(entries: Vec<PictureEntry>) -> Self {
        let mut library = Self::default();
        for entry in entries {
            library.take_out(&entry.id);
            library.put_in(entry);
        }
        library.by_age = library.by_id.values().copied().collect();
        let mut by_age = std::mem::take(&mut library.by_age);
        by_age.sort_unstable_by(|a, b| library.age(*a).cmp(&library.age(*b)));
        library.by_age = by_age;
        library
    }

    /// How many pictures there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What all pictures weigh together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The picture's metadata; `None` when it has been removed.
    #[must_use]
    pub fn entry(&self, pick: Pick) -> Option<&PictureEntry> {
        self.row(pick).map(|row| &row.entry)
    }

    /// The picture with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Pick> {
        self.by_id.get(id).copied()
    }

    /// Adds a picture, or puts new metadata in the place of the old. Returns its pick, which stays the same for an id that
    /// was there.
    pub fn put(&mut self, entry: PictureEntry) -> Pick {
        self.found = None;
        let there = self.by_id.get(&entry.id).copied();
        if let Some(pick) = there
            && let Some(row) = self.rows.get_mut(pick.0 as usize).and_then(Option::as_mut)
        {
            self.bytes = self.bytes.saturating_sub(row.entry.size).saturating_add(entry.size);
            if row.entry.created == entry.created {
                *row = Row::new(entry);
                return pick;
            }
            self.leave_order(pick);
            self.rows[pick.0 as usize] = Some(Row::new(entry));
            self.enter_order(pick);
            return pick;
        }
        let pick = self.put_in(entry);
        self.enter_order(pick);
        pick
    }

    /// Marks or unmarks a picture; says whether it is there.
    pub fn set_favourite(&mut self, pick: Pick, favourite: bool) -> bool {
        let Some(row) = self.rows.get_mut(pick.0 as usize).and_then(Option::as_mut) else { return false };
        row.entry.favourite = favourite;
        self.found = None;
        true
    }

    /// Takes pictures out. Unknown picks are passed over.
    pub fn remove(&mut self, picks: &[Pick]) -> Removed {
        let mut removed = Removed::default();
        for pick in picks {
            let Some(id) = self.entry(*pick).map(|entry| entry.id.clone()) else { continue };
            // A single one leaves the order by halving; thousands leave it in one go.
            if picks.len() == 1 {
                self.leave_order(*pick);
            }
            removed.entries.extend(self.take_out(&id));
        }
        if picks.len() > 1 {
            let rows = &self.rows;
            self.by_age.retain(|pick| rows.get(pick.0 as usize).is_some_and(Option::is_some));
        }
        self.found = None;
        removed
    }

    /// Undoes [`Library::remove`]. A picture whose id has come back in between stays as it now is.
    pub fn put_back(&mut self, removed: Removed) {
        for entry in removed.entries {
            if !self.by_id.contains_key(&entry.id) {
                self.put(entry);
            }
        }
    }

    /// What matches, in the query's order. Typing on is quick: only what matched before is looked at again.
    pub fn search(&mut self, query: &Query) -> &[Pick] {
        let found = match self.found.take() {
            Some(found) if found.query == *query => found,
            Some(mut found) if query.narrows(&found.query) => {
                let words = query.words();
                found.picks.retain(|pick| self.matches(*pick, query, &words));
                Found { query: query.clone(), picks: found.picks }
            }
            _ => Found { query: query.clone(), picks: self.find_all(query) },
        };
        &self.found.insert(found).picks
    }

    /// Where a picture stands in a list of picks, for the viewer's arrows.
    #[must_use]
    pub fn position(list: &[Pick], pick: Pick) -> Option<usize> {
        list.iter().position(|other| *other == pick)
    }

    /// All pictures, oldest first.
    #[must_use]
    pub fn every(&self) -> Vec<Pick> {
        self.by_age.clone()
    }

    /// All but the favourites, oldest first: what "delete all but favourites" would remove.
    #[must_use]
    pub fn all_but_favourites(&self) -> Vec<Pick> {
        self.by_age.iter().copied().filter(|pick| self.entry(*pick).is_some_and(|it| !it.favourite)).collect()
    }

    /// How many pictures are newer than a moment: "12 pictures since the last backup".
    #[must_use]
    pub fn count_since(&self, moment: crate::Ms) -> usize {
        self.by_age.len() - self.by_age.partition_point(|pick| self.age(*pick) < (moment, "\u{10ffff}"))
    }

    /// The styles there are, the most used first, each with its number of pictures.
    #[must_use]
    pub fn styles(&self) -> Vec<(String, usize)> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for row in self.rows.iter().flatten() {
            *counts.entry(&row.entry.style).or_default() += 1;
        }
        let mut styles: Vec<_> = counts.into_iter().map(|(style, count)| (style.to_owned(), count)).collect();
        styles.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        styles
    }

    fn find_all(&self, query: &Query) -> Vec<Pick> {
        let words = query.words();
        let wanted = |pick: &Pick| self.matches(*pick, query, &words);
        let mut picks: Vec<Pick> = match query.sort {
            Sort::Oldest => return self.by_age.iter().copied().filter(wanted).collect(),
            _ => self.by_age.iter().rev().copied().filter(wanted).collect(),
        };
        // Both sorts are stable, so equals stay newest first.
        match query.sort {
            Sort::Newest | Sort::Oldest => {}
            Sort::Largest => picks.sort_by_key(|pick| Reverse(self.row(*pick).map(|row| row.entry.size))),
            Sort::Prompt => picks.sort_by(|a, b| {
                let text = |pick: &Pick| self.row(*pick).map(|row| row.text.as_str());
                text(a).cmp(&text(b))
            }),
        }
        picks
    }

    fn matches(&self, pick: Pick, query: &Query, words: &[String]) -> bool {
        self.row(pick).is_some_and(|row| {
            query.admits(&row.entry) && words.iter().all(|word| row.text.contains(word.as_str()))
        })
    }

    fn row(&self, pick: Pick) -> Option<&Row> {
        self.rows.get(pick.0 as usize)?.as_ref()
    }

    fn age(&self, pick: Pick) -> (crate::Ms, &str) {
        self.row(pick).map_or((0, ""), |row| (row.entry.created, row.entry.id.as_str()))
    }

    /// Where the picture stands in [`Self::by_age`], or would.
    fn rank(&self, pick: Pick) -> usize {
        self.by_age.partition_point(|other| self.age(*other) < self.age(pick))
    }

    fn enter_order(&mut self, pick: Pick) {
        let rank = self.rank(pick);
        self.by_age.insert(rank, pick);
    }

    fn leave_order(&mut self, pick: Pick) {
        let rank = self.rank(pick);
        if self.by_age.get(rank) == Some(&pick) {
            self.by_age.remove(rank);
        }
    }

    fn put_in(&mut self, entry: PictureEntry) -> Pick {
        let pick = Pick(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.bytes = self.bytes.saturating_add(entry.size);
        self.by_id.insert(entry.id.clone(), pick);
        self.rows.push(Some(Row::new(entry)));
        pick
    }

    fn take_out(&mut self, id: &str) -> Option<PictureEntry> {
        let pick = self.by_id.remove(id)?;
        let row = self.rows.get_mut(pick.0 as usize)?.take()?;
        self.bytes = self.bytes.saturating_sub(row.entry.size);
        Some(row.entry)
    }
}
