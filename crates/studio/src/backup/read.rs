//! Reading a backup that may have been damaged, or made to do harm.

use super::manifest::{self, Line, Manifest};
use super::pieces::MissingBytes;
use super::{Damage, OpenError, Restored, item, loose, sha256};
use crate::Ms;
use crate::library::{Moment, PictureEntry, cleaned};
use fusionbrain::Picture;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;
use zip::ZipArchive;

/// How much of a file is believed. The defaults are far above what the app writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most pictures in a file.
    pub pictures: usize,
    /// Most bytes of a picture.
    pub picture_bytes: u64,
    /// Most bytes of a picture's metadata.
    pub metadata_bytes: u64,
    /// Most bytes of the inventory.
    pub manifest_bytes: u64,
    /// Most bytes that are read to learn what is in the file.
    pub directory_bytes: u64,
}

/// Most bytes of a picture, written and read alike: what goes into a backup comes out of it. Ten times what the service
/// makes.
pub const PICTURE_BYTES: u64 = 64 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            pictures: 50_000,
            picture_bytes: PICTURE_BYTES,
            metadata_bytes: 256 << 10,
            manifest_bytes: 16 << 20,
            directory_bytes: 16 << 20,
        }
    }
}

/// From this size on, what unpacks to more than [`BOMB_RATIO`] times its packed size is not unpacked. Pictures do not get
/// smaller by packing, texts some ten times.
const BOMB_BYTES: u64 = 1 << 20;
const BOMB_RATIO: u64 = 100;

/// An opened backup.
pub struct Backup<R> {
    archive: ZipArchive<Watched<R>>,
    watch: Rc<Watch>,
    limits: Limits,
    /// `None` for a ZIP that is no backup, but has pictures in it.
    manifest: Option<Manifest>,
    /// There is an inventory, and it cannot be read.
    lost: bool,
    items: Vec<Result<Item, Damaged>>,
}

/// A picture that may be in the file.
struct Item {
    name: String,
    /// Where its bytes are in the archive's directory.
    picture: usize,
    metadata: Option<usize>,
    hash: Option<String>,
    bytes: u64,
}

/// A picture that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// What the archive calls it, cleaned and cut: only to be shown.
    pub name: String,
    /// Why not.
    pub damage: Damage,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The pictures to take, for [`Backup::picture`].
    pub new: Vec<usize>,
    /// How many are in the library already, or twice in the file.
    pub here: usize,
    /// What cannot be taken, as far as the inventory shows it.
    pub damaged: Vec<Damaged>,
}

/// Opens a backup, or another ZIP with pictures in it.
///
/// # Errors
/// [`OpenError`]; with [`super::Pieces`] also [`OpenError::Missing`], which is no error.
pub fn open<R: Read + Seek>(source: R, limits: &Limits) -> Result<Backup<R>, OpenError> {
    let watch = Rc::new(Watch { left: Cell::new(limits.directory_bytes), missing: RefCell::default() });
    let mut source = Watched { source, watch: Rc::clone(&watch) };
    let mut head = [0; 2];
    let begins_as_one = source.read_exact(&mut head).is_ok() && head == *b"PK";
    let archive = ZipArchive::new(source);
    let refused = watch.refused(limits);
    let archive = match (refused, archive) {
        (Some(error), _) => return Err(error),
        (None, Ok(archive)) => archive,
        (None, Err(_)) if begins_as_one => return Err(OpenError::CutOff),
        (None, Err(_)) => return Err(OpenError::NotAnArchive),
    };
    // Two entries a picture and a few more; beyond, names alone fill the memory.
    if archive.len() > 2 * limits.pictures + 100 {
        return Err(OpenError::TooMany { limit: limits.pictures });
    }
    let mut backup =
        Backup { archive, watch, limits: limits.clone(), manifest: None, lost: false, items: Vec::new() };
    backup.take_stock()?;
    Ok(backup)
}

impl<R: Read + Seek> Backup<R> {
    /// Whether it is a backup of this app; else its pictures are taken as loose files.
    #[must_use]
    pub fn is_backup(&self) -> bool {
        self.manifest.is_some()
    }

    /// Whether its inventory cannot be read, so that its pictures are taken as loose files: one that is missing is not
    /// noticed then, and one that was changed only by what stands beside it.
    #[must_use]
    pub fn inventory_lost(&self) -> bool {
        self.lost
    }

