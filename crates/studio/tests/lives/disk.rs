//! The disk: what reads see, and what survives when the whole browser dies.

use std::collections::{BTreeMap, BTreeSet};

use fusionbrain::TaskId;
use studio::{Letter, NotWritten, Row, StorageFault};

use crate::chance::Chance;

/// One store. Relaxed writes are seen at once, and may or may not be there after the browser died.
struct Shelf<V> {
    live: BTreeMap<String, V>,
    durable: BTreeMap<String, V>,
    loose: BTreeSet<String>,
}

impl<V: Clone> Shelf<V> {
    fn new() -> Self {
        Self { live: BTreeMap::new(), durable: BTreeMap::new(), loose: BTreeSet::new() }
    }

    fn set(&mut self, key: &str, value: Option<V>, strict: bool) {
        let put = |map: &mut BTreeMap<String, V>, value: Option<V>| match value {
            Some(value) => drop(map.insert(key.to_owned(), value)),
            None => drop(map.remove(key)),
        };
        if strict {
            put(&mut self.durable, value.clone());
            self.loose.remove(key);
        } else {
            self.loose.insert(key.to_owned());
        }
        put(&mut self.live, value);
    }

    fn crash(&mut self, chance: &mut Chance) {
        for key in std::mem::take(&mut self.loose) {
            let survives = chance.permille(500);
            let (from, to) =
                if survives { (&self.live, &mut self.durable) } else { (&self.durable, &mut self.live) };
            match from.get(&key).cloned() {
                Some(value) => drop(to.insert(key, value)),
                None => drop(to.remove(&key)),
            }
        }
    }
}

#[derive(Clone)]
pub struct Image {
    pub task: TaskId,
}

#[derive(Clone)]
struct Stored {
    active: bool,
    text: String,
}

pub struct Disk {
    rows: Shelf<Stored>,
    images: Shelf<Image>,
    blobs: Shelf<()>,
    inbox: Shelf<(String, Letter)>,
    /// What every write meets now.
    pub fault: Option<StorageFault>,
}

impl Disk {
    pub fn new() -> Self {
        let (rows, images) = (Shelf::new(), Shelf::new());
        Self { rows, images, blobs: Shelf::new(), inbox: Shelf::new(), fault: None }
    }

    /// The whole browser, or the machine, dies.
    pub fn crash(&mut self, chance: &mut Chance) {
        self.rows.crash(chance);
        self.images.crash(chance);
        self.blobs.crash(chance);
        self.inbox.crash(chance);
    }

    pub fn write(&mut self, row: &Row, instead_of: Option<&str>, strict: bool) -> Result<(), NotWritten> {
        if self.row(&row.id).as_deref() != instead_of {
            return Err(NotWritten::Overtaken);
        }
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        let stored = Stored { active: row.active, text: row.text.clone() };
        self.rows.set(&row.id, Some(stored), strict);
        Ok(())
    }

    pub fn erase(&mut self, id: &str, row: Option<&str>) {
        if row.is_none() || self.row(id).as_deref() == row {
            self.rows.set(id, None, false);
        }
    }

    pub fn row(&self, id: &str) -> Option<String> {
        self.rows.live.get(id).map(|stored| stored.text.clone())
    }

    pub fn active(&self) -> Vec<(String, String)> {
        let active = self.rows.live.iter().filter(|(_, stored)| stored.active);
        active.map(|(id, stored)| (id.clone(), stored.text.clone())).collect()
    }

    pub fn all_rows(&self) -> impl Iterator<Item = (&String, &String)> {
        self.rows.live.iter().map(|(id, stored)| (id, &stored.text))
    }

    pub fn file(&mut self, row: &Row, task: &TaskId) -> Result<(), StorageFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let stored = Stored { active: row.active, text: row.text.clone() };
        self.images.set(&row.id, Some(Image { task: task.clone() }), true);
        self.blobs.set(&row.id, Some(()), true);
        self.rows.set(&row.id, Some(stored), true);
        self.inbox.set(task.as_str(), None, true);
        Ok(())
    }

    pub fn images(&self) -> &BTreeMap<String, Image> {
        &self.images.live
    }

    pub fn has_blob(&self, id: &str) -> bool {
        self.blobs.live.contains_key(id)
    }

    pub fn put_letter(&mut self, job: &str, letter: &Letter) -> Result<(), StorageFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.inbox.set(letter.task.as_str(), Some((job.to_owned(), letter.clone())), true);
        Ok(())
    }

    pub fn drop_letter(&mut self, task: &TaskId, at: u64) {
        if self.letter(task).is_some_and(|letter| letter.at == at) {
            self.inbox.set(task.as_str(), None, false);
        }
    }

    pub fn letter(&self, task: &TaskId) -> Option<&Letter> {
        self.inbox.live.get(task.as_str()).map(|(_, letter)| letter)
    }

    pub fn letter_for(&self, id: &str) -> Option<Letter> {
        self.inbox.live.values().find(|(job, _)| job == id).map(|(_, letter)| letter.clone())
    }

    pub fn letters(&self) -> Vec<(TaskId, String)> {
        self.inbox.live.values().map(|(job, letter)| (letter.task.clone(), job.clone())).collect()
    }
}
