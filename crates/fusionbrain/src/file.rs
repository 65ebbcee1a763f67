//! A file of a status answer: base64 in any dressing that was seen, or an address.

use crate::picture::{Picture, PictureError};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::borrow::Cow;

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File<'a> {
    /// A picture, right here.
    Picture {
        /// The decoded bytes, with kind and size.
        picture: Picture,
        /// The text it was decoded from, made clean: no prefix, no white space, standard alphabet, padded. Fit for
        /// [`Picture::data_url`]. Borrowed when it came clean, as it usually does.
        base64: Cow<'a, str>,
    },
    /// An `http` or `https` address to fetch the picture from.
    Link(String),
}

/// Browsers decode base64 in the same forgiving way.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Reads one of [`crate::Outcome::files`]: bare base64, with a `data:` prefix, with white space, in the URL-safe
/// alphabet, without padding; or an http(s) address.
///
/// # Errors
/// [`PictureError`].
pub fn read_file(text: &str) -> Result<File<'_>, PictureError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(PictureError::Empty);
    }
    if is_link(text) {
        return Ok(File::Link(text.to_owned()));
    }
    let base64 = clean(payload(text)?)?;
    let bytes = FORGIVING.decode(base64.as_bytes()).map_err(|_| PictureError::BadBase64)?;
    Ok(File::Picture { picture: Picture::from_bytes(bytes)?, base64 })
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Whether a text is an http(s) address, as [`read_file`] takes it for one.
#[must_use]
pub fn is_link(text: &str) -> bool {
    ["http://", "https://"].into_iter().any(|scheme| starts_with(text, scheme) && text.len() > scheme.len())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Takes a `data:` prefix off; what type it promises is not looked at.
fn payload(text: &str) -> Result<&str, PictureError> {
    if !starts_with(text, "data:") {
        return Ok(text);
    }
    match text.split_once(',') {
        Some((head, data)) if head.to_ascii_lowercase().trim_end().ends_with(";base64") => Ok(data),
        _ => Err(PictureError::BadBase64),
    }
}

/// White space out, standard alphabet, padding completed. A clean text, the usual case, is not copied: it is
/// megabytes.
fn clean(text: &str) -> Result<Cow<'_, str>, PictureError> {
    let odd = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'-' | b'_');
    let mut text = if text.bytes().any(odd) {
        let mut clean = String::with_capacity(text.len() + 2);
        clean.extend(text.chars().filter(|c| !c.is_ascii_whitespace()).map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        }));
        Cow::Owned(clean)
    } else {
        Cow::Borrowed(text)
    };
    let data = text.trim_end_matches('=').len();
    let padding = match data % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err(PictureError::BadBase64),
    };
    if data == 0 {
        return Err(PictureError::Empty);
    }
    if text.len() - data != padding.len() {
        match &mut text {
            Cow::Borrowed(borrowed) => text = Cow::Owned([&borrowed[..data], padding].concat()),
            Cow::Owned(owned) => {
                owned.truncate(data);
                owned.push_str(padding);
            }
        }
    }
    Ok(text)
}
