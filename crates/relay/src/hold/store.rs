//! Where tasks and held answers are: in this relay, or in a redis that it shares with others.

use crate::hold::accounts::Accounts;
use crate::hold::kept::Kept;
use crate::hold::owner::Owner;
use crate::hold::settings::{HoldPlace, HoldSettings};
use crate::hold::shared::Shared;
use crate::hold::shelf::Shelf;
use crate::settings::StartError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long it is known whose a task is that does not become final. The service has forgotten its tasks long before.
pub(crate) const OWNED: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of a run that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) owner: Owner,
    /// Before this time (milliseconds since 1970) a question upstream makes no sense: its `status_time`.
    pub(crate) not_before: u64,
}

/// Who asks upstream for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Whoever claimed, until it is given back or not renewed in time.
    Mine,
    /// Another relay, at this moment.
    Theirs,
    /// Nobody any more: the final answer is here.
    Held,
}

/// The store cannot do its work. What is wrong is for the operator, and holds no uuid.
#[derive(Debug)]
pub(crate) struct StoreError(pub(crate) String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// Tasks, answers, and whose turn it is.
pub(crate) enum Store {
    Own(Arc<Shelf>),
    Shared(Box<Shared>),
}

impl Store {
    pub(crate) fn open(settings: &HoldSettings) -> Result<Self, StartError> {
        Ok(match &settings.place {
            HoldPlace::Memory => Self::Own(Shelf::in_memory(settings)),
            HoldPlace::Folder(folder) => Self::Own(Shelf::on_disk(settings, folder)?),
            HoldPlace::Redis(url) => Self::Shared(Box::new(Shared::new(settings, url)?)),
        })
    }

    /// The accounts of people, where they are shared.
    pub(crate) fn accounts(&self) -> Option<Accounts> {
        match self {
            Self::Own(_) => None,
            Self::Shared(shared) => Some(shared.accounts()),
        }
    }

    /// Whether it works at this moment.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Own(_) => Ok(()),
            Self::Shared(shared) => shared.ready().await,
        }
    }

    /// Remembers whose a task is. Done, it outlives what the store outlives.
    pub(crate) async fn own(&self, uuid: &str, task: &Task) -> Result<(), StoreError> {
        match self {
            Self::Own(shelf) => shelf.own(uuid, task).await,
            Self::Shared(shared) => shared.own(uuid, task).await,
        }
    }

    pub(crate) async fn task(&self, uuid: &str) -> Result<Option<Task>, StoreError> {
        match self {
            Self::Own(shelf) => Ok(shelf.task(uuid)),
            Self::Shared(shared) => shared.task(uuid).await,
        }
    }

    /// The answer that is held, if there is one.
    pub(crate) async fn answer(&self, uuid: &str) -> Result<Option<Kept>, StoreError> {
        match self {
            Self::Own(shelf) => shelf.answer(uuid).await,
            Self::Shared(shared) => shared.answer(uuid).await,
        }
    }

    /// Holds an answer. `false` when there is no room for it.
    pub(crate) async fn keep(&self, uuid: &str, owner: &Owner, answer: &Kept) -> Result<bool, StoreError> {
        match self {
            Self::Own(shelf) => shelf.keep(uuid, owner, answer).await,
            Self::Shared(shared) => shared.keep(uuid, owner, answer).await,
        }
    }

    /// What was just kept, as something that takes no memory while it is told; `None` when this store has no such thing.
    pub(crate) async fn lighter(&self, uuid: &str) -> Option<Kept> {
        match self {
            Self::Own(shelf) => shelf.lighter(uuid).await,
            Self::Shared(_) => None,
        }
    }

    /// The answer was handed over whole: when room is needed, it goes first.
    pub(crate) async fn sent(&self, uuid: &str) -> Result<(), StoreError> {
        match self {
            Self::Own(shelf) => {
                shelf.sent(uuid);
                Ok(())
            }
            Self::Shared(shared) => shared.sent(uuid).await,
        }
    }

    /// Drops an answer.
    pub(crate) async fn release(&self, uuid: &str) -> Result<(), StoreError> {
        match self {
            Self::Own(shelf) => shelf.release(uuid).await,
            Self::Shared(shared) => shared.release(uuid).await,
        }
    }

    /// How many bytes of answers are held.
    pub(crate) async fn used(&self) -> Result<u64, StoreError> {
        match self {
            Self::Own(shelf) => Ok(shelf.used()),
            Self::Shared(shared) => shared.used().await,
        }
    }

    pub(crate) async fn claim(&self, uuid: &str, flight: u64) -> Result<Claim, StoreError> {
        match self {
            // Within one relay there is one flight a task: it is always that one's turn.
            Self::Own(shelf) => Ok(if shelf.holds(uuid) { Claim::Held } else { Claim::Mine }),
            Self::Shared(shared) => shared.claim(uuid, flight).await,
        }
    }

    pub(crate) async fn renew(&self, uuid: &str, flight: u64) -> Result<(), StoreError> {
        match self {
            Self::Own(_) => Ok(()),
            Self::Shared(shared) => shared.renew(uuid, flight).await,
        }
    }

    pub(crate) async fn give_back(&self, uuid: &str, flight: u64) -> Result<(), StoreError> {
        match self {
            Self::Own(_) => Ok(()),
            Self::Shared(shared) => shared.give_back(uuid, flight).await,
        }
    }
}

/// Milliseconds since 1970, by this machine's clock.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
