//! Asking for one picture, and what comes of it.

use super::link::Links;
use super::said::Said;
use super::server::{Answer, Server};
use super::size::{Sides, Sizes, written};
use crate::settings::StartError;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fusionbrain::{File, Picture, Size, read_file};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a server that says "too many requests" is asked again.
const AGAIN: u32 = 3;
/// How long to wait before that, when it does not say.
const BUSY: Duration = Duration::from_secs(5);
/// Longest such wait, whatever it says.
const LONGEST_BUSY: Duration = Duration::from_secs(60);

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With a picture.
    Painted {
        /// The file, in clean base64.
        base64: String,
        /// What was asked for, what was ordered of the server, and what the file really is, in pixels.
        asked: Sides,
        ordered: Sides,
        made: Sides,
    },
    /// Somebody's rules forbid it.
    Censored,
    /// With a sentence for people.
    Failed(String),
}

/// Asks for pictures.
pub(crate) struct Painter {
    server: Arc<Server>,
    sizes: Sizes,
    links: Links,
    /// Models that do not know `response_format`: they send base64 anyway.
    plain: Mutex<HashSet<String>>,
    patience: Duration,
}

impl Painter {
    pub(crate) fn new(
        server: Arc<Server>,
        sizes: Sizes,
        patience: Duration,
        connect: Duration,
    ) -> Result<Self, StartError> {
        Ok(Self { server, sizes, links: Links::new(connect)?, plain: Mutex::default(), patience })
    }

    /// The size that would be ordered now.
    pub(crate) fn size(&self, model: Option<&str>, asked: Size) -> Sides {
        self.sizes.nearest(model, asked)
    }

    /// Asks for a picture until there is one, or a no, or the time is up. It is asked again only after refusals that say
    /// that nothing was painted.
    pub(crate) async fn paint(&self, model: Option<&str>, prompt: &str, asked: Size) -> Outcome {
        let host = self.server.host();
        let until = Instant::now() + self.patience;
        let left = || until.saturating_duration_since(Instant::now());
        let (mut busy, mut learned) = (0, false);
        loop {
            let ordered = self.sizes.nearest(model, asked);
            let formatted = !self.is_plain(model);
            let order = order(model, prompt, ordered, formatted);
            let answer = match self.server.post("images/generations", order, left()).await {
                Ok(answer) => answer,
                Err(trouble) => return Outcome::Failed(format!("{host} {trouble}")),
            };
            if answer.status.is_success() {
                return self.painted(&answer, asked, ordered, left()).await;
            }
            let said = Said::read(answer.status, &answer.body);
            if formatted && said.is_about("response_format") {
                self.plain.lock().unwrap_or_else(PoisonError::into_inner).insert(key(model));
                continue;
            }
            if !learned && said.is_about("size") && self.sizes.learn(model, ordered, &said.message) {
                learned = true;
                continue;
            }
            if answer.status.as_u16() == 429 && !said.is_quota() && busy < AGAIN {
                let wait = asked_to_wait(&answer);
                if wait < left() {
                    busy += 1;
                    sleep(wait).await;
                    continue;
                }
            }
            return refused(&said, host);
        }
    }

    fn is_plain(&self, model: Option<&str>) -> bool {
        let bare = model.unwrap_or_default().rsplit('/').next().unwrap_or_default();
        bare.starts_with("gpt-image")
            || self.plain.lock().unwrap_or_else(PoisonError::into_inner).contains(&key(model))
    }

    async fn painted(&self, answer: &Answer, asked: Size, ordered: Sides, left: Duration) -> Outcome {
        let host = self.server.host();
        let file = match file(&answer.body) {
            Ok(file) => file,
            Err(Nothing::Censored) => return Outcome::Censored,
            Err(Nothing::Said(said)) => return refused(&said, host),
            Err(Nothing::NotJson) => {
                return Outcome::Failed(format!("{host} answered something else than JSON."));
            }
            Err(Nothing::NoPicture) => return Outcome::Failed(format!("{host} answered without a picture.")),
        };
        let unreadable =
            |error| Outcome::Failed(format!("{host} sent something else than a picture: {error}."));
        let (base64, made) = match read_file(&file) {
            Ok(File::Picture { picture, base64 }) => (base64.into_owned(), (picture.width, picture.height)),
            Ok(File::Link(address)) => match self.links.fetch(&self.server, &address, left).await {
                Ok(bytes) => match looked_at(&bytes) {
                    Ok(found) => found,
                    Err(error) => return unreadable(error),
                },
                Err(sentence) => return Outcome::Failed(sentence),
            },
            Err(error) => return unreadable(error),
        };
        Outcome::Painted { base64, asked: (asked.width(), asked.height()), ordered, made }
    }
}

/// Why a 2xx brought no picture.
enum Nothing {
    Censored,
    Said(Said),
    NotJson,
    NoPicture,
}

/// The file of an answer: base64, perhaps dressed, or an address.
fn file(body: &[u8]) -> Result<String, Nothing> {
    let mut json: Value = serde_json::from_slice(body).map_err(|_| Nothing::NotJson)?;
    if let Some(said) = Said::from_json(StatusCode::OK, &json).filter(|_| json.get("data").is_none()) {
        return Err(Nothing::Said(said));
    }
    // xAI sends what moderation caught with a mark, with or without a file.
    let caught = |value: &Value| value.get("respect_moderation") == Some(&Value::Bool(false));
    if caught(&json) {
        return Err(Nothing::Censored);
    }
    let first = json.pointer_mut("/data/0").ok_or(Nothing::NoPicture)?;
    if caught(first) {
        return Err(Nothing::Censored);
    }
    // Taken out, not copied: a file is megabytes.
    let mut text = |name: &str| match first.get_mut(name).map(Value::take) {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    };
    text("b64_json").or_else(|| text("url")).ok_or(Nothing::NoPicture)
}

fn looked_at(bytes: &Bytes) -> Result<(String, Sides), fusionbrain::PictureError> {
    let picture = Picture::from_bytes(bytes.to_vec())?;
    Ok((BASE64_STANDARD.encode(&picture.bytes), (picture.width, picture.height)))
}

/// Nothing is sent that only some servers know, but `response_format`, which most need and the others name when they
/// refuse it.
fn order(model: Option<&str>, prompt: &str, ordered: Sides, formatted: bool) -> String {
    let mut order = json!({ "prompt": prompt, "n": 1, "size": written(ordered) });
    if let Some(model) = model {
        order["model"] = model.into();
    }
    if formatted {
        order["response_format"] = "b64_json".into();
    }
    order.to_string()
}

fn refused(said: &Said, host: &str) -> Outcome {
    if said.is_moderation() {
        Outcome::Censored
    } else if said.is_quota() {
        // The words by which clients of the real service know it; the server's own words after them.
        Outcome::Failed(format!("The limit has been reached ({})", said.sentence(host)))
    } else {
        Outcome::Failed(said.sentence(host))
    }
}

fn asked_to_wait(answer: &Answer) -> Duration {
    let seconds =
        answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    seconds.map_or(BUSY, Duration::from_secs).min(LONGEST_BUSY)
}

fn key(model: Option<&str>) -> String {
    model.unwrap_or_default().to_owned()
}
