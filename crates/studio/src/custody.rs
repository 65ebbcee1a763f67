//! Connections and their keys, as the text that a browser keeps between two visits.
//!
//! What is written holds a key in the clear in one case only: it is to be remembered ([`Custody::Remembered`]). Keys are
//! bound to the place they were given for ([`Kept::place`]): read beside another address they are not there.
//!
//! Version 2, `{"version":2,"active":ID,"connections":[…]}`; version 1 was one connection without a version, see the
//! fixtures in `custody/tests.rs`. docs/decisions/0021-custody-of-keys.md says why it is as it is.

mod sealed;
#[cfg(test)]
mod tests;

pub use sealed::{Parts, Sealed};

use std::fmt;

use fusionbrain::{Base, Credentials, Key, Secret, Token};
use serde_json::{Map, Value, json};

use crate::Ms;

const VERSION: u64 = 2;

/// The id of a browser's first connection.
const FIRST: &str = "1";

/// No more connections are read: more than anybody names, and few enough to go through at each start.
pub const MOST: usize = 100;

/// The longest name of a connection, in characters.
pub const LONGEST_NAME: usize = 60;

/// Where pictures shall come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The relay that served this page.
    #[default]
    Here,
    /// Another relay.
    Relay,
    /// The service itself.
    Direct,
    /// The simulator inside the page.
    Demo,
}

/// Who keeps the keys, and for how long.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Custody {
    /// The memory of this tab: nothing is written.
    #[default]
    Tab,
    /// This browser, in the clear, until then; without a time for ever.
    Remembered(Option<Ms>),
    /// This browser, under a passphrase. Nothing is sealed before it was given one.
    Vault(Option<Sealed>),
}

/// A connection: where it leads, and its keys as texts. Empty is none.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What other tabs know it by.
    pub id: String,
    /// What a person calls it. Empty: it has no name of its own.
    pub name: String,
    /// Which of the addresses counts.
    pub choice: Choice,
    /// Another relay's address, as it was typed.
    pub relay: String,
    /// The service's address, as it was typed.
    pub direct: String,
    /// The key.
    pub key: String,
    /// The secret.
    pub secret: String,
    /// What a relay knows this person by.
    pub token: String,
    /// The [`Self::place`] the keys were given for; empty before they were sent or kept.
    pub given_for: String,
    /// Who keeps the keys.
    pub custody: Custody,
}

/// Keys are not for messages.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({:?}, {:?}, {:?})", self.id, self.choice, self.custody)
    }
}

impl fmt::Debug for Custody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tab => f.write_str("Tab"),
            Self::Remembered(until) => write!(f, "Remembered({until:?})"),
            Self::Vault(sealed) => write!(f, "Vault(sealed: {})", sealed.is_some()),
        }
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            choice: Choice::Here,
            relay: String::new(),
            direct: Base::OFFICIAL.to_owned(),
            key: String::new(),
            secret: String::new(),
            token: String::new(),
            given_for: String::new(),
            custody: Custody::Tab,
        }
    }
}

impl Kept {
    /// Both keys, if both are there.
    pub fn credentials(&self) -> Option<Credentials> {
        Some(Credentials { key: Key::new(&self.key)?, secret: Secret::new(&self.secret)? })
    }

    /// What the relay knows this person by.
    pub fn token(&self) -> Option<Token> {
        Token::new(&self.token)
    }

    /// Where its keys would go: the kind of counterpart and the exact origin. None when the address is none.
    pub fn place(&self) -> Option<String> {
        let (kind, address) = match self.choice {
            Choice::Here => return Some("here".to_owned()),
            Choice::Demo => return Some("demo".to_owned()),
            Choice::Relay => ("relay ", &self.relay),
            Choice::Direct => ("direct ", &self.direct),
        };
        Base::new(address).ok().map(|base| String::from(kind) + base.origin())
    }

    /// Whether it has keys in the clear.
    pub fn has_keys(&self) -> bool {
        !(self.key.is_empty() && self.secret.is_empty() && self.token.is_empty())
    }

    /// Neither keys nor a token that could be used, nor any in a vault.
    pub fn has_nothing(&self) -> bool {
        !self.has_keys() && !self.is_locked()
    }

    /// Whether its keys are sealed, and not open now.
    pub fn is_locked(&self) -> bool {
        !self.has_keys() && matches!(self.custody, Custody::Vault(Some(_)))
    }

    /// Until when its keys may be used, if that ends.
    pub fn until(&self) -> Option<Ms> {
        match self.custody {
            Custody::Remembered(until) => until,
            Custody::Tab | Custody::Vault(_) => None,
        }
    }

