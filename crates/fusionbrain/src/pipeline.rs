//! The models ("pipelines") that can be asked.

use crate::answer::{Answer, Missing};
use crate::{ApiError, Headers, PipelineId, ServiceWord, json};
use serde_json::Value;
use std::cmp::Ordering;

/// A model as the service lists it. Texts that are missing or null are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// What a run names.
    pub id: PipelineId,
    /// Name in Russian, else in English.
    pub name: String,
    /// Name in English, else in Russian.
    pub name_en: String,
    /// Description in Russian.
    pub description: String,
    /// Description in English.
    pub description_en: String,
    /// The tags' names.
    pub tags: Vec<String>,
    /// Version as text, whether it came as a number or as a text.
    pub version: Option<String>,
    /// Whether runs are taken, in the service's word.
    pub status: Option<ServiceWord>,
    /// What it makes, for example `TEXT2IMAGE`.
    pub kind: Option<String>,
    /// Address of a picture about it.
    pub image: Option<String>,
    /// When it was made, as text.
    pub created: Option<String>,
    /// When it was changed, as text.
    pub modified: Option<String>,
}

impl Pipeline {
    /// Active, or the service does not say.
    pub fn is_usable(&self) -> bool {
        self.status.as_ref().is_none_or(ServiceWord::is_active)
    }

    /// Makes pictures from text, or the service does not say.
    pub fn makes_pictures(&self) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind.eq_ignore_ascii_case("TEXT2IMAGE"))
    }
}

/// The model to offer first: makes pictures, active, highest version; the earlier in the list when equal.
///
/// When none is active, the best of those that make pictures: the state is advice and sometimes wrong, and a run
/// that is refused costs nothing. `None` only when nothing makes pictures.
pub fn default_pipeline(pipelines: &[Pipeline]) -> Option<&Pipeline> {
    let rank = |a: &Pipeline, b: &Pipeline| {
        a.is_usable().cmp(&b.is_usable()).then_with(|| by_version(a.version.as_deref(), b.version.as_deref()))
    };
    // `max_by` takes the last of equals, so it is asked from the end.
    pipelines.iter().rev().filter(|pipeline| pipeline.makes_pictures()).max_by(|a, b| rank(a, b))
}

/// Orders versions as decimal numbers ("3.9" is above "3.10", because as a JSON number 3.10 is 3.1), further
/// components alike; none is lowest.
fn by_version(a: Option<&str>, b: Option<&str>) -> Ordering {
    fn components(version: Option<&str>) -> impl Iterator<Item = &str> {
        let version = version.unwrap_or_default().trim_start_matches(|c: char| !c.is_ascii_digit());
        version.split('.').map(|part| &part[..part.bytes().take_while(u8::is_ascii_digit).count()])
    }
    let (mut a, mut b) = (components(a), components(b));
    // Whole numbers without leading zeros: the longer is greater, then letter by letter.
    let whole = |part: Option<&str>| {
        let digits = part.unwrap_or_default().trim_start_matches('0').to_owned();
        (part.is_some_and(|part| !part.is_empty()), digits.len(), digits)
    };
    let first = whole(a.next()).cmp(&whole(b.next()));
    let fractions = || {
        loop {
            match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                (a, b) => {
                    let digits =
                        |part: Option<&str>| part.unwrap_or_default().trim_end_matches('0').to_owned();
                    let order = digits(a).cmp(&digits(b));
                    if order.is_ne() {
                        return order;
                    }
                }
            }
        }
    };
    first.then_with(fractions)
}

/// Reads `GET pipelines`. Elements without an identifier and repeated ones are left out; an empty list is "no model
/// available", not an error.
///
/// # Errors
/// [`ApiError`]; a list in which no element could be read is [`ApiError::Unreadable`].
pub fn read_pipelines(status: u16, headers: &Headers, body: &[u8]) -> Result<Vec<Pipeline>, ApiError> {
    let answer = Answer::read(status, headers, body, Missing::Page)?;
    let items = answer.json.as_array().ok_or_else(|| answer.unreadable())?;
    let mut pipelines: Vec<Pipeline> = Vec::with_capacity(items.len());
    for pipeline in items.iter().filter_map(pipeline) {
        if pipelines.iter().all(|have| have.id != pipeline.id) {
            pipelines.push(pipeline);
        }
    }
    if pipelines.is_empty() && !items.is_empty() { Err(answer.unreadable()) } else { Ok(pipelines) }
}

fn pipeline(item: &Value) -> Option<Pipeline> {
    let id =
        ["id", "uuid"].into_iter().find_map(|name| PipelineId::new(&json::text_or_number(item, &[name])?))?;
    let text = |names: &[&str]| json::owned(item, names).unwrap_or_default();
    Some(Pipeline {
        id,
        name: text(&["name", "nameEn"]),
        name_en: text(&["nameEn", "name"]),
        description: text(&["description"]),
        description_en: text(&["descriptionEn"]),
        tags: tags(item.get("tags")),
        version: json::text_or_number(item, &["version"]),
        status: json::text(item, &["status"]).map(ServiceWord::new),
        kind: json::owned(item, &["type"]),
        image: json::owned(item, &["imagePreview"]),
        created: json::owned(item, &["createdDate"]),
        modified: json::owned(item, &["lastModified"]),
    })
}

/// Tags come as objects with a name, as texts, as one text, or not at all.
fn tags(value: Option<&Value>) -> Vec<String> {
    let name = |tag: &Value| {
        json::said(tag).map(str::to_owned).or_else(|| json::owned(tag, &["name", "name_en", "nameEn"]))
    };
    match value {
        Some(Value::Array(tags)) => tags.iter().filter_map(name).collect(),
        Some(single) => name(single).into_iter().collect(),
        None => Vec::new(),
    }
}
