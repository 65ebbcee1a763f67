//! What this relay holds by itself: in memory, or on its disk.

use crate::hold::disk::Disk;
use crate::hold::index::{Index, Place};
use crate::hold::kept::Kept;
use crate::hold::owner::Owner;
use crate::hold::settings::HoldSettings;
use crate::hold::store::{OWNED, StoreError, Task, milliseconds, now};
use crate::settings::StartError;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tracing::error;

/// An index in memory, and the disk that outlives it if there is one.
pub(crate) struct Shelf {
    index: Mutex<Index>,
    disk: Option<Disk>,
    keep_ms: u64,
}

impl Shelf {
    pub(crate) fn in_memory(settings: &HoldSettings) -> Arc<Self> {
        Self::swept(settings, Index::new(settings.bytes), None)
    }

    pub(crate) fn on_disk(settings: &HoldSettings, folder: &Path) -> Result<Arc<Self>, StartError> {
        let mut index = Index::new(settings.bytes);
        let disk = Disk::open(folder, &mut index)
            .map_err(|why| StartError::Store(format!("the hold folder {}: {why}", folder.display())))?;
        Ok(Self::swept(settings, index, Some(disk)))
    }

    /// Has what is over swept out while nobody comes.
    fn swept(settings: &HoldSettings, index: Index, disk: Option<Disk>) -> Arc<Self> {
        let shelf = Arc::new(Self { index: Mutex::new(index), disk, keep_ms: milliseconds(settings.keep) });
        let pause = (settings.keep / 10).clamp(Duration::from_millis(50), Duration::from_secs(10));
        tokio::spawn(sweep(Arc::downgrade(&shelf), pause));
        shelf
    }

    fn expire(&self) {
        let gone = self.index().expire(now());
        if let Some(disk) = &self.disk
            && !(gone.answers.is_empty() && gone.tasks.is_empty())
        {
            disk.remove_later(gone.answers, gone.tasks);
        }
    }

    pub(crate) async fn own(&self, uuid: &str, task: &Task) -> Result<(), StoreError> {
        let forget_at = now().saturating_add(milliseconds(OWNED));
        self.index().own(uuid, task.clone(), forget_at);
        match &self.disk {
            Some(disk) => disk.own(uuid, task, forget_at).await,
            None => Ok(()),
        }
    }

    pub(crate) fn task(&self, uuid: &str) -> Option<Task> {
        self.expire();
        self.index().task(uuid).cloned()
    }

    pub(crate) fn holds(&self, uuid: &str) -> bool {
        self.expire();
        self.index().holds(uuid)
    }

    pub(crate) async fn answer(&self, uuid: &str) -> Result<Option<Kept>, StoreError> {
        self.expire();
        let place = self.index().answer(uuid);
        match (place, &self.disk) {
            (Place::Here(answer), _) => Ok(Some(answer)),
            (Place::OnDisk, Some(disk)) => disk.answer(uuid).await,
            _ => Ok(None),
        }
    }

    pub(crate) async fn keep(&self, uuid: &str, owner: &Owner, answer: &Kept) -> Result<bool, StoreError> {
        self.expire();
        let until = now().saturating_add(self.keep_ms);
        let Some(gone) = self.index().keep(uuid, owner, answer.clone(), until) else { return Ok(false) };
        if let Some(disk) = &self.disk {
            if !gone.is_empty() {
                disk.remove_later(gone, Vec::new());
            }
            match disk.keep(uuid, owner, answer, until).await {
                Ok(()) => self.index().stored(uuid),
                // It is held all the same, in memory.
                Err(error) => {
                    error!(%error, "an answer could not be written to disk: a restart would lose it");
                }
            }
        }
        Ok(true)
    }

    /// What was just kept, from the disk; `None` where there is none, or it is not there.
    pub(crate) async fn lighter(&self, uuid: &str) -> Option<Kept> {
        match self.index().answer(uuid) {
            Place::OnDisk => {}
            Place::Here(_) | Place::Nowhere => return None,
        }
        self.disk.as_ref()?.answer(uuid).await.ok().flatten()
    }

    pub(crate) fn used(&self) -> u64 {
        self.expire();
        self.index().used()
    }

    pub(crate) fn sent(&self, uuid: &str) {
        self.index().sent(uuid);
    }

    pub(crate) async fn release(&self, uuid: &str) -> Result<(), StoreError> {
        let was_here = self.index().release(uuid);
        match &self.disk {
            Some(disk) if was_here => disk.remove(vec![uuid.to_owned()]).await,
            _ => Ok(()),
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // A panic in one request must not answer all later ones with 500.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn sweep(shelf: Weak<Shelf>, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        let Some(shelf) = shelf.upgrade() else { return };
        shelf.expire();
    }
}
