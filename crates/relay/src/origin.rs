//! An origin as browsers write it, because it is compared byte for byte.

use axum::http::HeaderValue;
use fusionbrain::Base;
use std::fmt;
use std::str::FromStr;

/// `scheme://host[:port]`, exactly what a browser puts into the `Origin` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// A text that no browser would ever send as an origin, so that allowing it would silently allow nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginError {
    /// What was probably meant.
    meant: Option<String>,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.meant {
            Some(meant) => write!(f, "an origin is compared exactly: write it as {meant}"),
            None => write!(f, "an origin is written as https://host or http://host:port, each one by itself"),
        }
    }
}

impl std::error::Error for OriginError {}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let base = Base::new(text).map_err(|_| OriginError { meant: None })?;
        // Browsers send host names in their ASCII form; `Base` has checked everything else.
        if !base.origin().is_ascii() {
            return Err(OriginError { meant: None });
        }
        if base.origin() != text {
            return Err(OriginError { meant: Some(base.origin().to_owned()) });
        }
        Ok(Self(text.to_owned()))
    }
}

impl Origin {
    /// The origin as it stands in a header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

/// Whose pages may show the app in a frame: an origin, or `*` for everybody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestor(String);

impl FromStr for Ancestor {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        if text == "*" { Ok(Self(text.to_owned())) } else { text.parse().map(|Origin(origin)| Self(origin)) }
    }
}

impl Ancestor {
    /// As it stands in a policy.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Ancestor, Origin};

    #[test]
    fn an_ancestor_is_an_origin_or_everybody_and_never_another_directive() {
        for text in ["*", "https://pages.example", "http://intranet:8080"] {
            assert_eq!(text.parse::<Ancestor>().unwrap().as_str(), text);
        }
        for text in
            ["", "'self'", "https:", "https://a.example; script-src *", "https://*.example", "a.example"]
        {
            assert!(text.parse::<Ancestor>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_browsers_send_is_taken() {
        for text in
            ["https://pictures.example", "http://127.0.0.1:8080", "http://[::1]:1", "https://a.b:8443"]
        {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_browsers_never_send_is_refused_with_what_was_meant() {
        for (text, hint) in [
            ("https://pictures.example/", "https://pictures.example"),
            ("https://pictures.example/app", "https://pictures.example"),
            ("HTTPS://Pictures.Example", "https://pictures.example"),
            ("https://pictures.example:443", "https://pictures.example"),
            ("pictures.example", "https://pictures.example"),
            (" https://pictures.example", "https://pictures.example"),
        ] {
            let error = text.parse::<Origin>().unwrap_err().to_string();
            assert!(error.ends_with(&format!("write it as {hint}")), "{text}: {error}");
        }
        for text in ["", "*", "ftp://a.example", "https://a.example,https://b.example", "https://пример.рф"]
        {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
