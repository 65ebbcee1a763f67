//! A picture that comes in from outside: of a backup, or a loose file.

use super::{Damage, sha256};
use crate::Ms;
use crate::library::PictureEntry;
use crate::metadata::{self, Parameters};
use fusionbrain::Picture;

/// A picture that was checked and can be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// Its row. Kind, sides, size and hash come from the bytes and not from what stood beside them. The id is fit to be
    /// one, but may be taken.
    pub entry: PictureEntry,
    /// The picture.
    pub bytes: Vec<u8>,
    /// Whether anything was said of how it was made, beside it or inside it.
    pub told: bool,
}

/// A picture file by itself. `modified` is when it was made, if it does not say so itself. What the app put into it for the
/// download is taken out again, so that it is known for the picture it was.
///
/// # Errors
/// [`Damage::NotAPicture`] or [`Damage::TooBig`].
pub fn loose(bytes: Vec<u8>, modified: Ms) -> Result<Restored, Damage> {
    let limit = super::PICTURE_BYTES;
    if bytes.len() as u64 > limit {
        return Err(Damage::TooBig { bytes: bytes.len() as u64, limit });
    }
    let (bytes, parameters) = metadata::original(bytes);
    let picture = Picture::from_bytes(bytes).map_err(|_| Damage::NotAPicture)?;
    let hash = sha256(&picture.bytes);
    Ok(restored(picture, &hash, None, parameters, modified))
}

/// A picture of a backup, with the row that stood beside it.
pub(super) fn beside(picture: Picture, hash: &str, row: Option<PictureEntry>, made: Ms) -> Restored {
    let parameters = if row.is_none() { metadata::read(&picture.bytes) } else { None };
    restored(picture, hash, row, parameters, made)
}

fn restored(
    picture: Picture,
    hash: &str,
    row: Option<PictureEntry>,
    parameters: Option<Parameters>,
    created: Ms,
) -> Restored {
    let told = row.is_some() || parameters.is_some();
    let row = row.unwrap_or_else(|| {
        let mut row = PictureEntry::new(&format!("import-{}", &hash[..hash.len().min(24)]), created);
        if let Some(parameters) = parameters {
            row.created = parameters.created.unwrap_or(created);
            row.prompt = parameters.prompt;
            row.negative = parameters.negative;
            row.style = parameters.style;
            row.pipeline = parameters.pipeline;
            row.task = parameters.task;
            row.seconds = parameters.seconds;
        }
        row
    });
    let entry = PictureEntry {
        width: picture.width,
        height: picture.height,
        kind: picture.kind,
        size: picture.bytes.len() as u64,
        hash: hash.to_owned(),
        ..row
    };
    Restored { entry, bytes: picture.bytes, told }
}
