//! Making a backup: one picture after the other into one part after the other. A part is handed over before the next one
//! is begun, so that no more than one is held.

use std::{rc::Rc, vec};

use studio::{
    Ms,
    backup::{About, Added, DEFAULT_PART_BYTES, PICTURE_BYTES, WriteError, Writer, part_name},
    library::PictureEntry,
};

use super::{hand_focus, numbers::Numbers, shelf};
use crate::{
    browser::{
        clock,
        database::{Database, Fault},
        files::{self, ObjectUrl},
        growing::Growing,
        random, storage, storage_space,
    },
    ui::{State, spawn},
};

/// On a small device: what it surely has room for.
const SMALL_PART_BYTES: u64 = 128 << 20;

/// So many pictures that were left out are named.
const NAMED: usize = 100;

/// The backup that is being made, if one is.
#[derive(Clone, Copy)]
pub(super) struct Backup {
    pub(super) numbers: Numbers,
    pub(super) phase: State<Phase>,
    /// Pictures that are not in it, and why. Of the one that is being made, or of the last.
    pub(super) left_out: State<Vec<(String, LeftOut)>>,
    /// How many were left out.
    pub(super) left_out_count: State<usize>,
    work: State<Option<Work>>,
    /// Counts the backups: one that was cancelled may still wait for the database when the next one runs.
    runs: State<u32>,
}

/// How far it is.
#[derive(Clone)]
pub(super) enum Phase {
    Idle,
    /// This picture of so many is being packed.
    Packing {
        done: usize,
        total: usize,
    },
    /// A part waits to be saved.
    Ready(Part),
    Done {
        pictures: usize,
        bytes: u64,
    },
    Stopped,
    Empty,
    /// None: the browser had no room for the part.
    Failed(Option<Fault>),
}

/// A whole file.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) file: Rc<ObjectUrl>,
    pub(super) is_only: bool,
    /// How many pictures are not packed yet.
    pub(super) left: usize,
    /// After the last one: pictures and bytes of all.
    written: Option<(usize, u64)>,
}

/// Why a picture is not in the backup.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum LeftOut {
    MissingBytes,
    NotAPicture,
    TooBig,
}

/// What is held between two parts.
struct Work {
    database: Database,
    /// None after the last part.
    writer: Option<Writer<Growing>>,
    /// The part that is being written, from 1.
    number: u32,
    entries: vec::IntoIter<PictureEntry>,
    /// Read already, and too much for the part before.
    next: Option<(PictureEntry, Vec<u8>)>,
    total: usize,
    made: Ms,
    run: u32,
}

/// How many bytes a part has at most. A stored number is for disks that want other files, and for tests.
pub(super) fn part_bytes() -> u64 {
    let wanted = storage::read("part-bytes").and_then(|bytes| bytes.parse().ok());
    wanted.unwrap_or(if storage_space::is_small_device() { SMALL_PART_BYTES } else { DEFAULT_PART_BYTES })
}