    /// The keys in the clear go; what is sealed stays.
    pub fn lock(&mut self) {
        self.key.clear();
        self.secret.clear();
        self.token.clear();
    }

    /// The keys go, wherever they are.
    pub fn forget(&mut self) {
        self.lock();
        self.given_for.clear();
        if matches!(self.custody, Custody::Vault(_)) {
            self.custody = Custody::Vault(None);
        }
    }

    /// The keys as what a vault holds.
    pub fn keys_text(&self) -> String {
        json!([self.key, self.secret, self.token]).to_string()
    }

    /// Takes the keys out of a text of [`Self::keys_text`]; says whether it was one.
    pub fn take_keys(&mut self, text: &str) -> bool {
        let list: Value = serde_json::from_str(text).unwrap_or_default();
        let word = |n: usize| list.get(n).and_then(Value::as_str).map(str::to_owned);
        let (Some(key), Some(secret), Some(token)) = (word(0), word(1), word(2)) else { return false };
        (self.key, self.secret, self.token) = (key, secret, token);
        true
    }

    fn to_value(&self, with_keys: bool) -> Value {
        let choice = match self.choice {
            Choice::Here => "here",
            Choice::Relay => "relay",
            Choice::Direct => "direct",
            Choice::Demo => "demo",
        };
        let mut object = Map::new();
        let mut put = |name: &str, text: &str| {
            if !text.is_empty() {
                object.insert(name.to_owned(), text.into());
            }
        };
        put("id", &self.id);
        put("name", &self.name);
        put("choice", choice);
        put("relay", &self.relay);
        let remembered = matches!(self.custody, Custody::Remembered(_));
        if with_keys || remembered {
            put("key", &self.key);
            put("secret", &self.secret);
            put("token", &self.token);
        }
        put("for", if matches!(self.custody, Custody::Tab) { "" } else { &self.given_for });
        // Without this one it is the vendor's.
        object.insert("direct".to_owned(), self.direct.as_str().into());
        let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
        match &self.custody {
            Custody::Tab => {}
            Custody::Remembered(until) => {
                put("keep", "remembered".into());
                if let Some(until) = until {
                    put("until", (*until).into());
                }
            }
            Custody::Vault(sealed) => {
                put("keep", "vault".into());
                if let Some(sealed) = sealed {
                    put("sealed", sealed.to_value());
                }
            }
        }
        Value::Object(object)
    }

    /// What one program of the page hands to the other, keys and all. Never to be stored.
    pub fn to_hand(&self) -> String {
        self.to_value(true).to_string()
    }

