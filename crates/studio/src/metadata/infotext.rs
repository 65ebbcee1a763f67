//! The widely used text `parameters`, as AUTOMATIC1111's web UI writes it and most tools read it:
//!
//! ```text
//! the prompt, of any number of lines
//! Negative prompt: of any number of lines
//! Size: 1024x1024, Model: Kandinsky, Style: ANIME
//! ```
//!
//! It cannot say everything (a prompt may have a line that looks like settings); that is what our own JSON is for.

use super::Parameters;
use crate::library::{PictureEntry, cleaned};

const NEGATIVE: &str = "Negative prompt:";
/// Readers take a last line for settings from this many pairs on.
const ENOUGH: usize = 3;
/// Most pairs that are kept.
const PAIRS: usize = 64;
/// Most characters of a text that are looked at.
const LIMIT: usize = 64 << 10;

pub(super) fn write(parameters: &Parameters) -> String {
    let mut text = parameters.prompt.clone();
    if !parameters.negative.is_empty() {
        text.push_str(&format!("\n{NEGATIVE} {}", parameters.negative));
    }
    text.push_str(&format!("\nSize: {}x{}", parameters.width, parameters.height));
    for (name, value) in [("Model", &parameters.pipeline), ("Style", &parameters.style)] {
        if !value.is_empty() {
            text.push_str(&format!(", {name}: {}", quoted(value)));
        }
    }
    // Always there, so that there are always enough pairs.
    text.push_str(", Service: Fusion Brain, Generator: Komposition");
    text
}

/// Reads the text. Of one that is not `sure` to be one, `None` when it has neither settings nor a negative prompt.
pub(super) fn read(text: &str, sure: bool) -> Option<Parameters> {
    let text = cleaned(text, LIMIT);
    let lines: Vec<&str> = text.lines().collect();
    let settings = settings(&lines);
    let (texts, pairs) = match &settings {
        Some((line, pairs)) => (&lines[..*line], pairs.as_slice()),
        None => (&lines[..], &[][..]),
    };
    let negative = texts.iter().position(|line| line.trim_start().starts_with(NEGATIVE));
    if text.is_empty() || (!sure && negative.is_none() && settings.is_none()) {
        return None;
    }
    let (prompt, rest) = texts.split_at(negative.unwrap_or(texts.len()));
    let rest = rest.join("\n");
    let mut parameters = Parameters {
        prompt: cleaned(&prompt.join("\n"), PictureEntry::TEXT_LIMIT),
        negative: cleaned(rest.trim_start().strip_prefix(NEGATIVE).unwrap_or(""), PictureEntry::TEXT_LIMIT),
        ..Parameters::default()
    };
    for (name, value) in pairs {
        match name.as_str() {
            "Size" => (parameters.width, parameters.height) = sides(value).unwrap_or((0, 0)),
            "Model" => parameters.pipeline = cleaned(value, PictureEntry::NAME_LIMIT),
            "Style" => parameters.style = cleaned(value, PictureEntry::NAME_LIMIT),
            _ => parameters.more.push((name.clone(), value.clone())),
        }
    }
    Some(parameters)
}

/// The line of settings: the last that begins with `Steps:` (newer versions put more lines below it), else the last line.
fn settings(lines: &[&str]) -> Option<(usize, Vec<(String, String)>)> {
    let last = lines.len().checked_sub(1)?;
    let steps = lines.iter().rposition(|line| line.trim_start().starts_with("Steps:"));
    [steps, Some(last)].into_iter().flatten().find_map(|line| Some((line, pairs(lines[line])?)))
}

/// The pairs of a line of settings; `None` when it rather is a sentence with commas.
fn pairs(line: &str) -> Option<Vec<(String, String)>> {
    let (mut pairs, mut pieces, mut rest) = (Vec::new(), 0, line.trim());
    while !rest.is_empty() && pieces < 2 * PAIRS {
        pieces += 1;
        let Some((name, after)) = name(rest) else {
            if pieces == 1 {
                return None;
            }
            rest = rest.split_once(',').map_or("", |(_, after)| after.trim_start());
            continue;
        };
        let (value, after) = value(after);
        if pairs.len() < PAIRS {
            pairs.push((name.to_owned(), cleaned(&value, 10 * PictureEntry::NAME_LIMIT)));
        }
        rest = after;
    }
    (pairs.len() >= ENOUGH && 2 * pairs.len() > pieces).then_some(pairs)
}

/// A name at the beginning, and what follows its colon.
fn name(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.split_once(':')?;
    let plain =
        |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '/' | '(' | ')');
    let name = name.trim();
    (!name.is_empty() && name.chars().count() <= 64 && name.chars().all(plain))
        .then_some((name, after.trim_start()))
}

/// A value at the beginning, and what follows its comma. What has commas or colons stands in JSON's quotes.
fn value(text: &str) -> (String, &str) {
    if text.starts_with('"') {
        let mut quoted = serde_json::Deserializer::from_str(text).into_iter::<String>();
        if let Some(Ok(value)) = quoted.next() {
            let rest = text[quoted.byte_offset()..].trim_start();
            return (value, rest.strip_prefix(',').unwrap_or(rest).trim_start());
        }
    }
    match text.split_once(',') {
        Some((value, rest)) => (value.trim().to_owned(), rest.trim_start()),
        None => (text.trim().to_owned(), ""),
    }
}

fn quoted(value: &str) -> String {
    if value.contains([',', ':', '"', '\n']) {
        serde_json::Value::from(value).to_string()
    } else {
        value.to_owned()
    }
}

fn sides(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once('x')?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}