    /// The format's version; 0 of another ZIP.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.manifest.as_ref().map_or(0, |manifest| manifest.version)
    }

    /// When it was made, as it says.
    #[must_use]
    pub fn made(&self) -> Option<Ms> {
        self.manifest.as_ref().map(|manifest| manifest.made).filter(|made| *made > 0)
    }

    /// Which part it is, as it says.
    #[must_use]
    pub fn part(&self) -> u32 {
        self.manifest.as_ref().map_or(1, |manifest| manifest.part)
    }

    /// How many pictures it names, damaged ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it names none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How much the pictures weigh, as it says. Of another ZIP nothing is known.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.items.iter().flatten().fold(0, |sum, item| sum.saturating_add(item.bytes))
    }

    /// What there is to do, given which hashes the library has. Nothing is unpacked for it.
    pub fn plan(&self, mut is_here: impl FnMut(&str) -> bool) -> Plan {
        let mut plan = Plan::default();
        let mut seen = HashSet::new();
        for (index, item) in self.items.iter().enumerate() {
            match item {
                Err(damaged) => plan.damaged.push(damaged.clone()),
                Ok(Item { hash: Some(hash), .. }) if is_here(hash) || !seen.insert(hash.as_str()) => {
                    plan.here += 1;
                }
                Ok(_) => plan.new.push(index),
            }
        }
        plan
    }

    /// What the archive calls a picture, cleaned and cut: only to be shown.
    #[must_use]
    pub fn name(&self, index: usize) -> &str {
        match self.items.get(index) {
            Some(Ok(item)) => &item.name,
            Some(Err(damaged)) => &damaged.name,
            None => "",
        }
    }

    /// Reads one picture and what is known of it, and checks both.
    ///
    /// # Errors
    /// [`Damage`]; the other pictures can still be read. With [`super::Pieces`] also [`Damage::Missing`].
    pub fn picture(&mut self, index: usize) -> Result<Restored, Damage> {
        let (picture, metadata, hash) = match self.items.get(index) {
            Some(Ok(item)) => (item.picture, item.metadata, item.hash.clone()),
            Some(Err(damaged)) => return Err(damaged.damage.clone()),
            None => return Err(Damage::Gone),
        };
        let (bytes, modified) = self.unpack(picture, self.limits.picture_bytes)?;
        let hash_now = sha256(&bytes);
        if hash.as_ref().is_some_and(|hash| *hash != hash_now) {
            return Err(Damage::WrongHash);
        }
        let row = match metadata.map(|index| self.unpack(index, self.limits.metadata_bytes)) {
            Some(Err(Damage::Missing(range))) => return Err(Damage::Missing(range)),
            Some(Ok((text, _))) => serde_json::from_slice(&text).ok(),
            Some(Err(_)) | None => None,
        };
        let row = row.as_ref().and_then(PictureEntry::from_json);
        match &self.manifest {
            Some(manifest) => {
                let picture = Picture::from_bytes(bytes).map_err(|_| Damage::NotAPicture)?;
                Ok(item::beside(picture, &hash_now, row, manifest.made))
            }
            // Without an inventory, what stands beside it is only believed when it speaks of these very bytes.
            None => match row.filter(|row| row.hash == hash_now) {
                Some(row) => {
                    let picture = Picture::from_bytes(bytes).map_err(|_| Damage::NotAPicture)?;
                    Ok(item::beside(picture, &hash_now, Some(row), modified))
                }
                None => loose(bytes, modified),
            },
        }
    }

    /// Finds the inventory and what it names; without one, everything that is called like a picture.
    fn take_stock(&mut self) -> Result<(), OpenError> {
        if let Some((index, folder)) = self.find_manifest() {
            let text = match self.unpack(index, self.limits.manifest_bytes) {
                Err(Damage::Missing(range)) => return Err(OpenError::Missing(range)),
                Err(_) => Err(OpenError::Unreadable),
                Ok((text, _)) => Ok(text),
            };
            match text.and_then(|text| manifest::read(&text, self.limits.pictures)) {
                Ok(None) => {}
                Ok(Some(manifest)) => {
                    let mut taken = HashSet::new();
                    let lines = manifest.lines.iter();
                    self.items = lines.map(|line| self.look_up(line.as_ref(), &folder, &mut taken)).collect();
                    self.manifest = Some(manifest);
                    return Ok(());
                }
                // The pictures are there all the same.
                Err(OpenError::Unreadable) => self.lost = true,
                Err(refused) => return Err(refused),
            }
        }
        let pictures = (0..self.archive.len()).filter_map(|index| {
            let name = self.archive.name_for_index(index).filter(|name| is_named_like_a_picture(name))?;
            let beside = name.rsplit_once('.').map(|(stem, _)| [stem, ".json"].concat());
            let metadata = beside.and_then(|name| self.archive.index_for_name(&name));
            Some(Ok(Item { name: cleaned(name, 100), picture: index, metadata, hash: None, bytes: 0 }))
        });
        self.items = pictures.take(self.limits.pictures + 1).collect();
        match self.items.len() {
            0 if self.lost => Err(OpenError::Unreadable),
            0 => Err(OpenError::NoPictures),
            count if count > self.limits.pictures => Err(OpenError::TooMany { limit: self.limits.pictures }),
            _ => Ok(()),
        }
    }

    /// At the top, or in the one folder that a file manager puts around everything when it packs it again.
    fn find_manifest(&self) -> Option<(usize, String)> {
        let at = |name: &str| self.archive.index_for_name(name);
        at("manifest.json").map(|index| (index, String::new())).or_else(|| {
            let name = self.archive.file_names().find(|name| {
                name.strip_suffix("/manifest.json").is_some_and(|folder| !folder.contains('/'))
            })?;
            Some((at(name)?, name.trim_end_matches("manifest.json").to_owned()))
        })
    }

    fn look_up(
        &self,
        line: Option<&Line>,
        folder: &str,
        taken: &mut HashSet<usize>,
    ) -> Result<Item, Damaged> {
        let damaged = |name: &str, damage| Damaged { name: cleaned(name, 100), damage };
        let line = line.ok_or_else(|| damaged("", Damage::Unreadable))?;
        let find = |name: &str| self.archive.index_for_name(&[folder, name].concat());
        let picture = find(&line.picture).ok_or_else(|| damaged(&line.picture, Damage::Gone))?;
        if !taken.insert(picture) {
            return Err(damaged(&line.picture, Damage::Repeated));
        }
        let limit = self.limits.picture_bytes;
        if line.bytes > limit {
            return Err(damaged(&line.picture, Damage::TooBig { bytes: line.bytes, limit }));
        }
        Ok(Item {
            name: cleaned(&line.picture, 100),
            picture,
            metadata: find(&line.metadata),
            hash: Some(line.hash.clone()),
            bytes: line.bytes,
        })
    }

    /// An entry's bytes and its date. Neither its size nor its packed size is believed.
    fn unpack(&mut self, index: usize, limit: u64) -> Result<(Vec<u8>, Ms), Damage> {
        self.watch.left.set(u64::MAX);
        let unpacked = unpacked(&mut self.archive, index, limit);
        match self.watch.missing.take() {
            Some(range) => Err(Damage::Missing(range)),
            None => unpacked,
        }
    }
}