    /// What a text of [`Self::to_hand`] says; the defaults where it cannot be read.
    pub fn from_hand(text: &str) -> Self {
        read(&parsed(text), 0)
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Whether the time of a connection's keys is over. An end that cannot be read has passed.
fn is_over(value: &Value, now: Ms) -> bool {
    value.get("until").is_some_and(|until| until.as_u64().is_none_or(|until| until <= now))
}

/// By hand: a reader derived for this one shape is three kilobytes of the app.
fn read(value: &Value, now: Ms) -> Kept {
    let or_empty = |name: &str| text(value, name).unwrap_or_default();
    let mut kept = Kept {
        id: or_empty("id"),
        name: or_empty("name"),
        choice: match or_empty("choice").as_str() {
            "relay" => Choice::Relay,
            "direct" => Choice::Direct,
            "demo" => Choice::Demo,
            _ => Choice::Here,
        },
        relay: or_empty("relay"),
        direct: text(value, "direct").unwrap_or_else(|| Base::OFFICIAL.to_owned()),
        key: or_empty("key"),
        secret: or_empty("secret"),
        token: or_empty("token"),
        given_for: or_empty("for"),
        custody: match or_empty("keep").as_str() {
            "remembered" => Custody::Remembered(value.get("until").and_then(Value::as_u64)),
            "vault" => Custody::Vault(value.get("sealed").and_then(Sealed::read)),
            _ => Custody::Tab,
        },
    };
    if is_over(value, now) {
        kept.forget();
        kept.custody = Custody::Tab;
    } else if !kept.given_for.is_empty() && kept.place().as_ref() != Some(&kept.given_for) {
        // Whoever could change the address here shall not be sent the keys.
        kept.forget();
    }
    kept
}

/// The connections in a stored text, and the name of the one in use.
fn items(root: &Value) -> (&[Value], Option<&str>) {
    match root.get("version") {
        None if root.is_object() => (std::slice::from_ref(root), None),
        Some(version) if version.as_u64() == Some(VERSION) => {
            let list = root.get("connections").and_then(Value::as_array);
            (list.map(Vec::as_slice).unwrap_or_default(), root.get("active").and_then(Value::as_str))
        }
        _ => (&[], None),
    }
}

fn first() -> Kept {
    Kept { id: FIRST.to_owned(), ..Kept::default() }
}

/// Version 1 remembered keys without an end, for the address that was chosen.
fn upgrade(root: &Value, mut kept: Kept) -> Kept {
    if root.get("version").is_none() {
        kept.id = FIRST.to_owned();
        if kept.has_keys() {
            kept.custody = Custody::Remembered(None);
            kept.given_for = kept.place().unwrap_or_default();
        }
    }
    kept
}

/// The connection in use, out of a stored text; the default where it cannot be read.
pub fn active(stored: &str, now: Ms) -> Kept {
    let root = parsed(stored);
    let (list, active) = items(&root);
    let has_id = |value: &&Value| value.get("id").and_then(Value::as_str) == active;
    let value = list.iter().find(has_id).or_else(|| list.first());
    value.map_or_else(first, |value| upgrade(&root, read(value, now)))
}

/// The stored text without the keys whose time is over; none when there are no such.
pub fn without_expired(stored: &str, now: Ms) -> Option<String> {
    let root = parsed(stored);
    let (list, _) = items(&root);
    let mut found = false;
    let mut rest = String::new();
    if list.iter().any(|value| is_over(value, now)) {
        put(&root, now, &mut found, &mut rest);
    }
    found.then_some(rest)
}

/// Writes JSON, and leaves out what has expired. By hand: serde_json's writer knows how to write any fraction, which is nine
/// kilobytes of the first download, and there is none in these texts.
fn put(value: &Value, now: Ms, found: &mut bool, out: &mut String) {
    const KEYS: [&str; 7] = ["key", "secret", "token", "for", "keep", "until", "sealed"];
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.as_u64().unwrap_or_default().to_string()),
        Value::String(text) => put_text(text, out),
        Value::Array(list) => {
            let mut before = '[';
            for value in list {
                out.push(before);
                put(value, now, found, out);
                before = ',';
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        }
        Value::Object(object) => {
            let over = is_over(value, now);
            *found |= over;
            let mut before = '{';
            for (name, value) in object.iter().filter(|(name, _)| !(over && KEYS.contains(&name.as_str()))) {
                out.push(before);
                put_text(name, out);
                out.push(':');
                put(value, now, found, out);
                before = ',';
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
    }
}

fn put_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // The only way JSON has for these.
            '\0'..' ' => {
                out.push_str("\\u00");
                out.push(if c < '\x10' { '0' } else { '1' });
                out.push(char::from(b"0123456789abcdef"[c as usize % 16]));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// All connections of a browser: never none.
#[derive(Clone, PartialEq, Eq)]
pub struct Cabinet {
    /// The id of the one in use.
    pub active: String,
    /// In the order they were added.
    pub connections: Vec<Kept>,
}

impl Cabinet {
    /// What a stored text says; one default connection where it cannot be read.
    pub fn read(stored: &str, now: Ms) -> Self {
        let root = parsed(stored);
        let (list, active) = items(&root);
        let mut connections: Vec<Kept> = vec![];
        for value in list.iter().filter(|value| value.is_object()).take(MOST) {
            let mut kept = upgrade(&root, read(value, now));
            kept.name = kept.name.chars().take(LONGEST_NAME).collect();
            if !kept.id.is_empty() && connections.iter().all(|other| other.id != kept.id) {
                connections.push(kept);
            }
        }
        if connections.is_empty() {
            connections.push(first());
        }
        let active = connections.iter().find(|kept| Some(kept.id.as_str()) == active);
        let active = active.unwrap_or(&connections[0]).id.clone();
        Self { active, connections }
    }

    /// What is stored: keys in the clear only where they are to be remembered.
    pub fn to_text(&self) -> String {
        let list: Vec<Value> = self.connections.iter().map(|kept| kept.to_value(false)).collect();
        json!({ "version": VERSION, "active": self.active, "connections": list }).to_string()
    }
}

/// Whether other people's pages can be on the same origin as a page in this folder of this host: to a browser they are
/// one site, with one storage.
pub fn is_shared(host: &str, folder: &str) -> bool {
    // Hosts of many people's pages where a part of the path says whose a page is, or which of one person's.
    const SHARED: [&str; 6] =
        ["github.io", "gitlab.io", "codeberg.page", "bitbucket.io", "githack.com", "sourceforge.io"];
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let under = |shared: &&str| {
        let rest = host.strip_suffix(*shared);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    folder != "/" || SHARED.iter().any(under)
}
