//! Our own JSON inside a picture: `{"komposition": 1, …}` with the names of the library's rows.

use super::Parameters;
use crate::library::PictureEntry;
use serde_json::{Value, json};

/// The format's version. A reader of version 1 reads later ones too, as far as it knows their fields: this is a note
/// beside a picture, and half a note is better than none.
const VERSION: u64 = 1;

/// More than the longest texts make, six bytes a character.
const LIMIT: usize = 512 << 10;

/// Written in ASCII alone, so that it survives every encoding that a tool takes it for.
pub(super) fn write(parameters: &Parameters) -> String {
    let json = json!({
        "komposition": VERSION,
        "prompt": parameters.prompt,
        "negative": parameters.negative,
        "style": parameters.style,
        "width": parameters.width,
        "height": parameters.height,
        "pipeline": parameters.pipeline,
        "task": parameters.task,
        "created": parameters.created,
        "seconds": parameters.seconds,
        "hash": parameters.hash,
    });
    let mut ascii = String::new();
    for character in json.to_string().chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

/// `None` when it is none of ours.
pub(super) fn read(json: &str) -> Option<Parameters> {
    if json.len() > LIMIT {
        return None;
    }
    let mut note: Value = serde_json::from_str(json).ok()?;
    let fields = note.as_object_mut()?;
    fields.get("komposition")?.as_u64().filter(|version| *version >= VERSION)?;
    let dated = fields.get("created").is_some_and(Value::is_number);
    // The library's reader checks and cleans; only the id is missing, which a note does not have.
    fields.insert("id".into(), "note".into());
    let row = PictureEntry::from_json(&note)?;
    Some(Parameters { created: dated.then_some(row.created), ..Parameters::from(&row) })
}