impl Backup {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self {
            numbers,
            phase: State::new(Phase::Idle),
            left_out: State::new(vec![]),
            left_out_count: State::new(0),
            work: State::new(None),
            runs: State::new(0),
        }
    }

    pub(super) fn is_packing(self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Packing { .. }))
    }

    /// Begins a backup of all there is now.
    pub(super) fn start(self) {
        self.left_out.set(vec![]);
        self.left_out_count.set(0);
        self.runs.update(|runs| *runs += 1);
        let run = self.runs.get_untracked();
        self.turn_to(Phase::Packing { done: 0, total: 0 });
        spawn(async move {
            let begun = async {
                let database = shelf::database().await?;
                let entries = database.all_entries().await?;
                Ok::<_, Fault>((database, entries))
            };
            let begun = begun.await;
            if !self.is_going_on(run) {
                return;
            }
            match begun {
                Err(fault) => self.turn_to(Phase::Failed(Some(fault))),
                Ok((_, entries)) if entries.is_empty() => self.turn_to(Phase::Empty),
                Ok((database, entries)) => {
                    let made = clock::now();
                    let about =
                        About { made, app: concat!("Komposition ", env!("CARGO_PKG_VERSION")).into() };
                    let writer = Some(Writer::new(about, part_bytes(), Growing::default()));
                    let total = entries.len();
                    let entries = entries.into_iter();
                    self.pack(Work { database, writer, number: 1, entries, next: None, total, made, run })
                        .await;
                }
            }
        });
    }

    /// Stops at the next picture. What was saved is whole.
    pub(super) fn cancel(self) {
        self.work.set(None);
        self.turn_to(Phase::Stopped);
    }

    /// A part was saved: on to the next one.
    pub(super) fn saved(self, part: &Part) {
        files::keep_a_minute(Rc::clone(&part.file));
        let mut work = None;
        self.work.quietly(|held| work = held.take());
        let Some(work) = work else { return };
        if let Some((pictures, bytes)) = part.written {
            self.turn_to(Phase::Done { pictures, bytes });
            return self.numbers.backed_up(work.made);
        }
        self.turn_to(Phase::Packing { done: work.total - part.left, total: work.total });
        spawn(self.pack(work));
    }

    /// Packs until a part is full, or all is packed.
    async fn pack(self, mut work: Work) {
        let packed = self.packed(&mut work).await;
        if !self.is_going_on(work.run) {
            return;
        }
        let full = match packed {
            Ok(Some(full)) => Ok((full, None)),
            Ok(None) => match work.writer.take().map(Writer::finish) {
                Some(Ok((full, written))) => Ok((full, Some((written.pictures, written.bytes)))),
                _ => Err(None),
            },
            Err(fault) => Err(fault),
        };
        match full.and_then(|(full, written)| part(&work, full, written)) {
            Ok(part) => {
                self.work.set(Some(work));
                self.turn_to(Phase::Ready(part));
            }
            Err(fault) => self.turn_to(Phase::Failed(fault)),
        }
    }

    fn turn_to(self, phase: Phase) {
        let next = match phase {
            Phase::Packing { .. } => "cancel-backup",
            Phase::Ready(_) => "save-part",
            _ => "make-backup",
        };
        hand_focus(&["make-backup", "cancel-backup", "save-part", "cancel-part"], next);
        self.phase.set(phase);
    }

    fn is_going_on(self, run: u32) -> bool {
        self.phase.peek(|phase| matches!(phase, Phase::Packing { .. })) && self.runs.get_untracked() == run
    }

    /// Some(part): it is full. None: all is packed, or it was cancelled.
    async fn packed(self, work: &mut Work) -> Result<Option<Growing>, Option<Fault>> {
        while self.is_going_on(work.run) {
            let next = match work.next.take() {
                Some(next) => Some(next),
                None => self.read(work).await.map_err(Some)?,
            };
            let Some((entry, bytes)) = next else { return Ok(None) };
            let Some(writer) = &mut work.writer else { return Ok(None) };
            if !writer.fits(&entry, bytes.len()) {
                work.next = Some((entry, bytes));
                work.number += 1;
                return writer.next_part(Growing::default()).map(Some).map_err(no_room);
            }
            match writer.add(&entry, &bytes).map_err(no_room)? {
                Added::Written | Added::AlreadyThere => {}
                Added::NotAPicture => self.leave_out(&entry, LeftOut::NotAPicture),
                Added::TooBig => self.leave_out(&entry, LeftOut::TooBig),
            }
            let done = work.total - work.entries.len();
            if self.is_going_on(work.run) {
                self.phase.set(Phase::Packing { done, total: work.total });
            }
            clock::breathe().await;
        }
        Ok(None)
    }

    /// The next picture that has its bytes.
    async fn read(self, work: &mut Work) -> Result<Option<(PictureEntry, Vec<u8>)>, Fault> {
        for entry in work.entries.by_ref() {
            if entry.size > PICTURE_BYTES {
                self.leave_out(&entry, LeftOut::TooBig);
                continue;
            }
            match shelf::bytes(&work.database, &entry.id).await? {
                Some(bytes) => return Ok(Some((with_good_id(entry), bytes))),
                None => self.leave_out(&entry, LeftOut::MissingBytes),
            }
        }
        Ok(None)
    }

    fn leave_out(self, entry: &PictureEntry, why: LeftOut) {
        self.left_out_count.update(|count| *count += 1);
        let name: String = entry.prompt.chars().take(80).collect();
        self.left_out.update(|all| {
            if all.len() < NAMED {
                all.push((name, why));
            }
        });
    }
}

/// A full part as a file. With what was written in all if it is the last one.
fn part(work: &Work, full: Growing, written: Option<(usize, u64)>) -> Result<Part, Option<Fault>> {
    let number = work.number - u32::from(written.is_none());
    let is_only = number == 1 && written.is_some();
    let left = work.entries.len() + usize::from(work.next.is_some());
    let (file, bytes) = full.into_file().map_err(|_| None)?;
    let name = part_name(work.made, number, is_only);
    Ok(Part { name, bytes, file: Rc::new(file), is_only, left, written })
}

fn no_room(_: WriteError) -> Option<Fault> {
    None
}

/// Jobs of another origin have had ids that no backup gives back; a picture's row must not be lost for that.
fn with_good_id(entry: PictureEntry) -> PictureEntry {
    let is_good = PictureEntry::from_json(&entry.to_json()).is_some();
    if is_good { entry } else { PictureEntry { id: random::id(), ..entry } }
}
