//! A request as a carrier brings it.

use fusionbrain::Headers;

/// One HTTP request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// In capitals, as on the wire.
    pub method: &'a str,
    /// From the first slash, percent-encoded as it came, without the query: `/key/api/v1/pipelines`.
    pub path: &'a str,
    /// Raw, without the question mark; empty when there is none.
    pub query: &'a str,
    /// The keys and the content type are looked at.
    pub headers: &'a Headers,
    /// The body, already split when it was a form.
    pub body: Body<'a>,
}

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// No body.
    None,
    /// The parts of a multipart form, in order.
    Form(&'a [Part<'a>]),
    /// Anything else: the service takes forms only.
    Other,
}

/// One part of a multipart form.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The name of the field.
    pub name: &'a str,
    /// Browsers add `blob` to `params`; other clients leave it out. It changes nothing.
    pub file_name: Option<&'a str>,
    /// The part's own content type.
    pub content_type: Option<&'a str>,
    /// The content.
    pub bytes: &'a [u8],
}

impl<'a> Request<'a> {
    /// The first value of a query parameter, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The first part of that name.
    pub(crate) fn part(&self, name: &str) -> Option<Part<'a>> {
        match self.body {
            Body::Form(parts) => parts.iter().find(|part| part.name == name).copied(),
            Body::None | Body::Other => None,
        }
    }
}
