//! What happened, for tests and for authors of bots.

use serde::Serialize;

/// How many entries are kept; older ones go.
const KEPT: usize = 10_000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// When, on the clock of the requests, in milliseconds.
    pub at_ms: u64,
    /// The task; empty for a refused run, which has none.
    pub uuid: String,
    /// What.
    pub event: Event,
    /// How many status answers for this task are on their way at that moment, this one included.
    pub concurrent_polls: u32,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A run was accepted.
    Run,
    /// A status was asked for, of a task that is there or not.
    Poll,
    /// A task became final.
    Ready,
    /// The final answer was handed out; the task is gone.
    Delivered,
    /// Nobody fetched the result in time; the task is gone.
    Expired,
    /// A run started no task.
    Refused,
}

/// The last entries.
#[derive(Debug, Default)]
pub(crate) struct Log(Vec<LogEntry>);

impl Log {
    pub(crate) fn add(&mut self, at_ms: u64, uuid: &str, event: Event, concurrent_polls: u32) {
        // Dropped in one go now and then, so that adding stays cheap and the rest stays one slice.
        if self.0.len() >= KEPT * 2 {
            self.0.drain(..KEPT);
        }
        self.0.push(LogEntry { at_ms, uuid: uuid.to_owned(), event, concurrent_polls });
    }

    pub(crate) fn last(&self) -> &[LogEntry] {
        &self.0[self.0.len().saturating_sub(KEPT)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_ten_thousand_entries_are_kept() {
        let mut log = Log::default();
        for at in 0..35_000 {
            log.add(at, "", Event::Poll, 1);
        }
        assert_eq!(log.last().len(), KEPT);
        assert_eq!(log.last()[0].at_ms, 25_000);
        assert_eq!(log.last()[KEPT - 1].at_ms, 34_999);
    }
}
