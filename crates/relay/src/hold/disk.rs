//! The file on disk behind what this relay holds (docs/decisions/0016).
//!
//! One thread writes. What came while it was writing goes together into the next transaction: to be sure of the disk
//! takes milliseconds, and for many answers hardly longer than for one.

use crate::hold::index::Index;
use crate::hold::kept::Kept;
use crate::hold::owner::Owner;
use crate::hold::readers::Readers;
use crate::hold::store::{StoreError, Task, now};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use redb::{
    Database, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction,
};
use std::error::Error;
use std::fmt;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::sync::oneshot;
use tracing::error;

/// By uuid: owner, not before, forget at.
const TASKS: TableDefinition<'_, &str, (&str, u64, u64)> = TableDefinition::new("tasks");
/// By uuid: status, content type, content encoding, until, size.
const HEADS: TableDefinition<'_, &str, (u16, &str, &str, u64, u64)> = TableDefinition::new("heads");
/// By uuid and number: the body, in pieces. Apart from its head, so that a start need not read all pictures.
const PIECES: TableDefinition<'_, (&str, u32), &[u8]> = TableDefinition::new("pieces");
/// As bodies were stored at first: in one piece.
const BODIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("bodies");

/// The length of a piece, in bytes: with what the database writes beside it, it fits into a page of 64 KiB. Pages of the
/// size of a picture would be kept by the allocator, some in each of its arenas, and a piece is all that a client who reads
/// slowly keeps in memory.
const PIECE: usize = 60 * 1024;

/// What the database may keep in memory. Answers are read once or twice; the system's own cache does for that.
const CACHE: usize = 8 * 1024 * 1024;

/// Most changes in one transaction, and about how many bytes: until it is done, all of them are in memory once more.
const TOGETHER: usize = 64;
const BYTES_TOGETHER: usize = 4 * 1024 * 1024;

type Failure = Box<dyn Error + Send + Sync>;

enum Change {
    Own { uuid: String, task: Task, forget_at: u64 },
    Keep { uuid: String, owner: Owner, answer: Kept, until: u64 },
    Remove { answers: Vec<String>, tasks: Vec<String> },
}

/// A change, and who wants to know when it is on disk.
type Asked = (Change, Option<oneshot::Sender<Result<(), String>>>);

pub(crate) struct Disk {
    /// `None` only while it is closed.
    changes: Option<Sender<Asked>>,
    writer: Option<JoinHandle<()>>,
    readers: Readers,
    database: Arc<Shut>,
}

/// The database, until it is closed: a read that is still going on must not keep the file from the next relay.
struct Shut(RwLock<Option<Database>>);

