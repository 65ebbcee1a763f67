//! What is said of one job. Loaded with the works: nobody has a job before.

use fusionbrain::ApiError;
use studio::{Failure, Ms, StorageFault};

use super::language;

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    language().jobs()
}

/// Every text of one language.
pub struct Texts {
    pub waiting: &'static str,
    pub unsaved: &'static str,
    pub unconnected: &'static str,
    pub unconnected_why: &'static str,
    pub send_anyway: &'static str,
    pub save_again: &'static str,
    pub unkept_why: fn(StorageFault) -> String,
    pub unsaved_why: fn(StorageFault) -> String,
    pub sending: &'static str,
    pub overdue: &'static str,
    pub broken: &'static str,
    pub drawing: &'static str,
    pub asking: &'static str,
    pub saving: &'static str,
    pub refused: &'static str,
    pub held: &'static str,
    pub unknown: &'static str,
    pub paused: &'static str,
    pub done: &'static str,
    pub failed: &'static str,
    pub stopped: &'static str,
    pub times: fn(elapsed: Ms, expected: Option<Ms>) -> String,
    pub facts: fn(width: u32, height: u32, seconds: Option<f64>) -> String,
    pub service_refused: fn(word: &str) -> String,
    pub rate_limited: fn(seconds: Ms) -> String,
    pub outcome_unknown: fn(&ApiError) -> String,
    pub still_waiting: &'static str,
    pub stopped_spent: &'static str,
    pub stopped_unspent: &'static str,
    pub trying_again: fn(seconds: Ms) -> String,
    pub again: &'static str,
    pub stop: &'static str,
    pub keep: &'static str,
    pub send_again: &'static str,
    pub download: &'static str,
    pub reuse: &'static str,
    pub report: &'static str,
    pub failure: fn(&Failure) -> String,
}
