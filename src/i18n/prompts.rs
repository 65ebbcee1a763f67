//! What is said about prompts, marks and batches: loaded with the tools for them.

use super::language;

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    language().prompts()
}

/// Every text of one language.
pub struct Texts {
    // history
    pub history: &'static str,
    pub search: &'static str,
    pub favourites: &'static str,
    pub favourite: fn(prompt: &str) -> String,
    pub delete: fn(what: &str) -> String,
    pub deleted: fn(what: &str) -> String,
    pub undo: &'static str,
    pub no_history: &'static str,
    pub nothing_found: &'static str,
    pub more: &'static str,
    // templates, own styles, lists
    pub presets: &'static str,
    pub templates: &'static str,
    pub template_hint: &'static str,
    pub own_styles: &'static str,
    pub style_hint: &'static str,
    pub lists: &'static str,
    pub list_hint: &'static str,
    pub new_preset: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub text: &'static str,
    pub save: &'static str,
    pub take_prompt: &'static str,
    pub edit: fn(what: &str) -> String,
    pub lacking: &'static str,
    // marks
    pub preview: fn(texts: u64, runs: u64) -> String,
    pub empty_text: &'static str,
    pub odd_brace: &'static str,
    pub no_choice: &'static str,
    pub no_list: fn(name: &str) -> String,
    // batches
    pub batch: &'static str,
    pub more_styles: &'static str,
    pub more_shapes: &'static str,
    pub variations: &'static str,
    pub some: &'static str,
    pub all: &'static str,
    pub shuffle: &'static str,
    pub ask_above: &'static str,
    pub reset: &'static str,
    pub too_many: fn(runs: u64) -> String,
    pub ask: fn(runs: u64) -> String,
    pub ask_yes: fn(runs: u64) -> String,
    pub ask_no: &'static str,
}

/// What is named in the middle of a sentence: its beginning.
pub(super) fn short(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() { start + "…" } else { start }
}
