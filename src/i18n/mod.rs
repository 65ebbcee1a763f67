//! What is said, in each language. A missing text is a compile error; a further language is one more file.

mod config;
mod en;
pub mod framed;
pub mod prompts;
pub mod rooms;
mod ru;
pub mod works;

pub use config::owner;

use fusionbrain::{ApiError, TextError};
use studio::{Failure, Ms, StorageFault};

use crate::{
    browser::{page, storage},
    ui::State,
};

/// A language the app speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// What it is called in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
        }
    }

    /// The `lang` tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    fn of(tag: &str) -> Self {
        if tag == "ru" { Self::Ru } else { Self::En }
    }

    /// The one the switch changes to.
    pub fn other(self) -> Self {
        match self {
            Self::En => Self::Ru,
            Self::Ru => Self::En,
        }
    }

    fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::Ru => &ru::TEXTS,
        }
    }
}

thread_local! {
    /// The chosen language: its one home. The shell's script chose it before the first paint.
    static LANGUAGE: State<Language> = State::new(Language::of(&page::language()));
}

/// What the window is told when the language was changed: each program of the page has a home of its own for it.
const CHANGED: &str = "komposition-language";

/// Makes the home of the language under the present owner, which shall be the app's: a view's would take it along.
pub fn settle() {
    LANGUAGE.with(|home| {
        let home = *home;
        page::on_window(&[CHANGED], move || home.set(Language::of(&page::language())));
    });
}

/// The language now. Views call it inside a closure so that they follow a switch.
pub fn language() -> Language {
    LANGUAGE.with(|language| language.get())
}

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    language().texts()
}

/// Changes the language here and for the next visit.
pub fn choose(language: Language) {
    storage::write("language", language.tag());
    show(language.tag());
}

/// Changes the language here, by its tag.
pub fn show(tag: &str) {
    page::set_language(tag);
    page::tell(CHANGED);
}

/// Every text of one language.
pub struct Texts {
    // frame
    pub nav: &'static str,
    pub create: &'static str,
    pub library: &'static str,
    pub storage: &'static str,
    pub connection: &'static str,
    pub queue: &'static str,
    pub settings: &'static str,
    pub other_language: &'static str,
    pub switch_language: &'static str,
    pub light_theme: &'static str,
    pub dark_theme: &'static str,
    pub loading: &'static str,
    pub storage_blocked: &'static str,
    pub unreadable: fn(u32) -> String,
    pub works_not_loaded: &'static str,
    pub not_loaded: &'static str,
    // where pictures come from
    pub source_here_simulator: &'static str,
    pub source_here: &'static str,
    pub source_relay_simulator: &'static str,
    pub source_relay: &'static str,
    pub source_direct: &'static str,
    pub demo: &'static str,
    pub demo_next: &'static str,
    pub source_searching: &'static str,
    pub source_missing: &'static str,
    // composing
    pub prompt: &'static str,
    pub prompt_hint: &'static str,
    pub clear: &'static str,
    pub undo: &'static str,
    pub negative: &'static str,
    pub negative_hint: &'static str,
    pub shape: &'static str,
    pub custom: &'static str,
    pub width: &'static str,
    pub height: &'static str,
    pub swap: &'static str,
    pub size_rule: fn(min: u32, max: u32, step: u32) -> String,
    pub style: &'static str,
    /// Of a field that the relay's engine does nothing with.
    pub ignored: &'static str,
    pub left_today: &'static str,
    pub model: &'static str,
    pub model_version: fn(name: &str, version: &str) -> String,
    pub available: &'static str,
    pub unavailable: fn(word: &str) -> String,
    pub availability_unknown: &'static str,
    // why Create is disabled
    pub why_empty: &'static str,
    pub why_text: fn(&TextError) -> String,
    pub why_negative: fn(&TextError) -> String,
    pub why_size: &'static str,
    pub why_searching: &'static str,
    pub why_no_connection: &'static str,
    pub why_no_models: &'static str,
    // stage
    pub jobs: &'static str,
    pub empty_title: &'static str,
    pub empty_text: &'static str,
    pub empty_keys: &'static str,
    pub samples: [&'static str; 3],
    pub demo_words: &'static str,
    // job phases
    pub waiting: &'static str,
    pub unsaved: &'static str,
    pub unconnected: &'static str,
    pub unconnected_why: &'static str,
    pub send_anyway: &'static str,
    pub save_again: &'static str,
    pub newer: &'static str,
    pub reload: &'static str,
    pub full: &'static str,
    pub held_queue: &'static str,
    pub go_on: &'static str,
    pub weaker: &'static str,
    pub unkept_why: fn(StorageFault) -> String,
    pub unsaved_why: fn(StorageFault) -> String,
    pub no_storage: fn(StorageFault) -> String,
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
    // job sentences
    pub service_refused: fn(word: &str) -> String,
    pub rate_limited: fn(seconds: Ms) -> String,
    pub outcome_unknown: fn(&ApiError) -> String,
    pub still_waiting: &'static str,
    pub stopped_spent: &'static str,
    pub stopped_unspent: &'static str,
    pub trying_again: fn(seconds: Ms) -> String,
    pub offline: &'static str,
    // actions
    pub again: &'static str,
    pub stop: &'static str,
    pub keep: &'static str,
    pub send_again: &'static str,
    pub download: &'static str,
    pub reuse: &'static str,
    pub report: &'static str,
    pub remove: &'static str,
    pub open_connection: &'static str,
    pub retry: &'static str,
    pub dismiss: &'static str,
    // errors
    pub api: fn(&ApiError) -> String,
    pub failure: fn(&Failure) -> String,
    pub no_models: &'static str,
    pub no_connection: &'static str,
    pub no_token: &'static str,
    pub models_refetched: &'static str,
    pub quota_notice: &'static str,
    // spoken by the live region
    pub said_done: fn(prompt: &str) -> String,
    pub said_failed: fn(prompt: &str) -> String,
}
