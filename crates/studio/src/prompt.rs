//! From what a person typed to the exact texts that are sent: alternatives `{a|b}`, lists `__name__`, own styles, and
//! the matrix of prompts, styles, shapes and variations.
//!
//! Nothing here is ever done for more than [`MOST_RUNS`]: combinations are counted first, with numbers that cannot
//! overflow, and made one by one. See docs/decisions/0025-prompt-marks.md.

mod history;
mod matrix;
mod pattern;
mod pick;
#[cfg(test)]
mod tests;

pub use history::{Kept, KeptKind, MOST_KEPT, found, surplus};
pub use matrix::{Look, Matrix, Planned, Unplanned};
pub use pattern::{Hint, Pattern, is_plain};
pub use pick::pick;

/// Most runs of one press of Create. A free key pays a hundred a month.
pub const MOST_RUNS: u64 = 200;

/// Where a template or an own style has the prompt.
pub const PLACE: &str = "{prompt}";

/// A template with the prompt in its place. One without a place goes before: nothing that was typed is lost.
#[must_use]
pub fn fill_template(template: &str, prompt: &str) -> String {
    let (template, prompt) = (template.trim(), prompt.trim());
    if template.contains(PLACE) {
        template.replace(PLACE, prompt)
    } else if prompt.is_empty() {
        template.to_owned()
    } else if template.is_empty() {
        prompt.to_owned()
    } else {
        format!("{prompt}, {template}")
    }
}

/// The entries of a list as typed: one a line, without empty ones.
#[must_use]
pub fn entries(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// What stands between the underscores when a list of this name is meant; none when it cannot be a name.
#[must_use]
pub fn list_name(typed: &str) -> Option<String> {
    let name = typed.trim().trim_matches('_').replace(char::is_whitespace, "-");
    pattern::is_name(&name).then_some(name)
}
