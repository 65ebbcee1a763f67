//! Writing a backup, one picture at a time.

use super::manifest::{self, Line};
use super::tail::Tail;
use super::{PICTURE_BYTES, WriteError, sha256, viewer};
use crate::Ms;
use crate::library::{Moment, PictureEntry};
use fusionbrain::Picture;
use std::collections::HashSet;
use std::io::Write;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// How great a part is when nobody says otherwise: 512 MB, which every browser keeps as one file and every disk takes.
pub const DEFAULT_PART_BYTES: u64 = 512 << 20;

/// Most pictures in a part: well within what [`super::open`] reads.
const PART_PICTURES: usize = 20_000;
/// What an entry costs beside its name and bytes (local header 30, central header 46, sums), and some more.
const ENTRY_BYTES: u64 = 150;
const README: &str = include_str!("readme.txt");

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// When it is made.
    pub made: Ms,
    /// The app and its version, for people.
    pub app: String,
}

/// What became of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is in the backup.
    Written,
    /// The same bytes are already in this backup.
    AlreadyThere,
    /// The bytes are no picture: tell the person which one is damaged.
    NotAPicture,
    /// More bytes than are read from a backup ([`PICTURE_BYTES`]): tell the person to save it by itself.
    TooBig,
}

/// How far a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Parts begun, the current one included.
    pub parts: u32,
    /// Pictures written in all parts.
    pub pictures: usize,
    /// Bytes written in all parts.
    pub bytes: u64,
}

/// Writes a backup in one part or more, each of which is a whole archive by itself. To cancel, drop it.
pub struct Writer<W: Write> {
    about: About,
    max_part_bytes: u64,
    part: Part<W>,
    /// Of all parts: a picture is written once.
    hashes: HashSet<String>,
    number: u32,
    pictures_before: usize,
    bytes_before: u64,
}

struct Part<W: Write> {
    archive: ZipWriter<Tail<W>>,
    names: HashSet<String>,
    /// The inventory's lines so far.
    lines: String,
    /// The viewer's rows so far.
    rows: String,
    written: u64,
}

impl<W: Write> Writer<W> {
    /// Begins the first part. A sink is written from front to back, each picture in one go.
    pub fn new(about: About, max_part_bytes: u64, sink: W) -> Self {
        Self {
            about,
            max_part_bytes,
            part: Part::new(sink),
            hashes: HashSet::new(),
            number: 1,
            pictures_before: 0,
            bytes_before: 0,
        }
    }

    /// Whether a picture of so many bytes still goes into this part. If not, call [`Writer::next_part`] first. An empty
    /// part takes any picture.
    #[must_use]
    pub fn fits(&self, entry: &PictureEntry, bytes: usize) -> bool {
        // The row goes in twice, beside the picture and into the viewer; there, each `<` becomes six letters.
        let row = entry.to_json().to_string();
        let row = 2 * row.len() + 5 * row.matches('<').count() + 200;
        let end = viewer::page_bytes() + (README.len() + self.about.app.len()) as u64 + 6 * ENTRY_BYTES;
        let part = &self.part;
        // Each picture is three things more: two entries in the directory, which is written at the end, and a line.
        let texts = part.lines.len() + part.rows.len() + part.names.len() * 2 * 130;
        let more = bytes as u64 + row as u64 + 2 * ENTRY_BYTES + 500;
        part.names.is_empty()
            || (part.names.len() < PART_PICTURES
                && part.written + texts as u64 + more + end <= self.max_part_bytes)
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// [`WriteError`] when the sink refuses; drop the writer then.
    pub fn add(&mut self, entry: &PictureEntry, bytes: &[u8]) -> Result<Added, WriteError> {
        if bytes.len() as u64 > PICTURE_BYTES {
            return Ok(Added::TooBig);
        }
        let Ok(picture) = Picture::from_bytes(bytes.to_vec()) else { return Ok(Added::NotAPicture) };
        let hash = sha256(bytes);
        if !self.hashes.insert(hash.clone()) {
            return Ok(Added::AlreadyThere);
        }
        let entry = PictureEntry {
            kind: picture.kind,
            width: picture.width,
            height: picture.height,
            size: bytes.len() as u64,
            hash,
            ..entry.clone()
        };
        self.part.add(&entry, bytes)?;
        Ok(Added::Written)
    }

    /// Finishes this part, gives its sink back and begins another one in `sink`.
    ///
    /// # Errors
    /// [`WriteError`] when the sink refuses; drop the writer then.
    pub fn next_part(&mut self, sink: W) -> Result<W, WriteError> {
        let full = std::mem::replace(&mut self.part, Part::new(sink));
        self.pictures_before += full.names.len();
        let (sink, bytes) = full.finish(&self.about, self.number)?;
        self.bytes_before += bytes;
        self.number += 1;
        Ok(sink)
    }

    /// Finishes the last part and gives its sink back.
    ///
    /// # Errors
    /// [`WriteError`] when the sink refuses.
    pub fn finish(self) -> Result<(W, Written), WriteError> {
        let so_far = self.written();
        let (sink, bytes) = self.part.finish(&self.about, self.number)?;
        Ok((sink, Written { bytes: self.bytes_before + bytes, ..so_far }))
    }

    /// How far it is.
    #[must_use]
    pub fn written(&self) -> Written {
        Written {
            parts: self.number,
            pictures: self.pictures_before + self.part.names.len(),
            bytes: self.bytes_before + self.part.written,
        }
    }
}

impl<W: Write> Part<W> {
    fn new(sink: W) -> Self {
        let mut archive = ZipWriter::new(Tail::new(sink));
        archive.set_flush_on_finish_file(true);
        Self { archive, names: HashSet::new(), lines: String::new(), rows: String::new(), written: 0 }
    }

