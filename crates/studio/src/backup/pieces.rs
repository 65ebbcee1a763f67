//! A file of which only some pieces are in memory: a browser hands a file's bytes over asynchronously, and a backup is
//! greater than what a tab should hold.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

/// A file's bytes, as far as they have been fetched. Copies share them.
///
/// Reading what is not there yet ends in `Missing(range)`: fetch these bytes, [`fill`](Pieces::fill) them in, and call the
/// same function again. Only the latest pieces are kept, 80 MB at most, which is more than any single call needs; let
/// [`go`](Pieces::let_go) of them when it is done.
#[derive(Clone)]
pub struct Pieces {
    length: u64,
    position: u64,
    held: Rc<RefCell<Vec<Piece>>>,
}

/// Where it begins in the file, and its bytes.
type Piece = (u64, Vec<u8>);

impl Pieces {
    /// How much is asked for at once, in bytes.
    const PIECE: u64 = 2 << 20;
    /// How many pieces are kept.
    const KEPT: usize = 40;

    /// A file of this length in bytes, of which nothing is known yet.
    #[must_use]
    pub fn new(length: u64) -> Self {
        Self { length, position: 0, held: Rc::default() }
    }

    /// Bytes of the file from `start` on, as [`super::OpenError::Missing`] or [`super::Damage::Missing`] asked for them.
    pub fn fill(&self, start: u64, bytes: Vec<u8>) {
        let mut held = self.held.borrow_mut();
        held.retain(|(other, _)| *other != start);
        if held.len() >= Self::KEPT {
            held.remove(0);
        }
        held.push((start, bytes));
    }

    /// Lets go of all but the latest pieces, among which the next picture begins.
    pub fn let_go(&self) {
        let mut held = self.held.borrow_mut();
        let old = held.len().saturating_sub(2);
        held.drain(..old);
    }

    /// How many bytes are in memory.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.borrow().iter().map(|(_, bytes)| bytes.len()).sum()
    }
}

/// What a read of missing bytes answers.
#[derive(Debug)]
pub(super) struct MissingBytes(pub(super) Range<u64>);

impl fmt::Display for MissingBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not fetched yet")
    }
}

impl std::error::Error for MissingBytes {}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        let held = self.held.borrow();
        let there = held.iter().rev().find_map(|(start, bytes)| {
            let from = usize::try_from(self.position.checked_sub(*start)?).ok()?;
            bytes.get(from..).filter(|rest| !rest.is_empty())
        });
        let Some(rest) = there else {
            let start = self.position / Self::PIECE * Self::PIECE;
            let range = start..(start + Self::PIECE).min(self.length);
            return Err(io::Error::new(io::ErrorKind::WouldBlock, MissingBytes(range)));
        };
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Pieces {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
