//! The part of the command line that says what is held.

use super::settings::{HoldPlace, HoldSettings};
use bytesize::ByteSize;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Holding answers, for how long, how many, and where.
#[derive(Debug, Args)]
pub(crate) struct HoldFlags {
    /// Hold each final answer for so long (15m), or until the client acknowledges it with DELETE
    /// /relay/v1/results/UUID, and repeat it to its owner.
    #[arg(long, value_name = "TIME", value_parser = hold_time)]
    hold: Option<Duration>,

    /// Most bytes of answers held at once [default: 512M].
    #[arg(long, value_name = "SIZE", requires = "hold")]
    hold_bytes: Option<ByteSize>,

    /// Folder to hold answers in, so that they outlive a restart. Without it and --store they are in memory only.
    #[arg(long, value_name = "DIR", requires = "hold", conflicts_with = "store")]
    hold_dir: Option<PathBuf>,

    /// Hold answers in a redis that several relays share (redis://host:port/number): any of them answers any poll. With
    /// --engine fusionbrain only: the pictures of the others are in one relay alone.
    #[arg(long, value_name = "URL", requires = "hold")]
    store: Option<String>,
}

impl HoldFlags {
    /// Whether relays are to share what they hold.
    pub(crate) fn shares(&self) -> bool {
        self.store.is_some()
    }

    /// What they say; `None` when nothing is held.
    pub(crate) fn settings(self) -> Option<HoldSettings> {
        let place = match (self.store, self.hold_dir) {
            (Some(url), _) => HoldPlace::Redis(url),
            (None, Some(folder)) => HoldPlace::Folder(folder),
            (None, None) => HoldPlace::Memory,
        };
        let mut hold = HoldSettings::new(self.hold?, place);
        if let Some(bytes) = self.hold_bytes {
            hold.bytes = bytes.as_u64();
        }
        Some(hold)
    }
}

fn hold_time(text: &str) -> Result<Duration, &'static str> {
    let time = humantime::parse_duration(text).map_err(|_| "write it like 15m or 1h 30m")?;
    // So that it is never longer than owners are known, nor so short that it ends before it is read.
    if !(Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60)).contains(&time) {
        return Err("between 1s and 24h is wanted");
    }
    Ok(time)
}
