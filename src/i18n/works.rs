//! What is said by what is loaded with the works: the queue's panel, comparing, notifications. Both programs may say it.

use fusionbrain::TextError;
use studio::Ms;

use super::language;

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    language().works()
}

/// Every text of one language.
pub struct Texts {
    // the panel's head
    pub queue: &'static str,
    /// How many are with the service, how many wait, how many ended without a picture.
    pub counts: fn(busy: usize, waiting: usize, failed: usize) -> String,
    pub idle: &'static str,
    pub pause: &'static str,
    pub go_on: &'static str,
    pub retry_all: fn(n: usize) -> String,
    pub cancel_all: fn(n: usize) -> String,
    pub cancelled: fn(n: usize) -> String,
    /// Spoken when so many were asked for.
    pub said_taken: fn(n: usize) -> String,
    /// Spoken when a job goes on only when a person says so.
    pub said_asks: fn(prompt: &str) -> String,
    pub undo: &'static str,
    /// The service takes no runs; so many wait.
    pub closed: fn(word: &str, waiting: usize) -> String,
    pub limited: fn(waiting: usize) -> String,
    pub looks_again: fn(seconds: Ms) -> String,
    pub try_now: &'static str,
    // a row
    pub drag: &'static str,
    pub to_front: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub edit: &'static str,
    pub cancel: &'static str,
    pub retry: &'static str,
    pub asked: fn(age: Ms) -> String,
    pub left: fn(time: Ms) -> String,
    pub done_in: fn(time: Ms) -> String,
    /// Spoken after a move.
    pub stands: fn(place: usize, of: usize) -> String,
    // editing
    pub prompt: &'static str,
    pub negative: &'static str,
    pub save: &'static str,
    pub leave: &'static str,
    pub bad_prompt: fn(&TextError) -> String,
    pub too_late: &'static str,
    pub as_new: &'static str,
    // the stage
    pub variations: fn(n: usize) -> String,
    pub fold: fn(n: usize) -> String,
    pub compare: &'static str,
    pub compare_next: &'static str,
    // comparing
    pub comparing: &'static str,
    pub close: &'static str,
    pub slider: &'static str,
    pub beside: &'static str,
    pub cut: &'static str,
    pub larger: &'static str,
    pub smaller: &'static str,
    pub fit: &'static str,
    pub left_picture: &'static str,
    pub right_picture: &'static str,
    pub differ: &'static str,
    pub all_same: &'static str,
    pub same: fn(names: &str) -> String,
    pub parameter: &'static str,
    pub style: &'static str,
    pub size: &'static str,
    pub model: &'static str,
    pub made: &'static str,
    pub drawn: &'static str,
    pub seconds: fn(seconds: &str) -> String,
    pub none: &'static str,
    pub gone: &'static str,
    // notifications
    pub telling: &'static str,
    pub tell_me: &'static str,
    pub notify: &'static str,
    pub notify_text: &'static str,
    pub sound: &'static str,
    pub sound_text: &'static str,
    pub notify_denied: &'static str,
    pub notify_missing: &'static str,
    pub told: fn(done: usize, failed: usize, asking: usize) -> String,
}
