//! Whose is what: which task belongs to whom, and how much somebody has had made.
//!
//! In the memory of this process. Where several relays share a store, the accounts are there instead, and so is whose a task
//! is (`hold`).

use crate::hold::{Accounts, StoreError, Verdict};
use crate::people::Caller;
use crate::refusal::Refusal;
use axum::http::StatusCode;
use fusionbrain::TaskId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tracing::error;

/// So long a task is remembered. The service itself keeps a result for minutes.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// A picture that is not there by then does not come any more, and takes nobody's place.
pub(crate) const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Once in so many runs the old tasks are forgotten.
const SWEEP: usize = 256;

/// When to try again with all places taken: about the time of one picture.
const A_PICTURE: u64 = 10;

const A_DAY: u64 = 24 * 60 * 60;

/// The memory of it. Cheap to clone: all clones are the same one.
#[derive(Clone)]
pub(crate) struct Ownership {
    book: Arc<Mutex<Book>>,
    /// The accounts of all relays that share a store.
    shared: Option<Arc<Accounts>>,
}

#[derive(Default)]
struct Book {
    tasks: HashMap<TaskId, Task>,
    accounts: HashMap<String, Account>,
    runs: usize,
}

struct Task {
    owner: String,
    since: Instant,
    /// Its place has been given back.
    over: bool,
}

/// What one caller has had.
#[derive(Default)]
struct Account {
    /// Days since 1970 (UTC).
    day: u64,
    /// Runs on that day.
    used: u32,
    /// Runs whose answer is not there yet.
    starting: u32,
    /// Tasks that are under way, and since when.
    open: HashMap<TaskId, Instant>,
}

/// A run that is being started: it counts already. Dropped without a word it stays spent, because nobody knows what
/// became of it, but takes no place any more.
pub(crate) struct Starting {
    ownership: Ownership,
    owner: String,
    day: u64,
    /// What it is called until it has a task's name. No task is called so.
    ticket: String,
    ended: bool,
}

impl Ownership {
    /// Nobody has had anything yet, but what is known to the relays that share a store.
    pub(crate) fn new(shared: Option<Accounts>) -> Self {
        Self { book: Arc::default(), shared: shared.map(Arc::new) }
    }

    /// Counts a run of today and takes a place for it.
    ///
    /// # Errors
    /// 429 when there is no run left today, or no place; 503 when the store does not work.
    pub(crate) async fn start(&self, caller: &Caller) -> Result<Starting, Refusal> {
        let (day, until_tomorrow) = today();
        let allowance = caller.allowance();
        let (runs, at_once) = (allowance.runs_a_day, allowance.at_once);
        let ticket = format!("run:{:016x}", getrandom::u64().map_err(|_| no_randomness())?);
        let verdict = match &self.shared {
            Some(accounts) => {
                let started = accounts.start(caller.id(), day, &ticket, runs, at_once).await;
                started.map_err(|error| out_of_order(&error))?
            }
            None => self.book().start(caller.id(), day, runs, at_once),
        };
        match verdict {
            Verdict::Yes => {
                let owner = caller.id().to_owned();
                Ok(Starting { ownership: self.clone(), owner, day, ticket, ended: false })
            }
            Verdict::Spent => Err(Refusal::too_many(
                format!("All {} runs of today have been used.", runs.unwrap_or_default()),
                until_tomorrow,
            )),
            Verdict::Busy(busy) => Err(Refusal::too_many(
                format!(
                    "{busy} pictures are being made for you, which is as many as you may have at once ({}).",
                    at_once.unwrap_or_default()
                ),
                A_PICTURE,
            )),
        }
    }

    /// Whether this task was started by this caller. A relay without people does not ask.
    pub(crate) async fn owns(&self, caller: &Caller, task: &TaskId) -> bool {
        caller.is_anyone() || self.book().tasks.get(task).is_some_and(|known| known.owner == caller.id())
    }

    /// The task's final answer has been had, or it is gone: its place is free.
    pub(crate) fn over(&self, caller: &Caller, task: &TaskId) {
        if self.shared.is_some() {
            return self.forget_shared(caller.id().to_owned(), task.as_str().to_owned());
        }
        let mut book = self.book();
        let Some(known) = book.tasks.get_mut(task).filter(|known| !known.over) else { return };
        known.over = true;
        let owner = known.owner.clone();
        if let Some(account) = book.accounts.get_mut(&owner) {
            account.open.remove(task);
        }
    }

