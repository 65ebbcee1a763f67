//! `manifest.json`: the inventory of a backup. A versioned format: what is read here is read for ever.

use super::OpenError;
use crate::Ms;
use crate::library::{cleaned, is_hash};
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};
use std::cell::Cell;
use std::fmt;

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
}

/// The whole text. `lines` are JSON objects with commas between them: they were written as the pictures went by.
pub(super) fn write(made: Ms, app: &str, part: u32, count: usize, lines: &str) -> String {
    let app = Value::from(cleaned(app, 100));
    format!(
        "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"made\":{made},\"app\":{app},\"part\":{part},\"count\":{count},\
         \"pictures\":[\n{lines}\n]}}\n"
    )
}

/// `Ok(None)` when it is an inventory of something else. What is not needed of it takes no memory, and more lines than
/// `limit` are not read.
pub(super) fn read(text: &[u8], limit: usize) -> Result<Option<Manifest>, OpenError> {
    let too_many = Cell::new(false);
    let mut json = serde_json::Deserializer::from_slice(text);
    let parts = Top { limit, too_many: &too_many }.deserialize(&mut json);
    if too_many.get() {
        return Err(OpenError::TooMany { limit });
    }
    let parts = parts.and_then(|parts| json.end().map(|()| parts)).map_err(|_| OpenError::Unreadable)?;
    if parts.format != FORMAT {
        return Ok(None);
    }
    match parts.version {
        // A later version gets its arm here, and this one stays.
        Some(1) => {}
        Some(version) if version > VERSION => return Err(OpenError::Newer { version }),
        _ => return Err(OpenError::Unreadable),
    }
    Ok(Some(Manifest {
        version: 1,
        made: parts.made.unwrap_or(0),
        part: parts.part.and_then(|part| u32::try_from(part).ok()).unwrap_or(1),
        lines: parts.pictures.ok_or(OpenError::Unreadable)?,
    }))
}

/// What is read of the whole. Anything of the wrong type is as if it were not there.
#[derive(Default)]
struct Parts {
    format: String,
    version: Option<u64>,
    made: Option<u64>,
    part: Option<u64>,
    pictures: Option<Vec<Option<Line>>>,
}

/// Reads one value of the text, whatever type it has, and keeps what it is good for.
macro_rules! seed {
    ($name:ty, $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $name {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<$value, D::Error> {
                json.deserialize_any(self)
            }
        }
    };
}

/// The answers of a visitor to the types it has no use for.
macro_rules! no_use_for {
    ($($what:ident)*) => { $(no_use_for!(@ $what);)* };
    (@ bool) => {
        fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> { Ok(Default::default()) }
    };
    (@ numbers) => {
        fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> { Ok(Default::default()) }
        no_use_for!(@ odd_numbers);
    };
    (@ odd_numbers) => {
        fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> { Ok(Default::default()) }
        fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> { Ok(Default::default()) }
    };
    (@ text) => {
        fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> { Ok(Default::default()) }
    };
    (@ null) => {
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> { Ok(Default::default()) }
    };
    (@ list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (@ object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

fn anything(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("anything")
}

struct Top<'a> {
    limit: usize,
    too_many: &'a Cell<bool>,
}
seed!(Top<'_>, Parts);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        anything(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = object.next_key_seed(Short)? {
            match key.as_deref() {
                Some("format") => {
                    parts.format = object.next_value_seed(Short)?.unwrap_or_default();
                }
                Some("version") => parts.version = object.next_value_seed(Whole)?,
                Some("made") => parts.made = object.next_value_seed(Whole)?,
                Some("part") => parts.part = object.next_value_seed(Whole)?,
                Some("pictures") => {
                    let lines = Lines { limit: self.limit, too_many: self.too_many };
                    parts.pictures = object.next_value_seed(lines)?;
                }
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(parts)
    }

    no_use_for!(bool numbers text null list);
}

struct Lines<'a> {
    limit: usize,
    too_many: &'a Cell<bool>,
}
seed!(Lines<'_>, Option<Vec<Option<Line>>>);

impl<'de> Visitor<'de> for Lines<'_> {
    type Value = Option<Vec<Option<Line>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        anything(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut lines = Vec::new();
        while let Some(line) = list.next_element_seed(OneLine)? {
            if lines.len() == self.limit {
                self.too_many.set(true);
                return Err(de::Error::custom("too many lines"));
            }
            lines.push(line);
        }
        Ok(Some(lines))
    }

    no_use_for!(bool numbers text null object);
}

/// A line of the inventory; `None` for what is none.
struct OneLine;
seed!(OneLine, Option<Line>);

impl<'de> Visitor<'de> for OneLine {
    type Value = Option<Line>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        anything(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Option<Line>, A::Error> {
        let (mut picture, mut metadata, mut hash, mut bytes) = (None, None, None, None);
        while let Some(key) = object.next_key_seed(Short)? {
            match key.as_deref() {
                Some("picture") => picture = object.next_value_seed(Short)?,
                Some("metadata") => metadata = object.next_value_seed(Short)?,
                Some("sha256") => hash = object.next_value_seed(Short)?,
                Some("bytes") => bytes = object.next_value_seed(Whole)?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        let line = || {
            Some(Line {
                picture: picture?,
                // A picture whose metadata cannot be found is still a picture.
                metadata: metadata.unwrap_or_default(),
                hash: hash.filter(|hash| is_hash(hash))?,
                bytes: bytes?,
            })
        };
        Ok(line())
    }

    no_use_for!(bool numbers text null list);
}

/// A text that is no longer than a name may be.
struct Short;
seed!(Short, Option<String>);

impl<'de> Visitor<'de> for Short {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        anything(f)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<String>, E> {
        Ok((text.len() <= NAME_LIMIT).then(|| text.to_owned()))
    }

    no_use_for!(bool numbers null list object);
}

/// A whole number that is not negative.
struct Whole;
seed!(Whole, Option<u64>);

impl<'de> Visitor<'de> for Whole {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        anything(f)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<u64>, E> {
        Ok(Some(number))
    }

    no_use_for!(bool odd_numbers text null list object);
}
