//! The app's thinking, without I/O.
//!
//! [`Job`] is the life of one run: `job.on(event, now)` moves it and says what the outside world shall do next
//! ([`Action`]). The shell, a browser tab or a test, performs the actions and feeds what came of them back as events.
//! [`Tab`] is one tab's desk with all its jobs: it writes them down, shares them with other tabs, and lets [`queue`]
//! decide whose turn it is. [`record`] is a job as a text. [`schedule`] knows when to ask the service, [`Learned`] how
//! long it usually takes. [`prompt`] turns what was typed into the exact texts of runs. [`embed`] is what is said between
//! the app and a page that has it inside.
//!
//! Times are milliseconds of the caller's clock (since any fixed point); this crate never reads a clock.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod alike;
pub mod backup;
pub mod config;
pub mod embed;
mod job;
mod learned;
pub mod library;
pub mod metadata;
pub mod news;
pub mod prompt;
pub mod queue;
pub mod record;
pub mod schedule;
pub mod shortcuts;
mod tab;

pub use job::{
    Action, Event, Failure, Found, Job, NotFiled, Phase, PictureFacts, StorageFault, Trouble, Watch,
};
pub use learned::Learned;
pub use queue::Pause;
pub use record::RecordError;
pub use tab::{Command, Deed, Desk, Errand, Filing, Happening, Letter, NotWritten, Row, Tab, Word};

/// Milliseconds since a fixed point of the caller's choice.
pub type Ms = u64;
