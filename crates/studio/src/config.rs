//! `config.json`: what whoever put the page somewhere presets for its visitors (docs/config.md).
//!
//! Each part is read for itself: what is wrong in one does not spoil another, and nobody pays for reading what they do not
//! use. Whatever cannot be read is as if it were not there, but for a list of allowed origins, which then allows less. Names
//! that nobody knows are passed over: a newer page's file does for an older one.

use fusionbrain::Base;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// The languages a page can begin in.
pub const LANGUAGES: [&str; 2] = ["en", "ru"];

/// The themes a page can begin in. `auto` is what the visitor's system says; `contrast` is high contrast, dark or light as it says.
pub const THEMES: [&str; 4] = ["auto", "dark", "light", "contrast"];

/// Where pictures can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The relay that served the page.
    Here,
    /// A relay somewhere else.
    Relay,
    /// The service itself.
    Direct,
    /// The simulator inside the page.
    Demo,
}

impl Source {
    /// All of them, under the names they have in the file.
    pub const ALL: [(Self, &str); 4] =
        [(Self::Here, "here"), (Self::Relay, "relay"), (Self::Direct, "direct"), (Self::Demo, "demo")];
}

/// The connection of a visitor who has not chosen one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Where pictures come from.
    pub source: Source,
    /// The relay's address, or the service's; none where the source says it already.
    pub address: Option<Base>,
}

/// The life of the page inside another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Embed {
    /// Origins of the pages that may talk to this one.
    pub origins: Vec<String>,
    /// Those of them that may have pictures made without asking the visitor.
    pub may_spend: Vec<String>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The connection of a visitor who has not chosen one.
    pub connection: Option<Preset>,
    /// The origins of the relays that may be entered; any, when there is no list.
    pub relays: Option<Vec<String>>,
    /// One of [`LANGUAGES`].
    pub language: Option<String>,
    /// One of [`THEMES`].
    pub theme: Option<String>,
    /// The name of the page.
    pub title: Option<String>,
    /// The life of the page inside another one.
    pub embed: Embed,
}

/// What is wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is no JSON object, and none of it is used.
    NotJson,
    /// A value that cannot be meant.
    Wrong {
        /// Its name, with the names around it: `connection.address`.
        at: &'static str,
        /// Its place, where it is one of a list.
        place: Option<usize>,
    },
    /// A relay as the preset connection that the list of relays does not hold.
    NotAllowed,
    /// Something that is called like a key, at this place. Everybody who opens the page can read the file.
    Secret(String),
}

/// Where problems are told.
pub type Tell<'a> = &'a mut dyn FnMut(Problem);

/// The file's value, which can be asked for its parts. None: it is no JSON object.
pub fn value(text: &str) -> Option<Value> {
    // An empty file wants nothing.
    if text.trim().is_empty() {
        return Some(Value::Null);
    }
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok().filter(Value::is_object)
}

/// The origins of the relays that may be entered; any, when there is no list. A list that cannot be read allows none.
pub fn relays(config: &Value, tell: Tell) -> Option<Vec<String>> {
    let list = present(config, "relays")?;
    Some(origins(list, "relays", tell))
}

/// Whether this address may be used: the list of [`relays`] holds its origin, or there is none, or it is the official service.
pub fn allows(config: &Value, address: &Base) -> bool {
    let listed = |list: &Value| {
        list.as_array().is_some_and(|list| list.iter().any(|origin| origin == address.origin()))
    };
    present(config, "relays").is_none_or(listed) || address.as_str() == Base::OFFICIAL
}

