//! The styles a picture can be asked for.

use crate::answer::{Answer, Missing};
use crate::{ApiError, Headers, json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name by which a run asks for a style, for example `ANIME`. Any text that is not empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StyleName(String);

impl StyleName {
    /// The name that means "no style": known to the list, left out of a run.
    const DEFAULT: &'static str = "DEFAULT";

    /// Trims; `None` when nothing is left.
    pub fn new(name: &str) -> Option<Self> {
        let name = name.trim();
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }

    /// The name as the service writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `DEFAULT`, which a run leaves out.
    pub fn is_default(&self) -> bool {
        self.0 == Self::DEFAULT
    }
}

impl TryFrom<String> for StyleName {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name).ok_or("a style's name is empty")
    }
}

impl From<StyleName> for String {
    fn from(name: StyleName) -> String {
        name.0
    }
}

/// A style as the service lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// What a run sends.
    pub name: StyleName,
    /// What people read in Russian; never empty.
    pub title: String,
    /// What people read in English; never empty.
    pub title_en: String,
    /// Address of a sample picture.
    pub image: Option<String>,
}

/// The four styles the service has long had, in its order (`DEFAULT` last). The list's address has been dead for
/// some users, so the app starts with these and refreshes quietly.
pub fn built_in_styles() -> Vec<Style> {
    [
        ("KANDINSKY", "Кандинский", "Kandinsky"),
        ("UHD", "Детальное фото", "Detailed photo"),
        ("ANIME", "Аниме", "Anime"),
        (StyleName::DEFAULT, "Свой стиль", "No style"),
    ]
    .into_iter()
    .map(|(name, title, title_en)| Style {
        name: StyleName(name.to_owned()),
        title: title.to_owned(),
        title_en: title_en.to_owned(),
        image: None,
    })
    .collect()
}

/// Reads `GET static/styles/key`. Elements without a name and repeated names are left out.
///
/// # Errors
/// [`ApiError`]; a list in which no element could be read is [`ApiError::Unreadable`].
pub fn read_styles(status: u16, headers: &Headers, body: &[u8]) -> Result<Vec<Style>, ApiError> {
    let answer = Answer::read(status, headers, body, Missing::Page)?;
    let items = answer.json.as_array().ok_or_else(|| answer.unreadable())?;
    let mut styles: Vec<Style> = Vec::with_capacity(items.len());
    for style in items.iter().filter_map(style) {
        if styles.iter().all(|have| have.name != style.name) {
            styles.push(style);
        }
    }
    if styles.is_empty() && !items.is_empty() { Err(answer.unreadable()) } else { Ok(styles) }
}

fn style(item: &Value) -> Option<Style> {
    let name = StyleName::new(json::text(item, &["name"])?)?;
    let title = |names: &[&str]| json::owned(item, names).unwrap_or_else(|| name.as_str().to_owned());
    Some(Style {
        title: title(&["title", "titleEn"]),
        title_en: title(&["titleEn", "title"]),
        image: json::owned(item, &["image"]),
        name,
    })
}