impl Disk {
    /// Opens or makes the file in `folder`, and puts all that it has into `index`.
    pub(crate) fn open(folder: &Path, index: &mut Index) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let file = folder.join("held.redb");
        let database = Database::builder().set_cache_size(CACHE).create(&file)?;
        only_mine(&file)?;
        let begun = database.begin_write()?;
        {
            let tasks = begun.open_table(TASKS)?;
            for row in tasks.iter()? {
                let (uuid, value) = row?;
                let (owner, not_before, forget_at) = value.value();
                let task = Task { owner: Owner::stored(owner.to_owned()), not_before };
                index.own(uuid.value(), task, forget_at);
            }
            let heads = begun.open_table(HEADS)?;
            for row in heads.iter()? {
                let (uuid, value) = row?;
                let (_, _, _, until, size) = value.value();
                index.found(uuid.value(), size, until);
            }
            in_pieces(&begun)?;
        }
        begun.commit()?;
        let database = Arc::new(Shut(RwLock::new(Some(database))));
        let (changes, asked) = channel();
        let written = Arc::clone(&database);
        let writer =
            std::thread::Builder::new().name("held".to_owned()).spawn(move || write(&written, &asked))?;
        let disk = Self { changes: Some(changes), writer: Some(writer), readers: Readers::new()?, database };
        // What ended while no relay was running.
        let gone = index.expire(now());
        disk.remove_later(gone.answers, gone.tasks);
        Ok(disk)
    }

    pub(crate) async fn own(&self, uuid: &str, task: &Task, forget_at: u64) -> Result<(), StoreError> {
        self.done(Change::Own { uuid: uuid.to_owned(), task: task.clone(), forget_at }).await
    }

    pub(crate) async fn keep(
        &self,
        uuid: &str,
        owner: &Owner,
        answer: &Kept,
        until: u64,
    ) -> Result<(), StoreError> {
        let (uuid, owner, answer) = (uuid.to_owned(), owner.clone(), answer.clone());
        self.done(Change::Keep { uuid, owner, answer, until }).await
    }

    pub(crate) async fn remove(&self, answers: Vec<String>) -> Result<(), StoreError> {
        self.done(Change::Remove { answers, tasks: Vec::new() }).await
    }

    /// Nobody waits for it: until it is done, the index knows better.
    pub(crate) fn remove_later(&self, answers: Vec<String>, tasks: Vec<String>) {
        if let Some(changes) = &self.changes {
            // Refused only when the thread is gone, and then it has said why.
            let _ = changes.send((Change::Remove { answers, tasks }, None));
        }
    }

    pub(crate) async fn answer(&self, uuid: &str) -> Result<Option<Kept>, StoreError> {
        let body = OnDisk {
            readers: self.readers.clone(),
            database: Arc::clone(&self.database),
            uuid: uuid.into(),
            length: 0,
        };
        reading(&body, head).await
    }

    async fn done(&self, change: Change) -> Result<(), StoreError> {
        let gone = || StoreError("the disk's writer is gone".to_owned());
        let (tell, told) = oneshot::channel();
        self.changes.as_ref().ok_or_else(gone)?.send((change, Some(tell))).map_err(|_| gone())?;
        told.await.map_err(|_| gone())?.map_err(StoreError)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What was asked for is still written; then the file is free for the next relay.
        self.changes = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
        *self.database.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Pictures and whose they are: for nobody else on this machine.
#[cfg(unix)]
fn only_mine(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn only_mine(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn write(database: &Shut, asked: &Receiver<Asked>) {
    while let Ok(first) = asked.recv() {
        let mut bytes = size(&first.0);
        let mut changes = vec![first];
        while changes.len() < TOGETHER
            && bytes < BYTES_TOGETHER
            && let Ok(next) = asked.try_recv()
        {
            bytes += size(&next.0);
            changes.push(next);
        }
        let (changes, tell): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let done = commit(database, &changes).map_err(|why| why.to_string());
        if let Err(why) = &done {
            error!(%why, "the hold file could not be written");
        }
        for tell in tell.into_iter().flatten() {
            // Who asked may be gone.
            let _ = tell.send(done.clone());
        }
    }
}

fn size(change: &Change) -> usize {
    if let Change::Keep { answer, .. } = change { answer.body.len() } else { 0 }
}

fn commit(database: &Shut, changes: &[Change]) -> Result<(), Failure> {
    let database = database.0.read().unwrap_or_else(PoisonError::into_inner);
    let begun = database.as_ref().ok_or("it is closed")?.begin_write()?;
    {
        let mut tasks = begun.open_table(TASKS)?;
        let mut heads = begun.open_table(HEADS)?;
        let mut pieces = begun.open_table(PIECES)?;
        for change in changes {
            match change {
                Change::Own { uuid, task, forget_at } => {
                    tasks.insert(uuid.as_str(), (task.owner.as_str(), task.not_before, *forget_at))?;
                }
                Change::Keep { uuid, owner, answer, until } => {
                    tasks.insert(uuid.as_str(), (owner.as_str(), 0, *until))?;
                    let [kind, encoding] = answer.stored_headers();
                    let size = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
                    heads.insert(uuid.as_str(), (answer.status.as_u16(), kind, encoding, *until, size))?;
                    remove_pieces(&mut pieces, uuid)?;
                    for (number, piece) in (0..).zip(answer.body.chunks(PIECE)) {
                        pieces.insert((uuid.as_str(), number), piece)?;
                    }
                }
                Change::Remove { answers, tasks: forgotten } => {
                    for uuid in answers {
                        heads.remove(uuid.as_str())?;
                        remove_pieces(&mut pieces, uuid)?;
                    }
                    for uuid in forgotten {
                        tasks.remove(uuid.as_str())?;
                    }
                }
            }
        }
    }
    begun.commit()?;
    Ok(())
}

fn remove_pieces(pieces: &mut Table<'_, (&str, u32), &[u8]>, uuid: &str) -> Result<(), Failure> {
    let mut number = 0;
    while pieces.remove((uuid, number))?.is_some() {
        number += 1;
    }
    Ok(())
}

/// What a relay from before has left, in pieces.
fn in_pieces(begun: &WriteTransaction) -> Result<(), Failure> {
    let mut pieces = begun.open_table(PIECES)?;
    {
        let bodies = begun.open_table(BODIES)?;
        for row in bodies.iter()? {
            let (uuid, body) = row?;
            for (number, piece) in (0..).zip(body.value().chunks(PIECE)) {
                pieces.insert((uuid.value(), number), piece)?;
            }
        }
    }
    begun.delete_table(BODIES)?;
    Ok(())
}

/// A body on disk, to be read piece by piece.
#[derive(Clone)]
pub(crate) struct OnDisk {
    readers: Readers,
    database: Arc<Shut>,
    uuid: Arc<str>,
    length: u64,
}

impl fmt::Debug for OnDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnDisk").field("length", &self.length).finish_non_exhaustive()
    }
}

impl OnDisk {
    /// In bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The whole body. `sent` is called when its last piece was taken. When the answer goes meanwhile (its time is up, or its
    /// owner has acknowledged it) the body breaks off.
    pub(crate) fn pieces(
        self,
        sent: impl FnOnce() + Send + 'static,
    ) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
        let state = (self, 0_u32, 0_u64, Some(sent));
        stream::unfold(state, async |(body, number, so_far, mut sent)| {
            if so_far >= body.length {
                return None;
            }
            let gone = || StoreError("an answer went while it was read".to_owned());
            let read = reading(&body, move |begun, body| piece(begun, body, number)).await;
            let piece = match read.and_then(|piece| piece.filter(|piece| !piece.is_empty()).ok_or_else(gone))
            {
                Ok(piece) => piece,
                // Nothing follows a failure.
                Err(error) => return Some((Err(error), (body, number, u64::MAX, None))),
            };
            let so_far = so_far + piece.len() as u64;
            if so_far >= body.length
                && let Some(sent) = sent.take()
            {
                sent();
            }
            Some((Ok(piece), (body, number + 1, so_far, sent)))
        })
    }
}

