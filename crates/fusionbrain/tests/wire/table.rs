//! A table of sentences: all cases run, and a failure names every sentence that broke.

use std::fmt::Debug;
use std::fmt::Write;

/// One case: the sentence, what is given, what must come out.
pub(crate) type Case<I, O> = (&'static str, I, O);

/// Runs all cases and names those that broke.
#[track_caller]
pub(crate) fn check<I: Debug, O: PartialEq + Debug>(cases: Vec<Case<I, O>>, read: impl Fn(&I) -> O) {
    assert!(!cases.is_empty());
    let mut broken = String::new();
    for (sentence, given, expected) in cases {
        let got = read(&given);
        if got != expected {
            writeln!(
                broken,
                "\n- {sentence}\n  given    {given:?}\n  expected {expected:?}\n  got      {got:?}"
            )
            .unwrap();
        }
    }
    assert!(broken.is_empty(), "broken sentences:{broken}");
}
