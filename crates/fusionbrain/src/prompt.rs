//! The two texts of a run, checked against the service's limit before they can be sent.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Length of a text as the service counts it: UTF-16 units, because the server is written in Java.
/// Most letters are 1, most emoji are 2 or more.
pub fn utf16_units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Why a text cannot be sent as a prompt or a negative prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// Nothing but white space.
    Empty,
    /// Longer than the service takes (it would answer 400).
    TooLong {
        /// Length of the trimmed text in UTF-16 units.
        units: usize,
        /// Greatest length allowed, in UTF-16 units.
        limit: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextError::Empty => f.write_str("the text is empty"),
            TextError::TooLong { units, limit } => {
                write!(f, "the text is {units} UTF-16 units long, the limit is {limit}")
            }
        }
    }
}

impl std::error::Error for TextError {}

fn checked(text: &str, limit: usize) -> Result<String, TextError> {
    let text = text.trim();
    let units = utf16_units(text);
    if units == 0 {
        Err(TextError::Empty)
    } else if units > limit {
        Err(TextError::TooLong { units, limit })
    } else {
        Ok(text.to_owned())
    }
}

/// What to paint: 1..=1000 UTF-16 units, without white space at the ends. Any language, emoji too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prompt(String);

impl Prompt {
    /// Greatest length in UTF-16 units ("Максимальный размер текстового описания - 1000 символов").
    pub const LIMIT: usize = 1000;

    /// Trims the ends and checks the length.
    ///
    /// # Errors
    /// [`TextError::Empty`] or [`TextError::TooLong`].
    pub fn new(text: &str) -> Result<Self, TextError> {
        checked(text, Self::LIMIT).map(Self)
    }

    /// The text exactly as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Length in UTF-16 units.
    pub fn units(&self) -> usize {
        utf16_units(&self.0)
    }
}

impl TryFrom<String> for Prompt {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(&text)
    }
}

impl From<Prompt> for String {
    fn from(prompt: Prompt) -> String {
        prompt.0
    }
}

/// What to keep out of the picture: 1..=1000 UTF-16 units. An empty one does not exist: the field is then left
/// out of the run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NegativePrompt(String);

impl NegativePrompt {
    /// Greatest length in UTF-16 units.
    pub const LIMIT: usize = 1000;

    /// Trims the ends and checks the length; an empty text is `Ok(None)`.
    ///
    /// # Errors
    /// [`TextError::TooLong`].
    pub fn new(text: &str) -> Result<Option<Self>, TextError> {
        match checked(text, Self::LIMIT) {
            Ok(text) => Ok(Some(Self(text))),
            Err(TextError::Empty) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The text exactly as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Length in UTF-16 units.
    pub fn units(&self) -> usize {
        utf16_units(&self.0)
    }
}

impl TryFrom<String> for NegativePrompt {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        checked(&text, Self::LIMIT).map(Self)
    }
}

impl From<NegativePrompt> for String {
    fn from(negative: NegativePrompt) -> String {
        negative.0
    }
}
