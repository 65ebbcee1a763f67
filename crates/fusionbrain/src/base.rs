//! Where the service lives.

use std::fmt;

/// An address that endpoints can be appended to: `http` or `https`, a host, perhaps a port and a path, one slash at
/// the end, nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Base {
    url: String,
    /// Length of `scheme://host[:port]` in `url`.
    origin: usize,
}

/// Why a text is not an address of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseError {
    /// Nothing but white space.
    Empty,
    /// A scheme other than `http` and `https`.
    Scheme,
    /// No host between the scheme and the path.
    NoHost,
    /// A host with characters that no host has.
    BadHost,
    /// A port that is not a number within 1..=65535.
    BadPort,
    /// A name or password before an `@`: keys do not belong in an address.
    UserInfo,
    /// A `?` or `#`: endpoints could not be appended.
    QueryOrFragment,
    /// White space, a control character or a backslash inside the address.
    BadCharacter,
}

impl fmt::Display for BaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BaseError::Empty => "the address is empty",
            BaseError::Scheme => "the address must start with https:// or http://",
            BaseError::NoHost => "the address has no host",
            BaseError::BadHost => "the host has a character that no host has",
            BaseError::BadPort => "the port is not a number from 1 to 65535",
            BaseError::UserInfo => "the address must not hold a name or password",
            BaseError::QueryOrFragment => "the address must not hold ? or #",
            BaseError::BadCharacter => "the address has white space or another odd character in it",
        })
    }
}

impl std::error::Error for BaseError {}

impl Base {
    /// The vendor's own service.
    pub const OFFICIAL: &'static str = "https://api-key.fusionbrain.ai/";

    /// Reads an address as people type or paste it.
    ///
    /// White space at the ends goes. Without a scheme it is `https`, for this very machine `http`. Scheme and host
    /// become lower case, a port that the scheme means anyway goes. Exactly one slash ends the path; a pasted
    /// trailing `key/api/v1` or `key/api/v1/pipelines` is cut off, because endpoints bring it themselves.
    ///
    /// # Errors
    /// [`BaseError`] names what is wrong.
    pub fn new(text: &str) -> Result<Self, BaseError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BaseError::Empty);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(BaseError::BadCharacter);
        }
        if text.contains(['?', '#']) {
            return Err(BaseError::QueryOrFragment);
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some("https"), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some("http"), rest),
            // A path may hold "://" too; only what stands before the first slash can be a scheme.
            Some((scheme, _)) if !scheme.contains('/') => return Err(BaseError::Scheme),
            _ => (None, text),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(BaseError::UserInfo);
        }
        let (host, port) = host_and_port(authority)?;
        let scheme = scheme.unwrap_or(match host.as_str() {
            "localhost" | "127.0.0.1" | "[::1]" => "http",
            _ => "https",
        });
        let mut url = format!("{scheme}://{host}");
        if let Some(port) =
            port.filter(|port| (scheme, *port) != ("https", 443) && (scheme, *port) != ("http", 80))
        {
            url.push_str(&format!(":{port}"));
        }
        let origin = url.len();
        url.push_str(without_endpoint(path));
        url.push('/');
        Ok(Self { url, origin })
    }

    /// The address, with its one trailing slash.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// `scheme://host[:port]`, without a slash: what a browser calls the origin.
    pub fn origin(&self) -> &str {
        &self.url[..self.origin]
    }

    /// Whether keys would travel in the clear.
    pub fn is_plain_http(&self) -> bool {
        self.url.starts_with("http://")
    }
}

/// What every endpoint starts with.
const API: &str = "/key/api/v1";

/// The path without slashes at the end and without the endpoint that people paste with it.
fn without_endpoint(path: &str) -> &str {
    let mut path = path.trim_end_matches('/');
    // Again and again, so that an address that was made good once stays as it is.
    while let Some(rest) = path.strip_suffix("/pipelines").unwrap_or(path).strip_suffix(API) {
        path = rest.trim_end_matches('/');
    }
    path
}

/// Splits `host[:port]`; the host comes back in lower case, an IPv6 one with its brackets.
fn host_and_port(authority: &str) -> Result<(String, Option<u16>), BaseError> {
    let (host, port, ok) = if authority.starts_with('[') {
        let end = authority.find(']').ok_or(BaseError::BadHost)? + 1;
        let (host, rest) = authority.split_at(end);
        let port = match rest {
            "" => None,
            _ => Some(rest.strip_prefix(':').ok_or(BaseError::BadHost)?),
        };
        let inside = &host[1..end - 1];
        let ok =
            inside.contains(':') && inside.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
        (host, port, ok)
    } else {
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        // Letters of any script: the browser and the relay know how to write them for the name service, and which
        // are letters at all.
        let letter = |c: char| {
            if c.is_ascii() { c.is_ascii_alphanumeric() } else { !c.is_whitespace() && !c.is_control() }
        };
        let ok = host.chars().all(|c| letter(c) || matches!(c, '-' | '.' | '_')) && host.chars().any(letter);
        (host, port, ok)
    };
    if host.is_empty() {
        return Err(BaseError::NoHost);
    }
    if !ok {
        return Err(BaseError::BadHost);
    }
    let port = match port {
        None => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse::<u16>().ok().filter(|port| *port > 0).ok_or(BaseError::BadPort)?)
        }
        Some(_) => return Err(BaseError::BadPort),
    };
    Ok((host.to_ascii_lowercase(), port))
}