/// Reads in a thread, a few at a time.
async fn reading<T: Send + 'static>(
    body: &OnDisk,
    read: impl FnOnce(&ReadTransaction, &OnDisk) -> Result<Option<T>, Failure> + Send + 'static,
) -> Result<Option<T>, StoreError> {
    let this = body.clone();
    let read = body.readers.read(move || {
        let database = this.database.0.read().unwrap_or_else(PoisonError::into_inner);
        let begun = database.as_ref().ok_or("it is closed")?.begin_read()?;
        read(&begun, &this)
    });
    let broken = || StoreError("the read broke down".to_owned());
    read.await.ok_or_else(broken)?.map_err(|why: Failure| StoreError(why.to_string()))
}

fn head(begun: &ReadTransaction, body: &OnDisk) -> Result<Option<Kept>, Failure> {
    let heads = begun.open_table(HEADS)?;
    let Some(head) = heads.get(&*body.uuid)? else { return Ok(None) };
    let (status, kind, encoding, _, length) = head.value();
    Ok(Some(Kept::on_disk(status, kind, encoding, OnDisk { length, ..body.clone() })))
}

fn piece(begun: &ReadTransaction, body: &OnDisk, number: u32) -> Result<Option<Bytes>, Failure> {
    let pieces = begun.open_table(PIECES)?;
    Ok(pieces.get((&*body.uuid, number))?.map(|piece| Bytes::copy_from_slice(piece.value())))
}

#[cfg(test)]
mod tests {
    use super::{BODIES, Disk, HEADS, PIECE, TASKS};
    use crate::hold::index::Index;
    use http_body_util::BodyExt;
    use redb::Database;

    #[tokio::test]
    async fn what_an_earlier_relay_held_in_one_piece_is_read_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let picture: Vec<u8> = (0..3 * PIECE + 17).map(|n| (n % 251) as u8).collect();
        let until = u64::MAX;
        {
            let database = Database::create(folder.path().join("held.redb")).unwrap();
            let begun = database.begin_write().unwrap();
            begun.open_table(TASKS).unwrap().insert("a", ("me", 0, until)).unwrap();
            let size = picture.len() as u64;
            let head = (200, "application/json", "", until, size);
            begun.open_table(HEADS).unwrap().insert("a", head).unwrap();
            begun.open_table(BODIES).unwrap().insert("a", &picture[..]).unwrap();
            begun.commit().unwrap();
        }
        let mut index = Index::new(1 << 30);
        let disk = Disk::open(folder.path(), &mut index).unwrap();
        assert_eq!(index.used(), picture.len() as u64);
        let answer = disk.answer("a").await.unwrap().unwrap();
        let body = answer.response(|| {}).into_body().collect().await.unwrap().to_bytes();
        assert!(body == picture, "{} bytes", body.len());
        disk.remove(vec!["a".to_owned()]).await.unwrap();
        assert!(disk.answer("a").await.unwrap().is_none());
        // Who was in the middle of it sees it break off.
        assert!(answer.response(|| {}).into_body().collect().await.is_err());
    }
}