fn unpacked<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    limit: u64,
) -> Result<(Vec<u8>, Ms), Damage> {
    let file = archive.by_index(index).map_err(|_| Damage::Unreadable)?;
    let (size, packed) = (file.size(), file.compressed_size());
    if size > limit {
        return Err(Damage::TooBig { bytes: size, limit });
    }
    if size >= BOMB_BYTES && size / BOMB_RATIO > packed {
        return Err(Damage::Bomb);
    }
    let modified = file.last_modified().map_or(0, |at| {
        let (year, month, day) = (u64::from(at.year()), at.month(), at.day());
        Moment { year, month, day, hour: at.hour(), minute: at.minute(), second: at.second() }.ms()
    });
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|_| Damage::Unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(Damage::TooBig { bytes: bytes.len() as u64, limit });
    }
    Ok((bytes, modified))
}

/// By the name's end alone, which only decides what is looked at. macOS packs a shadow beside every file.
fn is_named_like_a_picture(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or("");
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "webp") && !file.starts_with("._")
}

/// A source that counts, and remembers what was missing: the ZIP crate may swallow a source's error.
struct Watched<R> {
    source: R,
    watch: Rc<Watch>,
}

struct Watch {
    /// How many bytes may still be read.
    left: Cell<u64>,
    missing: RefCell<Option<Range<u64>>>,
}

impl Watch {
    fn refused(&self, limits: &Limits) -> Option<OpenError> {
        let missing = self.missing.take().map(OpenError::Missing);
        missing.or_else(|| (self.left.get() == 0).then_some(OpenError::TooMany { limit: limits.pictures }))
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.watch.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::from(io::ErrorKind::QuotaExceeded));
        }
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.source.read(&mut buffer[..length]);
        match &read {
            Ok(count) => self.watch.left.set(left.saturating_sub(*count as u64)),
            Err(error) => {
                if let Some(MissingBytes(range)) = error.get_ref().and_then(|it| it.downcast_ref()) {
                    // The first is what is needed next; later ones follow from reading on without it.
                    self.watch.missing.borrow_mut().get_or_insert_with(|| range.clone());
                }
            }
        }
        read
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}
