//! Taking backups and pictures in: one file after the other, one picture after the other, each checked and stored in a
//! transaction of its own. What is here already, by its bytes, is passed over.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    ops::Range,
};

use studio::backup::{
    Backup, Damage, Limits, OpenError, PICTURE_BYTES, Pieces, Restored, loose, open, sha256,
};

use super::{hand_focus, pictures_changed, shelf};
use crate::{
    browser::{
        clock,
        database::{Database, Fault},
        picked::PickedFile,
        random,
    },
    ui::{State, spawn},
};

/// So many files and pictures that could not be taken are named.
const NAMED: usize = 200;

/// The import that goes on, or the last one.
#[derive(Clone, Copy)]
pub(super) struct Import {
    pub(super) phase: State<Phase>,
    pub(super) tally: State<Tally>,
    /// Files that are not begun yet.
    waiting: State<VecDeque<PickedFile>>,
    /// Counts the imports: one that was cancelled may still wait for the disk when the next one runs.
    runs: State<u32>,
}

/// One import, from its first file to its end.
#[derive(Clone, Copy)]
struct Run {
    import: Import,
    number: u32,
}

/// How far it is.
#[derive(Clone, PartialEq)]
pub(super) enum Phase {
    Idle,
    /// This file is being read.
    Running {
        file: String,
    },
    Over(End),
}

/// How it ended.
#[derive(Clone, PartialEq)]
pub(super) enum End {
    Done,
    Cancelled,
    /// The database refused.
    Refused(Fault),
}

/// What came of the pictures so far.
#[derive(Clone, Default)]
pub(super) struct Tally {
    /// How many there are to look at, as far as is known.
    pub(super) total: usize,
    pub(super) new: usize,
    pub(super) here: usize,
    pub(super) damaged: usize,
    /// The first of those that could not be taken.
    pub(super) bad: Vec<(String, Bad)>,
    /// Backups without a readable inventory.
    pub(super) lost: Vec<String>,
}

impl Tally {
    pub(super) fn done(&self) -> usize {
        self.new + self.here + self.damaged
    }

    fn bad(&mut self, name: &str, bad: Bad) {
        self.damaged += 1;
        if self.bad.len() < NAMED {
            self.bad.push((name.to_owned(), bad));
        }
    }
}

/// Why a file or a picture could not be taken.
#[derive(Clone)]
pub(super) enum Bad {
    File(OpenError),
    Picture(Damage),
    /// The disk does not give it.
    Unreadable,
}

/// Why no more is taken.
enum Stop {
    Cancelled,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Import {
    pub(super) fn new() -> Self {
        Self {
            phase: State::new(Phase::Idle),
            tally: State::new(Tally::default()),
            waiting: State::new(VecDeque::new()),
            runs: State::new(0),
        }
    }

    pub(super) fn is_running(self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Running { .. }))
    }

    /// Takes these files in, after those that wait already.
    pub(super) fn start(self, files: Vec<PickedFile>) {
        if files.is_empty() {
            return;
        }
        let goes_on = self.goes_on();
        if !goes_on {
            self.tally.set(Tally::default());
        }
        self.tally.update(|tally| tally.total += files.len());
        self.waiting.quietly(|waiting| waiting.extend(files));
        if !goes_on {
            self.runs.update(|runs| *runs += 1);
            self.phase.set(Phase::Running { file: String::new() });
            spawn(Run { import: self, number: self.runs.get_untracked() }.run());
        }
    }

    /// Stops at the next picture.
    pub(super) fn cancel(self) {
        self.end(End::Cancelled);
    }

    /// What came of it has been read.
    pub(super) fn dismiss(self) {
        self.phase.set(Phase::Idle);
    }

    fn goes_on(self) -> bool {
        self.phase.peek(|phase| matches!(phase, Phase::Running { .. }))
    }

    fn end(self, end: End) {
        self.waiting.quietly(VecDeque::clear);
        hand_focus(&["cancel-import"], "close-import");
        self.phase.set(Phase::Over(end));
    }
}

impl Run {
    async fn run(self) {
        let end = match self.take_all().await {
            Ok(()) => End::Done,
            Err(Stop::Fault(fault)) => End::Refused(fault),
            Err(Stop::Cancelled) => End::Cancelled,
        };
        pictures_changed();
        // That it was cancelled was said when it was pressed.
        if self.goes_on() {
            self.import.end(end);
        }
    }

    fn goes_on(self) -> bool {
        self.import.goes_on() && self.import.runs.get_untracked() == self.number
    }

    fn count(self, change: impl FnOnce(&mut Tally)) {
        if self.goes_on() {
            self.import.tally.update(change);
        }
    }

    async fn take_all(self) -> Result<(), Stop> {
        let database = shelf::database().await?;
        let mut shelf = Shelf::new(database).await?;
        loop {
            let mut next = None;
            self.import.waiting.quietly(|waiting| next = waiting.pop_front());
            let Some(file) = next else { return Ok(()) };
            self.check()?;
            self.import.phase.set(Phase::Running { file: file.name() });
            match file.piece(0, file.size().min(2)).await {
                None => self.count(|tally| tally.bad(&file.name(), Bad::Unreadable)),
                Some(head) if head == b"PK" => self.take_archive(&file, &mut shelf).await?,
                Some(_) => self.take_loose(&file, &mut shelf).await?,
            }
        }
    }

