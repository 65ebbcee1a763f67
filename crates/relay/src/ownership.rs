//! Whose is what: which task belongs to whom, and how much somebody has had made.
//!
//! In the memory of this process. Everything is asked through `async` functions that may fail to find, so that a store
//! which several relays share can take its place.

use crate::people::Caller;
use crate::refusal::Refusal;
use fusionbrain::TaskId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// So long a task is remembered. The service itself keeps a result for minutes.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// A picture that is not there by then does not come any more, and takes nobody's place.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Once in so many runs the old tasks are forgotten.
const SWEEP: usize = 256;

/// When to try again with all places taken: about the time of one picture.
const A_PICTURE: u64 = 10;

const A_DAY: u64 = 24 * 60 * 60;

/// The memory of it. Cheap to clone: all clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Ownership(Arc<Mutex<Book>>);

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
    ended: bool,
}

impl Ownership {
    /// Counts a run of today and takes a place for it.
    ///
    /// # Errors
    /// 429 when there is no run left today, or no place.
    pub(crate) async fn start(&self, caller: &Caller) -> Result<Starting, Refusal> {
        let (day, until_tomorrow) = today();
        let allowance = caller.allowance();
        let mut book = self.book();
        book.runs += 1;
        if book.runs.is_multiple_of(SWEEP) {
            book.sweep(day);
        }
        let account = book.account(caller.id(), day);
        if let Some(most) = allowance.runs_a_day.filter(|most| account.used >= *most) {
            return Err(Refusal::too_many(
                format!("All {most} runs of today have been used."),
                until_tomorrow,
            ));
        }
        account.open.retain(|_, since| since.elapsed() < LONGEST);
        let busy = account.open.len() + account.starting as usize;
        if let Some(most) = allowance.at_once.filter(|most| busy >= *most as usize) {
            return Err(Refusal::too_many(
                format!(
                    "{busy} pictures are being made for you, which is as many as you may have at once ({most})."
                ),
                A_PICTURE,
            ));
        }
        account.used += 1;
        account.starting += 1;
        Ok(Starting { ownership: self.clone(), owner: caller.id().to_owned(), day, ended: false })
    }

    /// Whether this task was started by this caller. A relay without people does not ask.
    pub(crate) async fn owns(&self, caller: &Caller, task: &TaskId) -> bool {
        caller.is_anyone() || self.book().tasks.get(task).is_some_and(|known| known.owner == caller.id())
    }

    /// The task's final answer has been had, or it is gone: its place is free.
    pub(crate) async fn over(&self, task: &TaskId) {
        self.over_now(task);
    }

    /// The same for those who cannot wait.
    pub(crate) fn over_now(&self, task: &TaskId) {
        let mut book = self.book();
        let Some(known) = book.tasks.get_mut(task).filter(|known| !known.over) else { return };
        known.over = true;
        let owner = known.owner.clone();
        if let Some(account) = book.accounts.get_mut(&owner) {
            account.open.remove(task);
        }
    }

    /// How many runs this caller has left today; `None` is no limit.
    pub(crate) async fn runs_left(&self, caller: &Caller) -> Option<u32> {
        let most = caller.allowance().runs_a_day?;
        let (day, _) = today();
        let mut book = self.book();
        Some(most.saturating_sub(book.account(caller.id(), day).used))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
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
        if !self.ended {
            let mut book = self.ownership.book();
            let account = book.accounts.entry(self.owner.clone()).or_default();
            account.starting = account.starting.saturating_sub(1);
        }
    }
}

/// The day since 1970, and how many seconds of it are left.
fn today() -> (u64, u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    (now / A_DAY, A_DAY - now % A_DAY)
}
