//! Counting: what the runners said, stage by stage, and the closing line.

use crate::say;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What a stage brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Checks or tests that passed.
    pub(crate) passed: u64,
    /// Checks or tests that failed; a stage that could not run counts as one.
    pub(crate) failed: u64,
}

impl Count {
    /// A stage that is one check (a linter, say).
    pub(crate) fn one(passed: bool) -> Self {
        if passed { Self { passed: 1, failed: 0 } } else { Self { passed: 0, failed: 1 } }
    }

    /// Adds what a line of a test runner's output says, if it is a closing line of one.
    ///
    /// The form is libtest's, `test result: ok. 5 passed; 0 failed; 0 ignored; …`; wasm-bindgen-test-runner and libtest-mimic print
    /// the same. Colour codes may stand inside it.
    pub(crate) fn add_line(&mut self, line: &str) {
        let Some((_, result)) = line.split_once("test result: ") else { return };
        let number = |word: &str| -> u64 {
            let before = result.split_once(word).map_or("", |(before, _)| before).trim_end();
            before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or("").parse().unwrap_or(0)
        };
        self.passed += number(" passed");
        self.failed += number(" failed");
    }

    /// The count of a runner that ended with this exit code: one that fails without naming a failed test (it did not compile, it
    /// was killed) counts as one failure, and one that succeeds without having run anything does too: tests that are
    /// not run must be seen.
    pub(crate) fn closed(mut self, success: bool) -> Self {
        if self.failed == 0 && (!success || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

struct Stage {
    name: String,
    count: Count,
    time: Duration,
    note: String,
}

/// All stages of a run so far.
#[derive(Default)]
pub(crate) struct Report {
    stages: Vec<Stage>,
    notes: Vec<String>,
}

impl Report {
    /// Runs a stage and books it. A stage that returns an error could not be run: it is booked as one failure.
    pub(crate) fn stage(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<Count>) -> Count {
        say::header(name);
        let start = Instant::now();
        let (count, note) = match work() {
            Ok(count) => (count, String::new()),
            Err(problem) => {
                println!("{name}: {problem:#}");
                (Count { passed: 0, failed: 1 }, first_line(&format!("{problem:#}")))
            }
        };
        let time = start.elapsed();
        let verdict = if count.failed == 0 { "ok" } else { "FAILED" };
        println!(
            "--- {name}: {verdict}, {} passed, {} failed, {}",
            count.passed,
            count.failed,
            say::duration(time)
        );
        self.stages.push(Stage { name: name.to_owned(), count, time, note });
        count
    }

    /// Says now, and again at the end where it will be seen, that something was not checked.
    pub(crate) fn note(&mut self, text: &str) {
        say::warn(text);
        self.notes.push(text.to_owned());
    }

    /// Prints the closing table; the exit code says whether all went well.
    pub(crate) fn close(&self) -> ExitCode {
        println!("{}", self.closing());
        if self.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The sum over all stages.
    fn total(&self) -> Count {
        self.stages.iter().fold(Count::default(), |sum, stage| Count {
            passed: sum.passed + stage.count.passed,
            failed: sum.failed + stage.count.failed,
        })
    }

    /// The table of stages, what was not checked and, as the very last line, `N passed, N failed`.
    fn closing(&self) -> String {
        let width = self.stages.iter().map(|stage| stage.name.chars().count()).max().unwrap_or(0).max(5);
        let mut text = format!("\n{:width$}  {:>7}  {:>7}  time\n", "stage", "passed", "failed");
        for Stage { name, count, time, note } in &self.stages {
            let mark = if count.failed == 0 { "" } else { "  <-- " };
            text += &format!(
                "{name:width$}  {:>7}  {:>7}  {}{mark}{note}\n",
                count.passed,
                count.failed,
                say::duration(*time)
            );
        }
        for note in &self.notes {
            text += &format!("ATTENTION: {note}\n");
        }
        let total = self.total();
        let time = self.stages.iter().map(|stage| stage.time).sum();
        text += &format!(
            "all stages took {}\n{} passed, {} failed",
            say::duration(time),
            total.passed,
            total.failed
        );
        text
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &[&str]) -> Count {
        let mut count = Count::default();
        lines.iter().for_each(|line| count.add_line(line));
        count
    }

    #[test]
    fn the_closing_lines_of_all_runners_are_summed() {
        let count = counted(&[
            "running 5 tests",
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s",
            "test a::says_12_passed ... ok",
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        ]);
        assert_eq!(count, Count { passed: 17, failed: 3 });
    }

    #[test]
    fn colours_in_a_closing_line_do_no_harm() {
        let count = counted(&["test result: \x1b[32mok\x1b[0m. 4 passed; 0 failed; 0 ignored"]);
        assert_eq!(count, Count { passed: 4, failed: 0 });
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_counts_as_one_failure() {
        assert_eq!(counted(&[]).closed(false), Count { passed: 0, failed: 1 });
        let half = counted(&["test result: ok. 2 passed; 0 failed;"]);
        assert_eq!(half.closed(false), Count { passed: 2, failed: 1 });
        assert_eq!(half.closed(true), Count { passed: 2, failed: 0 });
    }

    #[test]
    fn a_runner_that_ran_nothing_has_not_passed() {
        assert_eq!(
            counted(&["test result: ok. 0 passed; 0 failed;"]).closed(true),
            Count { passed: 0, failed: 1 }
        );
    }

    #[test]
    fn a_stage_that_cannot_start_fails_and_the_last_line_is_the_sum() {
        let mut report = Report::default();
        report.stage("lint", || Ok(Count::one(true)));
        report.stage("unit", || Ok(Count { passed: 40, failed: 0 }));
        report.note("advisories were NOT checked");
        report.stage("e2e", || anyhow::bail!("no browser"));
        let closing = report.closing();
        assert_eq!(closing.lines().last(), Some("41 passed, 1 failed"));
        assert!(closing.contains("no browser") && closing.contains("ATTENTION: advisories"), "{closing}");
    }
}
