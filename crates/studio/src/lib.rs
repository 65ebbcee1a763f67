//! The app's thinking, without I/O.
//!
//! [`Job`] is the life of one run: `job.on(event, now)` moves it and says what the outside world shall do next
//! ([`Action`]). The shell, a browser tab or a test, performs the actions and feeds what came of them back as events.
//! [`schedule`] knows when to ask the service, [`Learned`] how long it usually takes.
//!
//! Times are milliseconds of the caller's clock (since any fixed point); this crate never reads a clock.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod job;
mod learned;
pub mod schedule;

pub use job::{Action, Event, Failure, Job, Phase, PictureFacts, Trouble, Watch};
pub use learned::Learned;

/// Milliseconds since a fixed point of the caller's choice.
pub type Ms = u64;
