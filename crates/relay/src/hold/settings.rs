//! How answers are held.

use std::path::PathBuf;
use std::time::Duration;

/// How final answers are held until they are acknowledged.
#[derive(Debug, Clone)]
pub struct HoldSettings {
    /// How long a final answer is repeated to its owner. Whole milliseconds count.
    pub keep: Duration,
    /// Most bytes of answers held at once. When they are full, answers that were handed over once go first.
    pub bytes: u64,
    /// Where they are.
    pub place: HoldPlace,
    /// Longest `?wait=` that a client may ask for; this is what the relay offers in its config.
    pub wait: Duration,
    /// Between two questions upstream on behalf of those who wait. The service's rate limiter bites below three seconds.
    pub pace: Duration,
    /// How long a relay that shares a store may be silent before another one takes its polls over.
    pub lease: Duration,
    /// Longest time from the head of an answer to its end. One that stands still ends sooner ([`crate::Limits::stall`]).
    pub whole: Duration,
    /// Largest answer that is taken from upstream, in bytes.
    pub largest: usize,
}

/// Where held answers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldPlace {
    /// In this process: they end with it.
    Memory,
    /// In a file of this folder, for this relay alone: they outlive a restart.
    Folder(PathBuf),
    /// In a redis that several relays share (`redis://…`).
    Redis(String),
}

impl HoldSettings {
    /// `--hold-bytes` when it is not given.
    pub const BYTES: u64 = 512_000_000;

    /// The usual times and sizes.
    pub fn new(keep: Duration, place: HoldPlace) -> Self {
        Self {
            keep,
            bytes: Self::BYTES,
            place,
            // Below the 30 s after which many proxies give a silent connection up.
            wait: Duration::from_secs(25),
            pace: Duration::from_secs(3),
            lease: Duration::from_secs(6),
            // The largest answer then comes at 56 kB a second.
            whole: Duration::from_secs(600),
            largest: 32 * 1024 * 1024,
        }
    }
}
