//! Waiting for a state, never for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a state may take before the test gives up. Generous, because the machine may be busy with two other engines;
/// what must be quick is measured where it is the subject of a test.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// Looks until `look` finds what is waited for, and gives it.
///
/// `what` completes the sentence "waited for …". `look` answers `Err(what it saw instead)` as long as the state is not there.
///
/// # Errors
/// After `patience`, with what was waited for and what was there instead.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    look: impl AsyncFn() -> Result<T, String>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(instead) if start.elapsed() >= patience => {
                bail!("waited {} s for {what}; there was instead: {instead}", patience.as_secs())
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
