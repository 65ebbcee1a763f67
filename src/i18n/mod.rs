//! What is said, in each language. A missing text is a compile error; a further language is one more file and a line in the list
//! below (docs/development.md).

mod config;
pub mod framed;
pub mod jobs;
pub mod prompts;
pub mod rooms;
pub mod works;

pub use config::owner;

use fusionbrain::{ApiError, Style, TextError};
use studio::{Ms, StorageFault};

use crate::{
    browser::{calendar, page, storage},
    ui::State,
};

/// The languages the app speaks, and all of what makes each: its file, its `lang` tag (two letters, as browsers are asked), its name
/// in itself. The first one is spoken where none of them is wanted.
macro_rules! languages {
    ($($variant:ident = $file:ident $tag:literal $name:literal;)+) => {
        $(mod $file;)+

        /// A language the app speaks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Language {
            $(#[doc = $name] $variant,)+
        }

        impl Language {
            /// All of them.
            pub const ALL: [Self; [$($tag),+].len()] = [$(Self::$variant),+];

            /// What it is called in itself.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The `lang` tag.
            pub fn tag(self) -> &'static str {
                match self { $(Self::$variant => $tag,)+ }
            }

            // A function for each group of texts: who asks for one is not given the others to load.

            fn texts(self) -> &'static Texts {
                match self { $(Self::$variant => &$file::TEXTS,)+ }
            }

            fn jobs(self) -> &'static jobs::Texts {
                match self { $(Self::$variant => &$file::JOBS,)+ }
            }

            fn works(self) -> &'static works::Texts {
                match self { $(Self::$variant => &$file::WORKS,)+ }
            }

            fn prompts(self) -> &'static prompts::Texts {
                match self { $(Self::$variant => &$file::PROMPTS,)+ }
            }

            fn framed(self) -> &'static framed::Texts {
                match self { $(Self::$variant => &$file::FRAMED,)+ }
            }

            fn owner(self) -> &'static config::Texts {
                match self { $(Self::$variant => &$file::OWNER,)+ }
            }

            fn rooms(self) -> &'static rooms::Texts {
                match self { $(Self::$variant => &$file::ROOMS,)+ }
            }
        }
    };
}

// Whoever cannot read this list is checked against it: crates/xtask/src/languages.rs.
languages! {
    En = en "en" "English";
    Ru = ru "ru" "Русский";
}

impl Language {
    fn of(tag: &str) -> Self {
        let [first, ..] = Self::ALL;
        Self::ALL.into_iter().find(|language| language.tag() == tag).unwrap_or(first)
    }

    /// The one the switch in the top bar changes to: the next of the list.
    pub fn other(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
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

/// The words on the button that changes to the next language, in that language.
pub fn switch_words() -> &'static str {
    language().other().texts().switch_here
}

/// What a style of the service is called. The service knows two languages: its Russian is for Russian, its English for all others.
pub fn style_title(style: &Style) -> String {
    if style.name.is_default() {
        return t().no_style.to_owned();
    }
    let title = if language() == Language::Ru { &style.title } else { &style.title_en };
    title.clone()
}

/// A moment, as this language writes it.
pub fn moment(time: Ms) -> String {
    calendar::moment(time, language().tag())
}

/// A number with at most so many digits behind the comma, as this language writes it.
pub fn number(number: f64, digits: u32) -> String {
    calendar::number(number, digits, language().tag())
}

/// So many things, as this language writes it.
#[expect(clippy::cast_precision_loss, reason = "nobody has so many of anything")]
pub fn counted(things: u64) -> String {
    number(things as f64, 0)
}

/// A part of one in percent, as this language writes it.
pub fn percent(part: f64) -> String {
    calendar::percent(part, language().tag())
}

/// So many bytes, as this language writes them.
pub fn size(bytes: u64) -> String {
    calendar::size(bytes, language().tag())
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
    /// Of the button that changes to this language, for those who read it.
    pub switch_here: &'static str,
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
    pub no_style: &'static str,
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
    // what holds for all jobs
    pub newer: &'static str,
    pub reload: &'static str,
    pub full: &'static str,
    pub held_queue: &'static str,
    pub go_on: &'static str,
    pub weaker: &'static str,
    pub no_storage: fn(StorageFault) -> String,
    pub offline: &'static str,
    pub remove: &'static str,
    pub open_connection: &'static str,
    pub retry: &'static str,
    pub dismiss: &'static str,
    // errors
    pub api: fn(&ApiError) -> String,
    pub no_models: &'static str,
    pub no_connection: &'static str,
    pub vault_locked: &'static str,
    pub no_token: &'static str,
    pub models_refetched: &'static str,
    pub quota_notice: &'static str,
    // spoken by the live region
    pub said_done: fn(prompt: &str) -> String,
    pub said_failed: fn(prompt: &str) -> String,
}
