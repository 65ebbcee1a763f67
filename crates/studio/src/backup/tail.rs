//! A sink that is written from front to back, behind one that can be sought in as far as the current entry goes.
//!
//! The ZIP crate has a mode for unseekable sinks, but it then writes sizes and sums behind the bytes, which for stored
//! entries some unpackers refuse. One picture fits into memory, so the entry is finished here and leaves complete.

use std::io::{self, Read, Seek, SeekFrom, Write};

pub(super) struct Tail<W> {
    sink: W,
    /// How many bytes have left for the sink.
    left: u64,
    pending: Vec<u8>,
    /// Where the next byte goes, within `pending`.
    at: usize,
}

impl<W: Write> Tail<W> {
    pub(super) fn new(sink: W) -> Self {
        Self { sink, left: 0, pending: Vec::new(), at: 0 }
    }

    /// How many bytes have been written in all.
    pub(super) fn written(&self) -> u64 {
        self.left + self.pending.len() as u64
    }

    pub(super) fn into_sink(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.sink)
    }
}

impl<W: Write> Write for Tail<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let over = (self.pending.len() - self.at).min(bytes.len());
        self.pending[self.at..self.at + over].copy_from_slice(&bytes[..over]);
        self.pending.extend_from_slice(&bytes[over..]);
        self.at += bytes.len();
        Ok(bytes.len())
    }

    /// The ZIP crate flushes when an entry is finished.
    fn flush(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.pending)?;
        self.left += self.pending.len() as u64;
        self.pending.clear();
        self.at = 0;
        self.sink.flush()
    }
}

/// The ZIP crate lets only what can be read ask for the flush after each entry. It never reads.
impl<W: Write> Read for Tail<W> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl<W: Write> Seek for Tail<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => (self.left + self.at as u64).checked_add_signed(by),
            SeekFrom::End(by) => self.written().checked_add_signed(by),
        };
        let within =
            target.filter(|position| *position <= self.written()).and_then(|it| it.checked_sub(self.left));
        let within = within.and_then(|at| usize::try_from(at).ok());
        self.at = within.ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))?;
        Ok(self.left + self.at as u64)
    }
}
