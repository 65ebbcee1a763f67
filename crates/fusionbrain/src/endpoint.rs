//! The addresses of the service. One can only be built right.

use crate::{Base, PipelineId, TaskId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters is escaped in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How an endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET: may be repeated (but see [`Endpoint::Status`]).
    Get,
    /// POST: starts a run and spends quota; never repeated by itself.
    Post,
}

impl Method {
    /// The method's name in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// One call of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// The models. `kind` asks for one type only, for example `TEXT2IMAGE`.
    Pipelines {
        /// Value of the `type` query parameter.
        kind: Option<&'static str>,
    },
    /// Whether a model takes runs now. Advice, never a gate.
    Availability(PipelineId),
    /// Starts a run.
    Run,
    /// How a run is doing. **A final answer can be read once.**
    Status(TaskId),
    /// The styles; on another host, without keys.
    Styles,
}

impl Endpoint {
    /// Where the styles are listed, whatever the base.
    pub const STYLES_URL: &'static str = "https://cdn.fusionbrain.ai/static/styles/key";

    /// The HTTP method.
    pub fn method(&self) -> Method {
        match self {
            Endpoint::Run => Method::Post,
            _ => Method::Get,
        }
    }

    /// The whole address; [`Endpoint::Styles`] ignores the base.
    pub fn url(&self, base: &Base) -> String {
        if *self == Endpoint::Styles {
            return Self::STYLES_URL.to_owned();
        }
        let mut url = base.as_str().to_owned();
        url.push_str(&self.path());
        if let Some(query) = self.query() {
            url.push('?');
            url.push_str(&query);
        }
        url
    }

    /// The path below the base, without a slash before it and without the query.
    pub fn path(&self) -> String {
        match self {
            Endpoint::Pipelines { .. } => "key/api/v1/pipelines".to_owned(),
            Endpoint::Availability(id) => {
                format!("key/api/v1/pipeline/{}/availability", segment(id.as_str()))
            }
            Endpoint::Run => "key/api/v1/pipeline/run".to_owned(),
            Endpoint::Status(id) => format!("key/api/v1/pipeline/status/{}", segment(id.as_str())),
            Endpoint::Styles => "static/styles/key".to_owned(),
        }
    }

    /// The query, without its question mark.
    pub fn query(&self) -> Option<String> {
        match self {
            Endpoint::Pipelines { kind: Some(kind) } => Some(format!("type={}", segment(kind))),
            _ => None,
        }
    }
}

fn segment(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, SEGMENT)
}
