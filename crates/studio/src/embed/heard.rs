//! What a host says.

use serde_json::Value;

use super::VERSION;
use crate::config::LANGUAGES;

/// The longest message that is looked at, in bytes: prompts have a thousand letters.
pub const LONGEST: usize = 16 * 1024;

/// A message of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The first one, with the port that all others come through.
    Hello {
        /// Repeated in the answer, so that the host knows what is answered.
        nonce: String,
    },
    /// How the studio shall be.
    Configure(Configure),
    /// What shall stand in the form.
    Prompt(Preset),
}

/// How the studio shall be. What is not said stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configure {
    /// `en` or `ru`.
    pub language: Option<&'static str>,
    /// `dark` or `light`.
    pub theme: Option<&'static str>,
    /// Where pictures come from: `here` (whoever serves the studio), or a relay's address.
    pub connection: Option<String>,
    /// Whether a picture is asked for.
    pub picker: Option<bool>,
}

/// What shall stand in the form. What is not said stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preset {
    /// The prompt.
    pub prompt: String,
    /// The negative prompt.
    pub negative: Option<String>,
    /// The style's name.
    pub style: Option<String>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Whether it shall be run at once, which spends quota.
    pub create: bool,
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than [`LONGEST`].
    TooLarge,
    /// No JSON object that names what it is, or with a field that is not as it should be.
    Malformed,
    /// It names what nobody knows here.
    Unknown,
    /// A host of another version.
    Version,
}

impl Refusal {
    /// The word for it in an `error` message: kebab-case, stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::Unknown => "unknown-message",
            Self::Version => "version",
        }
    }
}

/// Reads a message of the host. Fields that nobody knows are passed over; a known one that is not as it should be spoils
/// the whole message, so that nothing is done by half.
///
/// # Errors
/// [`Refusal`] says why it is none.
pub fn read(text: &str) -> Result<Heard, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::TooLarge);
    }
    let message: Value = serde_json::from_str(text).map_err(|_| Refusal::Malformed)?;
    let message = Fields(&message);
    match message.text("komposition")?.ok_or(Refusal::Malformed)? {
        "hello" => hello(message),
        "configure" => configure(message).map(Heard::Configure),
        "prompt" => preset(message).map(Heard::Prompt),
        _ => Err(Refusal::Unknown),
    }
}

fn hello(message: Fields<'_>) -> Result<Heard, Refusal> {
    match message.0.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(_) => return Err(Refusal::Version),
        None => return Err(Refusal::Malformed),
    }
    let nonce = message.text("nonce")?.ok_or(Refusal::Malformed)?;
    let plain = nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !plain || !(16..=64).contains(&nonce.len()) {
        return Err(Refusal::Malformed);
    }
    Ok(Heard::Hello { nonce: nonce.to_owned() })
}

fn configure(message: Fields<'_>) -> Result<Configure, Refusal> {
    Ok(Configure {
        language: message.one_of("language", LANGUAGES)?,
        theme: message.one_of("theme", ["dark", "light"])?,
        connection: message.text("connection")?.map(str::to_owned),
        picker: message.flag("picker")?,
    })
}

fn preset(message: Fields<'_>) -> Result<Preset, Refusal> {
    let size = match (message.side("width")?, message.side("height")?) {
        (Some(width), Some(height)) => Some((width, height)),
        (None, None) => None,
        _ => return Err(Refusal::Malformed),
    };
    Ok(Preset {
        prompt: message.text("prompt")?.ok_or(Refusal::Malformed)?.to_owned(),
        negative: message.text("negative")?.map(str::to_owned),
        style: message.text("style")?.map(str::to_owned),
        size,
        create: message.flag("create")?.unwrap_or_default(),
    })
}

/// The fields of a message. Null is as good as nothing.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a Value);

impl<'a> Fields<'a> {
    fn field<T>(self, name: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or(Refusal::Malformed),
        }
    }

    fn text(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.field(name, Value::as_str)
    }

    fn flag(self, name: &str) -> Result<Option<bool>, Refusal> {
        self.field(name, Value::as_bool)
    }

    /// A side of a picture: what the service takes of it, the form says.
    fn side(self, name: &str) -> Result<Option<u32>, Refusal> {
        self.field(name, |value| {
            value.as_u64().filter(|side| (1..=99_999).contains(side)).map(|side| side as u32)
        })
    }

    fn one_of<const N: usize>(
        self,
        name: &str,
        words: [&'static str; N],
    ) -> Result<Option<&'static str>, Refusal> {
        self.field(name, |value| words.into_iter().find(|word| value.as_str() == Some(word)))
    }
}
