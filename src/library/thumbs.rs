//! Small pictures of the tiles in the page: read, or made when they are looked at for the first time.

use fusionbrain::PictureKind;
use studio::library::Pick;

use super::{Room, tile::Slot};
use crate::{
    browser::{database::Database, files::ObjectUrl, thumbs::Maker},
    ui::spawn,
};

/// So many are read or made at once.
const AT_ONCE: usize = 4;

/// A tile's small picture.
pub(super) enum Small {
    /// On its way.
    Waiting,
    /// The address goes with the tile.
    Here(ObjectUrl),
    /// There are no bytes, or they are no picture.
    Damaged,
}

impl Small {
    /// Its address, when it is there.
    pub(super) fn address(&self) -> Option<&str> {
        match self {
            Self::Here(url) => Some(url.address()),
            Self::Waiting | Self::Damaged => None,
        }
    }
}

/// What is wished for.
#[derive(Default)]
pub(super) struct Thumbs {
    /// What is seen is granted first, from the top.
    wishes: Vec<(Pick, Slot)>,
    running: usize,
    maker: Option<Maker>,
}

impl Room {
    /// Puts the small picture into the tile as soon as it is there.
    pub(super) fn wish_small(self, pick: Pick, slot: Slot) {
        self.thumbs.quietly(|thumbs| {
            thumbs.wishes.retain(|(_, other)| *other != slot);
            thumbs.wishes.push((pick, slot));
        });
        self.grant();
    }

    fn grant(self) {
        let Some(database) = self.database() else { return };
        loop {
            let mut wish = None;
            self.thumbs.quietly(|thumbs| {
                // A tile that has left wants nothing any more.
                thumbs.wishes.retain(|(pick, slot)| slot.shows(*pick));
                if thumbs.running < AT_ONCE {
                    wish = self.first_seen(&thumbs.wishes).map(|at| thumbs.wishes.swap_remove(at));
                    thumbs.running += usize::from(wish.is_some());
                }
            });
            let Some((pick, slot)) = wish else { return };
            let database = database.clone();
            spawn(async move {
                let got = self.small(&database, pick).await;
                if slot.shows(pick) {
                    slot.small.set(got);
                }
                self.thumbs.quietly(|thumbs| thumbs.running -= 1);
                self.grant();
            });
        }
    }

    /// Which wish is the one for the first picture that is seen; any, if none is.
    fn first_seen(self, wishes: &[(Pick, Slot)]) -> Option<usize> {
        let (list, (start, end)) = (self.listed(), self.seen.get_untracked());
        let seen = list.get(start..end).unwrap_or_default();
        let place = |pick| seen.iter().position(|seen| *seen == pick).unwrap_or(usize::MAX);
        (0..wishes.len()).min_by_key(|at| place(wishes[*at].0))
    }

    async fn small(self, database: &Database, pick: Pick) -> Small {
        let Some(entry) = self.entry(pick) else { return Small::Waiting };
        let stored = async || {
            let (mime, bytes) = database.thumb(&entry.id).await.ok().flatten()?;
            let kind = match mime.as_str() {
                "image/webp" => PictureKind::Webp,
                "image/png" => PictureKind::Png,
                _ => PictureKind::Jpeg,
            };
            ObjectUrl::of_stored(&bytes, kind).map(Small::Here)
        };
        if let Some(small) = stored().await {
            return small;
        }
        let Ok(Some(bytes)) = database.bytes(&entry.id).await else { return Small::Damaged };
        let maker = self.maker();
        if maker.make(&entry.id, bytes, entry.kind.mime()).await
            && let Some(small) = stored().await
        {
            return small;
        }
        // No worker, no room for the small one, or no picture at all: the browser itself shall say.
        let whole = database.bytes(&entry.id).await.ok().flatten();
        let whole = whole.and_then(|bytes| ObjectUrl::of_stored(&bytes, entry.kind));
        whole.map_or(Small::Damaged, Small::Here)
    }

    fn maker(self) -> Maker {
        let mut maker = None;
        self.thumbs.quietly(|thumbs| maker = Some(thumbs.maker.get_or_insert_with(Maker::start).clone()));
        maker.unwrap_or_else(Maker::start)
    }
}
