//! What is known of a picture, without its bytes.

use super::cleaned;
use crate::Ms;
use fusionbrain::PictureKind;
use serde_json::{Map, Value, json};

/// A picture's metadata: a row of the store `images`.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureEntry {
    /// The row's key; of a picture made here, the job's id. ASCII letters, digits, `-`, `_`; at most [`Self::ID_LIMIT`].
    pub id: String,
    /// When it was received (milliseconds since 1970).
    pub created: Ms,
    /// Marked by the person.
    pub favourite: bool,
    /// What it was asked for; empty when nobody knows (a picture from elsewhere).
    pub prompt: String,
    /// What it should not show; mostly empty.
    pub negative: String,
    /// The style's name as the service writes it; empty for none.
    pub style: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What the bytes are.
    pub kind: PictureKind,
    /// How many bytes the picture has.
    pub size: u64,
    /// How long it was drawn, in seconds.
    pub seconds: Option<f64>,
    /// The service's id of the task; empty when unknown.
    pub task: String,
    /// The pipeline that drew it, as people read it; empty when unknown.
    pub pipeline: String,
    /// SHA-256 of the bytes in small hexadecimal digits; empty when it was not reckoned.
    pub hash: String,
}

/// The latest moment a JavaScript date can hold.
const LAST_MOMENT: Ms = 8_640_000_000_000_000;

impl PictureEntry {
    /// Most characters of an id.
    pub const ID_LIMIT: usize = 64;
    /// Most characters of a prompt or negative prompt that are kept: foreign pictures bring longer ones than the service
    /// takes.
    pub const TEXT_LIMIT: usize = 20_000;
    /// Most characters of a name (style, pipeline, task).
    pub const NAME_LIMIT: usize = 200;

    /// An entry of which nothing else is known: no texts, no size, PNG.
    #[must_use]
    pub fn new(id: &str, created: Ms) -> Self {
        Self {
            id: id.to_owned(),
            created,
            favourite: false,
            prompt: String::new(),
            negative: String::new(),
            style: String::new(),
            width: 0,
            height: 0,
            kind: PictureKind::Png,
            size: 0,
            seconds: None,
            task: String::new(),
            pipeline: String::new(),
            hash: String::new(),
        }
    }

    /// The row as the store `images` and a backup hold it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "created": self.created,
            "favourite": u8::from(self.favourite),
            "prompt": self.prompt,
            "negative": self.negative,
            "style": self.style,
            "width": self.width,
            "height": self.height,
            "kind": kind_name(self.kind),
            "size": self.size,
            "seconds": self.seconds,
            "task": self.task,
            "pipeline": self.pipeline,
            "hash": self.hash,
        })
    }

    /// Reads a row, from the store or from outside: texts are cleaned and cut, whatever has the wrong type is as if it
    /// were not there. `None` when it has no usable id.
    #[must_use]
    pub fn from_json(row: &Value) -> Option<Self> {
        let row = row.as_object()?;
        let id = text(row, "id", Self::ID_LIMIT + 1);
        if !is_id(&id) {
            return None;
        }
        let seconds = row.get("seconds").and_then(Value::as_f64).filter(|s| s.is_finite() && *s >= 0.0);
        Some(Self {
            created: number(row, "created").min(LAST_MOMENT),
            favourite: row
                .get("favourite")
                .is_some_and(|it| it.as_bool() == Some(true) || it.as_u64() == Some(1)),
            prompt: text(row, "prompt", Self::TEXT_LIMIT),
            negative: text(row, "negative", Self::TEXT_LIMIT),
            style: text(row, "style", Self::NAME_LIMIT),
            width: u32::try_from(number(row, "width")).unwrap_or(0),
            height: u32::try_from(number(row, "height")).unwrap_or(0),
            kind: row.get("kind").and_then(Value::as_str).and_then(kind_named).unwrap_or(PictureKind::Png),
            size: number(row, "size"),
            seconds,
            task: text(row, "task", Self::NAME_LIMIT),
            pipeline: text(row, "pipeline", Self::NAME_LIMIT),
            hash: row.get("hash").and_then(Value::as_str).filter(|it| is_hash(it)).unwrap_or("").to_owned(),
            id,
        })
    }
}

/// The word by which the store knows a kind of picture.
#[must_use]
pub fn kind_name(kind: PictureKind) -> &'static str {
    match kind {
        PictureKind::Png => "png",
        PictureKind::Jpeg => "jpeg",
        PictureKind::Webp => "webp",
    }
}

/// The kind that has this word in the store, where the app itself writes a file name's extension.
#[must_use]
pub fn kind_named(name: &str) -> Option<PictureKind> {
    let is_it = |kind: &PictureKind| kind_name(*kind) == name || kind.extension() == name;
    [PictureKind::Png, PictureKind::Jpeg, PictureKind::Webp].into_iter().find(is_it)
}

/// An id is a key and an element's name, never a path: what could be one is refused.
fn is_id(id: &str) -> bool {
    (1..=PictureEntry::ID_LIMIT).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// SHA-256 in small hexadecimal digits.
pub(crate) fn is_hash(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn text(row: &Map<String, Value>, name: &str, limit: usize) -> String {
    row.get(name).and_then(Value::as_str).map(|text| cleaned(text, limit)).unwrap_or_default()
}

/// A whole number that is not negative. JavaScript may have stored it as 12.0.
fn number(row: &Map<String, Value>, name: &str) -> u64 {
    let value = row.get(name);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; negative becomes 0"
    )]
    let rounded = |number: f64| number as u64;
    value.and_then(Value::as_u64).or_else(|| value.and_then(Value::as_f64).map(rounded)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_word_and_by_what_the_app_writes() {
        for kind in [PictureKind::Png, PictureKind::Jpeg, PictureKind::Webp] {
            assert_eq!(kind_named(kind_name(kind)), Some(kind));
            assert_eq!(kind_named(kind.extension()), Some(kind));
        }
        assert_eq!(kind_named("gif"), None);
    }
}
