//! What a person looks for.

use super::{PictureEntry, fold};
use crate::Ms;

/// What of the library to show, and in which order. The default is everything, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Words that must all occur in the prompt or the negative prompt, anywhere in a word, in any case, `ё` = `е`.
    pub text: String,
    /// Only favourites.
    pub favourites: bool,
    /// Only this style; an empty text means pictures without a style.
    pub style: Option<String>,
    /// Only pictures of this outline.
    pub outline: Option<Outline>,
    /// Not older than this moment.
    pub from: Option<Ms>,
    /// Older than this moment: for "until the 5th" the first moment of the 6th.
    pub before: Option<Ms>,
    /// The order.
    pub sort: Sort,
}

/// In which order pictures are shown. What is equal comes newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The one with the most bytes first.
    Largest,
    /// By the prompt's letters.
    Prompt,
}

/// The outline of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outline {
    /// As wide as high.
    Square,
    /// Higher than wide.
    Portrait,
    /// Wider than high.
    Landscape,
    /// This ratio, up to one part in a hundred: 1024x576 is 16:9, and so is 1365x768.
    Ratio {
        /// Parts of width.
        width: u32,
        /// Parts of height.
        height: u32,
    },
}

impl Outline {
    /// Whether a picture of these sides, in pixels, has this outline. One without sides has none.
    #[must_use]
    pub fn fits(self, width: u32, height: u32) -> bool {
        if width == 0 || height == 0 {
            return false;
        }
        match self {
            Outline::Square => width == height,
            Outline::Portrait => width < height,
            Outline::Landscape => width > height,
            Outline::Ratio { width: w, height: h } => {
                // The sides crosswise are equal when the ratios are; 128 bits because sides may come from outside.
                let (a, b) = (u128::from(width) * u128::from(h), u128::from(height) * u128::from(w));
                a.abs_diff(b) * 100 <= a.max(b) && w > 0 && h > 0
            }
        }
    }
}

impl Query {
    /// The words of [`Query::text`] in the form in which they are compared.
    pub(super) fn words(&self) -> Vec<String> {
        fold(&self.text).split_whitespace().map(str::to_owned).collect()
    }

    /// Everything but the words.
    pub(super) fn admits(&self, entry: &PictureEntry) -> bool {
        (!self.favourites || entry.favourite)
            && self.style.as_ref().is_none_or(|style| *style == entry.style)
            && self.outline.is_none_or(|outline| outline.fits(entry.width, entry.height))
            && self.from.is_none_or(|from| entry.created >= from)
            && self.before.is_none_or(|before| entry.created < before)
    }

    /// Whether everything this query finds was found by `wider`, in the same order: one more letter typed, one more filter.
    pub(super) fn narrows(&self, wider: &Query) -> bool {
        let words = self.words();
        let filters = (self.favourites || !wider.favourites)
            && (wider.style.is_none() || self.style == wider.style)
            && (wider.outline.is_none() || self.outline == wider.outline)
            && wider.from.is_none_or(|from| self.from.is_some_and(|own| own >= from))
            && wider.before.is_none_or(|before| self.before.is_some_and(|own| own <= before));
        // What has "котик" has "кот": each of the wider words lies in one of ours.
        filters
            && self.sort == wider.sort
            && wider.words().iter().all(|wide| words.iter().any(|word| word.contains(wide.as_str())))
    }
}
