//! How this program talks: one line a step, so that a log reads like a diary and a person knows what is being waited for.

use std::io::IsTerminal;
use std::time::Duration;

/// A line about what is being done now.
pub(crate) fn step(text: &str) {
    println!("[xtask] {text}");
}

/// A line that must be seen: something is missing or was not done, and the work goes on all the same.
pub(crate) fn warn(text: &str) {
    if std::io::stdout().is_terminal() {
        println!("\x1b[33m[xtask] ATTENTION: {text}\x1b[0m");
    } else {
        println!("[xtask] ATTENTION: {text}");
    }
}

/// The heading of a stage.
pub(crate) fn header(text: &str) {
    println!("\n==> {text}");
}

/// A duration as a person says it: `0.4 s`, `48 s`, `3 min 34 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=59 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_it_is_spoken() {
        assert_eq!(duration(Duration::from_millis(440)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(48)), "48 s");
        assert_eq!(duration(Duration::from_secs(214)), "3 min 34 s");
    }
}
