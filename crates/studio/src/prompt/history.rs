//! What a person keeps beside pictures: prompts that were used, templates, own styles, lists.

use crate::{Ms, library::fold};

/// So many used prompts are kept beside favourites.
pub const MOST_KEPT: usize = 1_000;

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptKind {
    /// A prompt that was used.
    Used,
    /// A text with a place for the prompt.
    Template,
    /// Words that are added to the prompt.
    Style,
    /// Entries for `__name__`, one a line.
    List,
}

impl KeptKind {
    const ALL: [Self; 4] = [Self::Used, Self::Template, Self::Style, Self::List];

    /// A short name for storage: stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Template => "template",
            Self::Style => "style",
            Self::List => "list",
        }
    }

    /// Reads a [`Self::name`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub kind: KeptKind,
    /// What it is called; of a used prompt nothing.
    pub name: String,
    /// The text itself.
    pub text: String,
    /// When it was last used or written.
    pub at: Ms,
    /// Whether it is a favourite.
    pub favourite: bool,
}

impl Kept {
    /// Its key: the same prompt is kept once, and so is a name. No tab needs to ask another.
    #[must_use]
    pub fn id(&self) -> String {
        let own = if self.kind == KeptKind::Used { &self.text } else { &self.name };
        format!("{}:{own}", self.kind.name())
    }
}

/// The used prompts with all words of a search in them, newest first.
#[must_use]
pub fn found(all: &[Kept], search: &str, favourites_only: bool) -> Vec<Kept> {
    let search = fold(search);
    let words: Vec<&str> = search.split_whitespace().collect();
    let mut found: Vec<Kept> = all
        .iter()
        .filter(|kept| kept.kind == KeptKind::Used && (kept.favourite || !favourites_only))
        .filter(|kept| {
            let text = fold(&kept.text);
            words.iter().all(|word| text.contains(word))
        })
        .cloned()
        .collect();
    found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.text.cmp(&b.text)));
    found
}

/// The ids of used prompts beyond [`MOST_KEPT`], the oldest; favourites stay.
#[must_use]
pub fn surplus(all: &[Kept]) -> Vec<String> {
    let plain: Vec<Kept> = found(all, "", false).into_iter().filter(|kept| !kept.favourite).collect();
    plain.iter().skip(MOST_KEPT).map(Kept::id).collect()
}