/// The connection of a visitor who has not chosen one.
pub fn connection(config: &Value, tell: Tell) -> Option<Preset> {
    let wanted = present(config, "connection")?;
    let mut wrong = |at| tell(Problem::Wrong { at, place: None });
    if !wanted.is_object() {
        wrong("connection");
        return None;
    }
    let kind = wanted.get("kind").and_then(Value::as_str);
    let Some((source, _)) = Source::ALL.into_iter().find(|(_, name)| Some(*name) == kind) else {
        wrong("connection.kind");
        return None;
    };
    if matches!(source, Source::Here | Source::Demo) {
        return Some(Preset { source, address: None });
    }
    let address = match present(wanted, "address") {
        None if source == Source::Direct => return Some(Preset { source, address: None }),
        // Whole: what a person's field may leave out, a file says.
        given => given
            .and_then(Value::as_str)
            .filter(|text| text.starts_with("https://") || text.starts_with("http://"))
            .and_then(|text| Base::new(text).ok()),
    };
    let Some(address) = address else {
        wrong("connection.address");
        return None;
    };
    if !allows(config, &address) {
        tell(Problem::NotAllowed);
        return None;
    }
    Some(Preset { source, address: Some(address) })
}

/// The life of the page inside another one.
pub fn embed(config: &Value, tell: Tell) -> Embed {
    let Some(embed) = present(config, "embed") else { return Embed::default() };
    if !embed.is_object() {
        tell(Problem::Wrong { at: "embed", place: None });
    }
    let mut list = |name, at| present(embed, name).map(|list| origins(list, at, tell)).unwrap_or_default();
    Embed { origins: list("origins", "embed.origins"), may_spend: list("may_spend", "embed.may_spend") }
}

/// All of it, and everything that is wrong in it.
pub fn read(text: &str) -> (Config, Vec<Problem>) {
    let mut problems = vec![];
    let tell: Tell = &mut |problem| problems.push(problem);
    let value = value(text).unwrap_or_else(|| {
        tell(Problem::NotJson);
        Value::Null
    });
    let config = Config {
        connection: connection(&value, tell),
        relays: relays(&value, tell),
        language: one_of(&value, "language", &LANGUAGES, tell),
        theme: one_of(&value, "theme", &THEMES, tell),
        title: title(&value, tell),
        embed: embed(&value, tell),
    };
    secrets(&value, "", tell);
    (config, problems)
}

/// A value that is really there: `null` wants nothing.
fn present<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn one_of(config: &Value, name: &'static str, known: &[&str], tell: Tell) -> Option<String> {
    let found = present(config, name)?;
    let text = found.as_str().filter(|text| known.contains(text)).map(str::to_owned);
    if text.is_none() {
        tell(Problem::Wrong { at: name, place: None });
    }
    text
}

fn title(config: &Value, tell: Tell) -> Option<String> {
    // What the shell's script trims, and the schema calls white space.
    let blank = |c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}';
    let title = present(config, "title")?.as_str().map(|title| title.trim_matches(blank));
    let title = title.filter(|title| !title.is_empty());
    if title.is_none() {
        tell(Problem::Wrong { at: "title", place: None });
    }
    title.map(str::to_owned)
}

/// A list of origins, each exactly as a browser writes it.
fn origins(list: &Value, at: &'static str, tell: Tell) -> Vec<String> {
    let Some(list) = list.as_array() else {
        tell(Problem::Wrong { at, place: None });
        return vec![];
    };
    let mut found = vec![];
    for (place, item) in list.iter().enumerate() {
        match item.as_str().filter(|text| Base::new(text).is_ok_and(|base| base.origin() == *text)) {
            Some(origin) => found.push(origin.to_owned()),
            None => tell(Problem::Wrong { at, place: Some(place) }),
        }
    }
    found
}

/// Tells of all that is called like a key, wherever it stands. What it holds is not looked at.
fn secrets(value: &Value, around: &str, tell: Tell) {
    let at = |name: &str| if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") };
    match value {
        Value::Object(fields) => {
            for (name, inside) in fields {
                if is_secret(name) && !inside.is_null() {
                    tell(Problem::Secret(at(name)));
                }
                secrets(inside, &at(name), tell);
            }
        }
        Value::Array(items) => {
            for (place, inside) in items.iter().enumerate() {
                secrets(inside, &at(&place.to_string()), tell);
            }
        }
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = ["secret", "token", "password", "authorization", "credential"];
    name.trim_end_matches('s').ends_with("key") || parts.iter().any(|part| name.contains(part))
}