    fn add(&mut self, entry: &PictureEntry, bytes: &[u8]) -> Result<(), WriteError> {
        let name = self.free_name(entry);
        let line = Line {
            picture: format!("pictures/{name}.{}", entry.kind.extension()),
            metadata: format!("pictures/{name}.json"),
            hash: entry.hash.clone(),
            bytes: entry.size,
        };
        let mut row = entry.to_json();
        let text = row.to_string();
        self.file(&line.picture, bytes, entry.created)?;
        self.file(&line.metadata, text.as_bytes(), entry.created)?;
        row["file"] = line.picture.clone().into();
        if !self.names.is_empty() {
            self.lines.push_str(",\n");
            self.rows.push_str(",\n");
        }
        self.lines.push_str(&line.to_json().to_string());
        self.rows.push_str(&row.to_string());
        self.names.insert(name);
        Ok(())
    }

    /// Time first, so that a folder of them is in order; ASCII alone, because unpackers disagree about the rest.
    fn free_name(&self, entry: &PictureEntry) -> String {
        let name =
            format!("{}-{}", Moment::of(entry.created).stamp(), &entry.hash[..entry.hash.len().min(8)]);
        let mut free = name.clone();
        let mut number = 2;
        while self.names.contains(&free) {
            free = format!("{name}-{number}");
            number += 1;
        }
        free
    }

    fn file(&mut self, name: &str, bytes: &[u8], moment: Ms) -> Result<(), WriteError> {
        let at = Moment::of(moment);
        let year = u16::try_from(at.year).unwrap_or(u16::MAX);
        let at = DateTime::from_date_and_time(year, at.month, at.day, at.hour, at.minute, at.second);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            // A ZIP's clock begins in 1980 and ends in 2107.
            .last_modified_time(at.unwrap_or_default())
            .large_file(u32::try_from(bytes.len()).is_err());
        self.archive.start_file(name, options)?;
        self.archive.write_all(bytes)?;
        self.written += (bytes.len() + name.len()) as u64 + ENTRY_BYTES;
        Ok(())
    }

    fn finish(mut self, about: &About, number: u32) -> Result<(W, u64), WriteError> {
        let page = viewer::page(&format!("[{}]", self.rows));
        let manifest = manifest::write(about.made, &about.app, number, self.names.len(), &self.lines);
        for (name, text) in
            [("index.html", page.as_str()), ("README.txt", README), ("manifest.json", manifest.as_str())]
        {
            self.file(name, text.as_bytes(), about.made)?;
        }
        let tail = self.archive.finish()?;
        let bytes = tail.written();
        Ok((tail.into_sink()?, bytes))
    }
}

/// What the file of a part is called: `komposition-2026-11-22.zip`, or with `-part-2` when there is more than one.
#[must_use]
pub fn part_name(made: Ms, part: u32, is_only: bool) -> String {
    let date = Moment::of(made).date();
    if is_only { format!("komposition-{date}.zip") } else { format!("komposition-{date}-part-{part}.zip") }
}

#[cfg(test)]
mod tests {
    use super::{Part, PictureEntry};

    #[test]
    fn pictures_of_one_moment_whose_hashes_begin_alike_have_names_of_their_own() {
        let mut part = Part::new(Vec::new());
        let entry = PictureEntry { hash: "0123456789".into(), ..PictureEntry::new("a", 0) };
        let names: Vec<String> = (0..3)
            .map(|_| {
                let name = part.free_name(&entry);
                part.names.insert(name.clone());
                name
            })
            .collect();
        assert_eq!(
            names,
            ["19700101-000000-01234567", "19700101-000000-01234567-2", "19700101-000000-01234567-3"]
        );
    }
}
