//! A reply, and how a carrier is to send it.

use fusionbrain::Headers;

use crate::painting::Painting;

/// One HTTP reply.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// All other headers that matter: `Retry-After`, `Allow`, `Cache-Control`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: ReplyBody,
    /// How the body is to be sent.
    pub delivery: Delivery,
    /// To be given back through [`crate::Simulator::finished`] when the last byte went out or the client went away.
    /// Only status answers have one.
    pub ticket: Option<Ticket>,
}

/// What is sent.
#[derive(Debug)]
pub enum ReplyBody {
    /// Ready bytes.
    Bytes(Vec<u8>),
    /// A picture still to be painted.
    Painting(Painting),
}

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// At once.
    Whole,
    /// Announce the full length, send half, close the connection.
    Cut,
    /// Spread evenly over this time.
    Dribble {
        /// In milliseconds.
        over_ms: u64,
    },
}

/// Stands for one status answer that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(pub(crate) u64);

impl ReplyBody {
    /// The bytes to send. **Painting takes about a tenth of a second**: a carrier calls this outside its lock.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Painting(painting) => painting.into_json(),
        }
    }
}

impl Reply {
    /// A JSON reply.
    pub(crate) fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::of(status, ReplyBody::Bytes(value.to_string().into_bytes()))
    }

    pub(crate) fn of(status: u16, body: ReplyBody) -> Self {
        Self {
            status,
            content_type: "application/json",
            // A status answer that a browser took from its cache would be a wrong one.
            headers: vec![("Cache-Control", "no-store".to_owned())],
            body,
            delivery: Delivery::Whole,
            ticket: None,
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// All headers, as the readers of `fusionbrain` take them.
    pub fn headers(&self) -> Headers {
        let content_type = ("Content-Type", self.content_type.to_owned());
        Headers::new(std::iter::once(content_type).chain(self.headers.iter().cloned()))
    }
}