    fn check(self) -> Result<(), Stop> {
        if self.goes_on() { Ok(()) } else { Err(Stop::Cancelled) }
    }

    async fn take_loose(self, file: &PickedFile, shelf: &mut Shelf) -> Result<(), Stop> {
        let name = file.name();
        if file.size() > PICTURE_BYTES {
            let too_big = Damage::TooBig { bytes: file.size(), limit: PICTURE_BYTES };
            self.count(|tally| tally.bad(&name, Bad::Picture(too_big)));
            return Ok(());
        }
        let restored = match file.whole().await {
            None => Err(Bad::Unreadable),
            Some(bytes) => loose(bytes, file.modified()).map_err(|damage| match damage {
                // It begins as nothing that is known: more than that need not be said.
                Damage::NotAPicture => Bad::File(OpenError::NotAnArchive),
                damage => Bad::Picture(damage),
            }),
        };
        self.take(&name, restored, shelf).await
    }

    async fn take_archive(self, file: &PickedFile, shelf: &mut Shelf) -> Result<(), Stop> {
        let pieces = Pieces::new(file.size());
        let opened = loop {
            self.check()?;
            let opened = open(pieces.clone(), &Limits::default());
            let Err(OpenError::Missing(range)) = &opened else { break opened.map_err(Bad::File) };
            if !fetch(file, &pieces, range).await {
                break Err(Bad::Unreadable);
            }
        };
        let mut backup = match opened {
            Ok(backup) => backup,
            Err(bad) => {
                self.count(|tally| tally.bad(&file.name(), bad));
                return Ok(());
            }
        };
        let plan = backup.plan(|hash| shelf.hashes.contains(hash));
        self.count(|tally| {
            // The file itself was counted as one.
            tally.total = (tally.total + backup.len()).saturating_sub(1);
            tally.here += plan.here;
            for damaged in plan.damaged {
                tally.bad(&damaged.name, Bad::Picture(damaged.damage));
            }
            if backup.inventory_lost() {
                tally.lost.push(file.name());
            }
        });
        for index in plan.new {
            let restored = self.read(file, &pieces, &mut backup, index).await?;
            let name = backup.name(index).to_owned();
            pieces.let_go();
            self.take(&name, restored, shelf).await?;
        }
        Ok(())
    }

    async fn read(
        self,
        file: &PickedFile,
        pieces: &Pieces,
        backup: &mut Backup<Pieces>,
        index: usize,
    ) -> Result<Result<Restored, Bad>, Stop> {
        loop {
            self.check()?;
            let restored = backup.picture(index);
            let Err(Damage::Missing(range)) = &restored else { return Ok(restored.map_err(Bad::Picture)) };
            if !fetch(file, pieces, range).await {
                return Ok(Err(Bad::Unreadable));
            }
        }
    }

    async fn take(self, name: &str, restored: Result<Restored, Bad>, shelf: &mut Shelf) -> Result<(), Stop> {
        self.check()?;
        match restored {
            Err(bad) => self.count(|tally| tally.bad(name, bad)),
            Ok(restored) if shelf.take_in(&restored).await? => self.count(|tally| tally.new += 1),
            Ok(_) => self.count(|tally| tally.here += 1),
        }
        clock::breathe().await;
        Ok(())
    }
}

async fn fetch(file: &PickedFile, pieces: &Pieces, range: &Range<u64>) -> bool {
    let bytes = file.piece(range.start, range.end).await;
    bytes.is_some_and(|bytes| {
        pieces.fill(range.start, bytes);
        true
    })
}

/// The library, as an import has to know it.
struct Shelf {
    database: Database,
    hashes: HashSet<String>,
    /// Pictures whose hash nobody has reckoned yet, by their size: only one of the same size can be the same picture.
    unhashed: HashMap<u64, Vec<String>>,
}

impl Shelf {
    async fn new(database: Database) -> Result<Self, Fault> {
        let (mut hashes, mut unhashed) = (HashSet::new(), HashMap::<u64, Vec<String>>::new());
        for entry in database.all_entries().await? {
            if entry.hash.is_empty() {
                unhashed.entry(entry.size).or_default().push(entry.id);
            } else {
                hashes.insert(entry.hash);
            }
        }
        Ok(Self { database, hashes, unhashed })
    }

    /// Stores a picture if it is not here. Says whether it was new.
    async fn take_in(&mut self, restored: &Restored) -> Result<bool, Fault> {
        let hash = &restored.entry.hash;
        for id in self.unhashed.remove(&restored.entry.size).unwrap_or_default() {
            if let Some(bytes) = shelf::bytes(&self.database, &id).await? {
                let hash = sha256(&bytes);
                self.database.set_hash(&id, &hash).await?;
                self.hashes.insert(hash);
            }
        }
        if !self.hashes.insert(hash.clone()) {
            return Ok(false);
        }
        self.database.take_in(&restored.entry, &restored.bytes, &random::id()).await
    }
}
