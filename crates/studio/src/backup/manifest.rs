//! `manifest.json`: the inventory of a backup. A versioned format: what is read here is read for ever.

use super::OpenError;
use crate::Ms;
use crate::library::{cleaned, is_hash};
use serde_json::{Value, json};

/// What the format is called in the file.
pub(super) const FORMAT: &str = "komposition-backup";
/// The version that is written.
pub(super) const VERSION: u64 = 1;
/// Most bytes of an entry's name.
const NAME_LIMIT: usize = 400;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) version: u64,
    pub(super) made: Ms,
    pub(super) part: u32,
    /// `None` for a line that cannot be read.
    pub(super) lines: Vec<Option<Line>>,
}

/// A picture in the inventory. The names are only good for finding entries of the same archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) picture: String,
    pub(super) metadata: String,
    pub(super) hash: String,
    pub(super) bytes: u64,
}

impl Line {
    pub(super) fn to_json(&self) -> Value {
        json!({"picture": self.picture, "metadata": self.metadata, "sha256": self.hash, "bytes": self.bytes})
    }

    fn from_json(line: &Value) -> Option<Self> {
        let name =
            |key: &str| line.get(key)?.as_str().filter(|name| name.len() <= NAME_LIMIT).map(str::to_owned);
        Some(Self {
            picture: name("picture")?,
            // A picture whose metadata cannot be found is still a picture.
            metadata: name("metadata").unwrap_or_default(),
            hash: line.get("sha256")?.as_str().filter(|hash| is_hash(hash))?.to_owned(),
            bytes: line.get("bytes")?.as_u64()?,
        })
    }
}

/// The whole text. `lines` are JSON objects with commas between them: they were written as the pictures went by.
pub(super) fn write(made: Ms, app: &str, part: u32, count: usize, lines: &str) -> String {
    let app = Value::from(cleaned(app, 100));
    format!(
        "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"made\":{made},\"app\":{app},\"part\":{part},\"count\":{count},\
         \"pictures\":[\n{lines}\n]}}\n"
    )
}

/// `Ok(None)` when it is an inventory of something else.
pub(super) fn read(text: &[u8]) -> Result<Option<Manifest>, OpenError> {
    let Ok(json) = serde_json::from_slice::<Value>(text) else { return Err(OpenError::Unreadable) };
    if json.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Ok(None);
    }
    let number = |key: &str| json.get(key).and_then(Value::as_u64);
    match number("version") {
        // A later version gets its arm here, and this one stays.
        Some(1) => {}
        Some(version) if version > VERSION => return Err(OpenError::Newer { version }),
        _ => return Err(OpenError::Unreadable),
    }
    let pictures = json.get("pictures").and_then(Value::as_array).ok_or(OpenError::Unreadable)?;
    Ok(Some(Manifest {
        version: 1,
        made: number("made").unwrap_or(0),
        part: number("part").and_then(|part| u32::try_from(part).ok()).unwrap_or(1),
        lines: pictures.iter().map(Line::from_json).collect(),
    }))
}