    /// Gives a place back to the others. Nobody waits for it: a place that is not given back is free after a while.
    fn forget_shared(&self, owner: String, name: String) {
        let (Some(accounts), Ok(runtime)) = (self.shared.clone(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            if let Err(error) = accounts.over(&owner, &name).await {
                error!(%error, "a place could not be given back");
            }
        });
    }

    /// How many runs this caller has left today; `None` is no limit.
    ///
    /// # Errors
    /// 503 when the store does not work.
    pub(crate) async fn runs_left(&self, caller: &Caller) -> Result<Option<u32>, Refusal> {
        let Some(most) = caller.allowance().runs_a_day else { return Ok(None) };
        let (day, _) = today();
        let used = match &self.shared {
            Some(accounts) => accounts.used(caller.id(), day).await.map_err(|error| out_of_order(&error))?,
            None => self.book().account(caller.id(), day).used,
        };
        Ok(Some(most.saturating_sub(used)))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn start(&mut self, owner: &str, day: u64, runs: Option<u32>, at_once: Option<u32>) -> Verdict {
        self.runs += 1;
        if self.runs.is_multiple_of(SWEEP) {
            self.sweep(day);
        }
        let account = self.account(owner, day);
        if runs.is_some_and(|most| account.used >= most) {
            return Verdict::Spent;
        }
        account.open.retain(|_, since| since.elapsed() < LONGEST);
        let busy = account.open.len() + account.starting as usize;
        if at_once.is_some_and(|most| busy >= most as usize) {
            return Verdict::Busy(busy);
        }
        account.used += 1;
        account.starting += 1;
        Verdict::Yes
    }

    /// The account as it stands on that day.
    fn account(&mut self, owner: &str, day: u64) -> &mut Account {
        let account = self.accounts.entry(owner.to_owned()).or_default();
        if account.day != day {
            account.day = day;
            account.used = 0;
        }
        account
    }

    fn sweep(&mut self, day: u64) {
        self.tasks.retain(|_, task| task.since.elapsed() < REMEMBERED);
        self.accounts.retain(|_, account| {
            account.open.retain(|_, since| since.elapsed() < LONGEST);
            account.day == day || account.starting > 0 || !account.open.is_empty()
        });
    }
}

impl Starting {
    /// The service took it: the task is the caller's from now on.
    pub(crate) async fn accepted(mut self, task: &TaskId) {
        self.ended = true;
        if let Some(accounts) = &self.ownership.shared {
            if let Err(error) = accounts.accepted(&self.owner, &self.ticket, task.as_str()).await {
                error!(%error, "a run's place is kept under another name");
            }
            return;
        }
        let mut book = self.ownership.book();
        let since = Instant::now();
        let account = book.accounts.entry(self.owner.clone()).or_default();
        account.starting = account.starting.saturating_sub(1);
        account.open.insert(task.clone(), since);
        book.tasks.insert(task.clone(), Task { owner: self.owner.clone(), since, over: false });
    }

    /// No run came of it: it does not count.
    pub(crate) async fn refused(mut self) {
        self.ended = true;
        if let Some(accounts) = &self.ownership.shared {
            if let Err(error) = accounts.refused(&self.owner, self.day, &self.ticket).await {
                error!(%error, "a run that came to nothing stays counted");
            }
            return;
        }
        let mut book = self.ownership.book();
        let account = book.accounts.entry(self.owner.clone()).or_default();
        account.starting = account.starting.saturating_sub(1);
        if account.day == self.day {
            account.used = account.used.saturating_sub(1);
        }
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if self.ownership.shared.is_some() {
            let (owner, ticket) = (std::mem::take(&mut self.owner), std::mem::take(&mut self.ticket));
            return self.ownership.forget_shared(owner, ticket);
        }
        let mut book = self.ownership.book();
        let account = book.accounts.entry(self.owner.clone()).or_default();
        account.starting = account.starting.saturating_sub(1);
    }
}

fn out_of_order(error: &StoreError) -> Refusal {
    error!(%error, "the store does not work");
    Refusal::store_broken()
}

fn no_randomness() -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "This machine has no random numbers to give.")
}

/// The day since 1970, and how many seconds of it are left.
fn today() -> (u64, u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    (now / A_DAY, A_DAY - now % A_DAY)
}
