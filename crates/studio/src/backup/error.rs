//! What can go wrong with a backup, each a thing a person can be told.

use std::fmt;
use std::io;
use std::ops::Range;

/// Why a file cannot be opened as a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// Not a ZIP at all.
    NotAnArchive,
    /// It begins as a ZIP, and its end is missing: a download or a copy that broke off. Fetch it again.
    CutOff,
    /// A ZIP, but there is no picture in it.
    NoPictures,
    /// Made by a later version of the app: reload the app, or update it.
    Newer {
        /// The format's version in the file.
        version: u64,
    },
    /// Its inventory cannot be read, and there is no picture beside it.
    Unreadable,
    /// More in it than any backup has.
    TooMany {
        /// Greatest number of pictures that is read from one file.
        limit: usize,
    },
    /// No error: these bytes of the file are needed first. See [`super::Pieces`].
    Missing(Range<u64>),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NotAnArchive => f.write_str("the file is no ZIP archive"),
            OpenError::CutOff => f.write_str("the archive breaks off"),
            OpenError::NoPictures => f.write_str("there is no picture in the archive"),
            OpenError::Newer { version } => {
                write!(f, "the backup is of format {version}, from a later version")
            }
            OpenError::Unreadable => f.write_str("the backup's inventory cannot be read"),
            OpenError::TooMany { limit } => write!(f, "the archive has more than {limit} entries"),
            OpenError::Missing(range) => write!(f, "bytes {}..{} are needed", range.start, range.end),
        }
    }
}

impl std::error::Error for OpenError {}

/// Why one picture of a backup, or one loose file, cannot be taken. The others can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The inventory names it, and it is not there.
    Gone,
    /// Greater than any picture of this app.
    TooBig {
        /// How many bytes it has or claims to have.
        bytes: u64,
        /// Most bytes that are read.
        limit: u64,
    },
    /// It unpacks to so many times its size that it is no picture but a trap.
    Bomb,
    /// Its bytes, or its line in the inventory, cannot be read.
    Unreadable,
    /// Its bytes are no PNG, JPEG or WebP.
    NotAPicture,
    /// Its bytes are not those that were put in.
    WrongHash,
    /// The inventory names the same file twice.
    Repeated,
    /// No damage: these bytes of the file are needed first. See [`super::Pieces`].
    Missing(Range<u64>),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Gone => f.write_str("not in the archive"),
            Damage::TooBig { bytes, limit } => write!(f, "{bytes} bytes, more than {limit}"),
            Damage::Bomb => f.write_str("unpacks to far too much"),
            Damage::Unreadable => f.write_str("cannot be read"),
            Damage::NotAPicture => f.write_str("no picture"),
            Damage::WrongHash => f.write_str("not the bytes that were saved"),
            Damage::Repeated => f.write_str("named twice"),
            Damage::Missing(range) => write!(f, "bytes {}..{} are needed", range.start, range.end),
        }
    }
}

impl std::error::Error for Damage {}

/// Why a backup could not be written. What was written of this part is of no use.
#[derive(Debug)]
pub enum WriteError {
    /// The sink refused the bytes: no memory, no room.
    Sink(io::Error),
    /// The ZIP crate refused; that would be a bug here.
    Archive(String),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Sink(error) => write!(f, "the backup's bytes could not be kept: {error}"),
            WriteError::Archive(text) => write!(f, "the archive could not be written: {text}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Sink(error)
    }
}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => WriteError::Sink(error),
            other => WriteError::Archive(other.to_string()),
        }
    }
}
