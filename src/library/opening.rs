//! Reading the database: the newest first, the rest in pieces, and then whatever other tabs change.

use std::collections::HashSet;

use serde_json::{Value, json};
use studio::{
    Ms, Word,
    library::{Library, Pick},
};

use super::{Opening, Room};
use crate::{
    browser::{
        channel, clock,
        database::{Database, Fault, Notice, PictureRow, Rows},
        page,
    },
    ui::spawn,
};

/// So many of the newest are shown before anything else is read.
const FIRST: u32 = 96;
/// So many are read at once afterwards: fewer than what would hold up a frame.
const PIECE: u32 = 200;
/// A toast that could undo it is long gone after this time, in every tab.
const PURGE_AFTER: Ms = 10 * 60_000;
/// A word with more ids than this says only that much has changed.
const MANY: usize = 1_000;

/// Opens the library and keeps it up to date.
pub(super) fn open(room: Room) {
    let owner = room.owner.get_untracked();
    channel::listen(move |text| {
        if let Some(changed) = changed(&text) {
            room.take_note(changed);
        }
    });
    // A page that was kept for the way back has heard nothing meanwhile.
    page::on_window(&["pageshow"], move || room.take_note(None));
    owner.with(|| room.open());
}

/// What other tabs have changed: these pictures, or nobody says which. None: nothing of ours.
fn changed(text: &str) -> Option<Option<Vec<String>>> {
    if Word::read(text) != Some(Word::Pictures) {
        return None;
    }
    let word: Value = serde_json::from_str(text).ok()?;
    let ids = word.get("ids").and_then(Value::as_array);
    Some(ids.map(|ids| ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
}

impl Room {
    /// Opens the database, after a failure once more.
    pub(super) fn open(self) {
        self.stale.set(false);
        self.library.set(Library::default());
        self.opening.set(Opening::Reading(0, 0));
        spawn(async move {
            let notice = move |notice| match notice {
                Notice::Blocked => self.opening.set(Opening::Blocked),
                Notice::Replaced => self.opening.set(Opening::Newer),
            };
            let read = match Database::open(notice).await {
                Ok(database) => {
                    self.database.set(Some(database.clone()));
                    self.read_all(&database).await
                }
                Err(fault) => Err(fault),
            };
            match read {
                Ok(()) => {
                    self.opening.set(Opening::Done);
                    if self.stale.get_untracked() {
                        self.take_note(None);
                    }
                }
                Err(Fault::Newer) => self.opening.set(Opening::Newer),
                Err(fault) => self.opening.set(Opening::Failed(fault)),
            }
            clock::mark("komposition:library:open");
        });
    }

    async fn read_all(self, database: &Database) -> Result<(), Fault> {
        self.damaged.set(0);
        let newest = database.newest(FIRST).await;
        if let Ok(rows) = newest {
            self.add(rows);
            self.show();
            clock::after_paint(|| clock::mark("komposition:library:tiles"));
        }
        self.read_rest(database).await?;
        self.show();
        if let Ok(purged) = database.purge(clock::now().saturating_sub(PURGE_AFTER)).await {
            self.damaged.update(|damaged| *damaged += purged.damaged);
        }
        Ok(())
    }

    /// All of them, from the oldest on, each piece in one quick question.
    async fn read_rest(self, database: &Database) -> Result<(), Fault> {
        let all = database.picture_count().await? as usize;
        let mut last = None;
        loop {
            let here = self.library.peek(Library::len);
            if here >= all {
                return Ok(());
            }
            self.opening.set(Opening::Reading(here, all));
            let after = last.as_ref().map(|(created, id): &(Ms, String)| (*created, id.as_str()));
            let rows = match database.pictures_after(after, PIECE).await {
                Ok(rows) if rows.damaged == 0 && !rows.rows.is_empty() => rows,
                // A row that cannot be read stands in the way: the others are read one by one.
                _ => return self.read_each(database).await,
            };
            last = rows.rows.last().map(|row| (row.created, row.id.clone()));
            self.add(rows);
        }
    }

    async fn read_each(self, database: &Database) -> Result<(), Fault> {
        let ids = database.picture_ids().await?;
        self.damaged.set(0);
        for piece in ids.chunks(PIECE as usize) {
            self.add(database.pictures(piece).await?);
            self.opening.set(Opening::Reading(self.library.peek(Library::len), ids.len()));
        }
        Ok(())
    }

    pub(super) fn add(self, rows: Rows<PictureRow>) {
        self.damaged.update(|damaged| *damaged += rows.damaged);
        self.library.quietly(|library| {
            for row in rows.rows {
                library.put(row.into());
            }
        });
    }

    /// Shows what the library now has.
    pub(super) fn show(self) {
        self.library.update(|_| ());
        self.refresh(true);
    }

    /// Another tab, or the studio beside this room, has changed these pictures; none: nobody knows which.
    fn take_note(self, changed: Option<Vec<String>>) {
        if self.opening.peek(|opening| matches!(opening, Opening::Reading(..))) {
            return self.stale.set(true);
        }
        let Some(database) = self.database() else { return };
        spawn(async move {
            let done = match changed {
                Some(ids) => self.update(&database, &ids).await,
                None => self.compare(&database).await,
            };
            if done.is_ok() {
                self.show();
            }
        });
    }

    async fn update(self, database: &Database, ids: &[String]) -> Result<(), Fault> {
        for piece in ids.chunks(PIECE as usize) {
            let rows = database.pictures(piece).await?;
            let there: HashSet<&str> = rows.rows.iter().map(|row| row.id.as_str()).collect();
            let gone =
                |library: &Library, id: &String| library.find(id).filter(|_| !there.contains(id.as_str()));
            let gone: Vec<Pick> =
                self.library.peek(|library| piece.iter().filter_map(|id| gone(library, id)).collect());
            self.library.quietly(|library| drop(library.remove(&gone)));
            // What was taken out is a row too, but no damaged one.
            self.add(Rows { damaged: 0, ..rows });
        }
        Ok(())
    }

    /// Finds out what has changed. Nothing came or went: then something about the pictures has.
    async fn compare(self, database: &Database) -> Result<(), Fault> {
        let ids = database.picture_ids().await?;
        let there: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let (new, gone) = self.library.peek(|library| {
            let new: Vec<String> = ids.iter().filter(|id| library.find(id).is_none()).cloned().collect();
            let all = library.every();
            let gone: Vec<Pick> = all
                .into_iter()
                .filter(|pick| library.entry(*pick).is_some_and(|it| !there.contains(it.id.as_str())))
                .collect();
            (new, gone)
        });
        if new.is_empty() && gone.is_empty() {
            return self.update(database, &ids).await;
        }
        self.library.quietly(|library| drop(library.remove(&gone)));
        self.update(database, &new).await
    }
}

/// Tells all other tabs that these pictures have changed.
pub(super) fn tell(ids: &[String]) {
    let plain = Word::Pictures.to_text();
    let told = match serde_json::from_str(&plain) {
        Ok(Value::Object(mut word)) if ids.len() <= MANY => {
            word.insert("ids".into(), json!(ids));
            Value::Object(word).to_string()
        }
        _ => plain,
    };
    channel::send(&told);
}
