//! Pictures as files: a single one with its parameters inside, several as an archive.

use std::{cell::Cell, rc::Rc};

use studio::{
    backup::{About, Added, DEFAULT_PART_BYTES, Writer, part_name},
    library::{Pick, PictureEntry},
    metadata::{self, Parameters, download_name},
};

use super::{Room, t, toast::Toast};
use crate::{
    browser::{
        clock,
        database::Database,
        save::{Chunks, copied},
    },
    ui::spawn,
};

const ZIP: &str = "application/zip";
const APP: &str = concat!("Komposition ", env!("CARGO_PKG_VERSION"));

/// An archive that is being made.
#[derive(Clone)]
pub(super) struct Packing {
    /// So many pictures are in it.
    pub(super) done: usize,
    /// So many there will be.
    pub(super) all: usize,
    cancelled: Rc<Cell<bool>>,
}

/// The bytes of a stored picture.
async fn bytes(database: &Database, id: &str) -> Option<Vec<u8>> {
    database.bytes(id).await.ok().flatten().map(|bytes| copied(&bytes))
}

/// Saves one picture with its parameters inside. Says whether there was one.
pub(super) async fn save_one(database: &Database, entry: &PictureEntry) -> bool {
    let Some(bytes) = bytes(database, &entry.id).await else { return false };
    // A picture that takes no parameters is saved as it is.
    let bytes = metadata::embed(&bytes, &Parameters::from(entry)).unwrap_or(bytes);
    Chunks::of(&bytes).save(entry.kind.mime(), &download_name(entry))
}

impl Packing {
    /// Ends it; nothing is saved of the part that was being made.
    pub(super) fn cancel(&self) {
        self.cancelled.set(true);
    }

    /// Saves pictures as an archive, or as several when they are many. `told` hears of each picture. Says how many are in
    /// it and how many were left out; none when it was cancelled or could not be made.
    async fn save(
        &self,
        database: &Database,
        entries: &[PictureEntry],
        told: impl Fn(usize),
    ) -> Result<Option<(usize, usize)>, ()> {
        let made = clock::now();
        let mut writer =
            Writer::new(About { made, app: APP.to_owned() }, DEFAULT_PART_BYTES, Chunks::default());
        let (mut saved, mut left_out, mut part) = (0, 0, 1);
        for (index, entry) in entries.iter().enumerate() {
            let found = bytes(database, &entry.id).await;
            if self.cancelled.get() {
                return Ok(None);
            }
            match found {
                Some(bytes) => {
                    if !writer.fits(entry, bytes.len()) {
                        let whole = writer.next_part(Chunks::default()).map_err(drop)?;
                        whole.save(ZIP, &part_name(made, part, false));
                        part += 1;
                    }
                    match writer.add(entry, &bytes).map_err(drop)? {
                        Added::Written => saved += 1,
                        Added::AlreadyThere | Added::NotAPicture | Added::TooBig => left_out += 1,
                    }
                }
                None => left_out += 1,
            }
            told(index + 1);
        }
        if saved > 0 {
            let (last, _) = writer.finish().map_err(drop)?;
            last.save(ZIP, &part_name(made, part, part == 1));
        }
        Ok(Some((saved, left_out)))
    }
}

impl Room {
    /// Saves pictures as files.
    pub(super) fn download(self, picks: &[Pick]) {
        let Some(database) = self.database() else { return };
        let entries: Vec<PictureEntry> = picks.iter().filter_map(|pick| self.entry(*pick)).collect();
        match entries.as_slice() {
            [] => {}
            [_] => spawn(async move {
                if !save_one(&database, &entries[0]).await {
                    self.say(Toast::Fault(t().gone.to_owned()));
                }
            }),
            _ if self.packing.peek(Option::is_some) => {}
            _ => spawn(async move { self.pack(&database, &entries).await }),
        }
    }

    async fn pack(self, database: &Database, entries: &[PictureEntry]) {
        let packing = Packing { done: 0, all: entries.len(), cancelled: Rc::default() };
        self.packing.set(Some(packing.clone()));
        let told = |done| self.packing.update(|packing| packing.iter_mut().for_each(|it| it.done = done));
        let saved = packing.save(database, entries, told).await;
        self.packing.set(None);
        match saved {
            Ok(Some((0, _))) | Err(()) => self.say(Toast::Fault(t().not_saved.to_owned())),
            Ok(Some((saved, left_out))) => self.say(Toast::Said((t().saved)(saved, left_out))),
            Ok(None) => {}
        }
    }
}
