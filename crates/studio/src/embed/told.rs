//! What the studio says.

use serde_json::{Value, json};

use super::{Standing, VERSION};
use crate::Ms;

/// `to` of an error that answers no message.
pub const UNASKED: &str = "";

/// A message of the studio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<'a> {
    /// To everybody around, before anybody is known: there is a studio that can be spoken to. Says nothing else.
    Hello,
    /// The answer to the host's hello, and the first word through its port.
    Ready {
        /// The host's.
        nonce: &'a str,
        /// The app's version.
        app: &'a str,
        /// What the host may do.
        standing: Standing,
        /// Whether pictures are stored, or are in memory only.
        stores: bool,
    },
    /// The studio would like to be so high, in CSS pixels.
    Resize {
        /// Height.
        height: u32,
    },
    /// Something came of a job.
    Result(Ended<'a>),
    /// Something was not done.
    Error {
        /// Why: kebab-case, stable.
        code: &'a str,
        /// What is answered: `configure`, `prompt`; [`UNASKED`] for anything else.
        to: &'a str,
    },
}

/// A job's news, or a picture that was chosen; see the schema for what is there when. Empty texts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended<'a> {
    /// `started`, `done`, `failed` or `picked`.
    pub event: &'a str,
    /// The job's id.
    pub job: &'a str,
    /// What it was made from.
    pub prompt: &'a str,
    /// What should not be in it.
    pub negative: &'a str,
    /// The style's name.
    pub style: &'a str,
    /// Pixels of the picture; before it is there, of what was asked for.
    pub size: (u32, u32),
    /// The picture's media type.
    pub kind: &'a str,
    /// How long the service drew.
    pub drawn: Option<Ms>,
    /// Why there is no picture: kebab-case, stable.
    pub failure: &'a str,
}

impl Told<'_> {
    /// The message as it is sent.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_value().to_string()
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Hello => json!({ "komposition": "hello", "version": VERSION }),
            Self::Ready { nonce, app, standing, stores } => json!({
                "komposition": "ready", "version": VERSION, "nonce": nonce, "app": app, "stores": stores,
                "known": *standing >= Standing::Known, "may_spend": *standing == Standing::MaySpend,
            }),
            Self::Resize { height } => json!({ "komposition": "resize", "height": height }),
            Self::Result(ended) => ended.to_value(),
            Self::Error { code, to } => {
                let mut error = json!({ "komposition": "error", "code": code });
                if !to.is_empty() {
                    error["to"] = Value::from(*to);
                }
                error
            }
        }
    }
}

impl Ended<'_> {
    fn to_value(&self) -> Value {
        let (width, height) = self.size;
        let mut result = json!({
            "komposition": "result", "event": self.event, "job": self.job, "prompt": self.prompt,
            "width": width, "height": height,
        });
        let texts = [
            ("negative", self.negative),
            ("style", self.style),
            ("type", self.kind),
            ("failure", self.failure),
        ];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            result[name] = Value::from(text);
        }
        if let Some(drawn) = self.drawn {
            result["drawn_ms"] = Value::from(drawn);
        }
        result
    }
}
